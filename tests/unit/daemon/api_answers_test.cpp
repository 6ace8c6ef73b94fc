#include "apps/musterd/api_answers.h"

#include <gtest/gtest.h>

namespace muster::daemon {
namespace {

TEST(ApiAnswers, the_status_is_that_of_the_errors_kind) {
  const auto status_of = [](ErrorKind kind) {
    return refuse({.message = "no", .hint = "", .kind = kind}).status;
  };
  EXPECT_EQ(status_of(ErrorKind::invalid), 400);
  EXPECT_EQ(status_of(ErrorKind::denied), 403);
  EXPECT_EQ(status_of(ErrorKind::absent), 404);
  EXPECT_EQ(status_of(ErrorKind::conflict), 409);
  EXPECT_EQ(status_of(ErrorKind::world), 500);
  EXPECT_EQ(status_of(ErrorKind::busy), 503);
}

TEST(ApiAnswers, a_request_that_cannot_be_read_is_the_requests_fault_whatever_found_it) {
  const auto response =
      refuse_request({.message = "not an address", .hint = "a.b.c.d", .kind = ErrorKind::world});
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body, R"({"error":"not an address","hint":"a.b.c.d"})");
}

TEST(ApiAnswers, what_was_done_without_an_answer_is_an_empty_object) {
  const auto response = answer(Status());
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "{}");
}

}  // namespace
}  // namespace muster::daemon
