#include "core/os/http_message.h"

#include <gtest/gtest.h>

namespace muster::os {
namespace {

TEST(HttpStatus, is_the_clients_fault_or_the_heads) {
  EXPECT_EQ(http_status(ErrorKind::invalid), 400);
  EXPECT_EQ(http_status(ErrorKind::denied), 403);
  EXPECT_EQ(http_status(ErrorKind::absent), 404);
  EXPECT_EQ(http_status(ErrorKind::conflict), 409);
  EXPECT_EQ(http_status(ErrorKind::world), 500);
  EXPECT_EQ(http_status(ErrorKind::busy), 503);
}

TEST(Refusal, is_a_problem_document_without_bytes_that_are_no_text) {
  const ServerResponse response =
      refusal({.message = "no 'a\xff'", .hint = "try 'b'", .kind = ErrorKind::absent});
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body,
            "{\"detail\":\"no 'a\xEF\xBF\xBD'\",\"hint\":\"try 'b'\","
            "\"status\":404,\"title\":\"Not Found\",\"type\":\"about:blank\"}");
  EXPECT_EQ(response.content_type, "application/problem+json");
}

TEST(Refusal, tells_a_client_when_to_ask_again_only_when_the_head_is_busy) {
  EXPECT_EQ(refusal({.message = "full", .kind = ErrorKind::busy}).headers.at("Retry-After"), "1");
  EXPECT_TRUE(refusal({.message = "broken"}).headers.empty());
}

TEST(Reply, answers_500_when_it_is_destroyed_and_only_then) {
  std::vector<int> statuses;
  const auto keep = [&](const ServerResponse& response) { statuses.push_back(response.status); };
  {
    Reply lost(keep);
  }
  EXPECT_EQ(statuses, std::vector{500});
  {
    Reply first(keep);
    Reply moved(std::move(first));
    moved({.status = 204});
  }
  EXPECT_EQ(statuses, (std::vector{500, 204}));
}

}  // namespace
}  // namespace muster::os
