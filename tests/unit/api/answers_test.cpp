#include "control/api/answers.h"

#include <gtest/gtest.h>

namespace muster::api {
namespace {

TEST(ApiAnswers, a_change_that_failed_has_the_status_of_its_error) {
  EXPECT_EQ(answer(Status(fail("the disk is full"))).status, 500);
  EXPECT_EQ(answer(Status(fail(ErrorKind::absent, "there is no node 'n9'"))).status, 404);
}

TEST(ApiAnswers, a_request_that_cannot_be_read_is_the_requests_fault_whatever_found_it) {
  const auto response =
      refuse_request({.message = "not an address", .hint = "a.b.c.d", .kind = ErrorKind::world});
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(response.body, R"({"detail":"not an address","hint":"a.b.c.d","status":400,)"
                           R"("title":"Bad Request","type":"about:blank"})");
}

TEST(ApiAnswers, a_refusal_names_what_explains_it) {
  const auto id_of = [](const std::string& message) {
    const os::ServerResponse response = with_id(os::refusal({.message = message, .hint = ""}));
    return nlohmann::json::parse(response.body).at("id").get<std::string>();
  };
  EXPECT_EQ(id_of("number 100000 is in a range of 'ada'"), "number-in-range");
  EXPECT_EQ(id_of("there is no node 'n9'"), "") << "the message says all";
  EXPECT_EQ(with_id({.status = 200, .body = "{}"}).body, "{}");
  EXPECT_EQ(with_id({.status = 500, .body = "no JSON"}).body, "no JSON");
}

TEST(ApiAnswers, what_was_done_without_an_answer_is_an_empty_object) {
  const auto response = answer(Status());
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "{}");
}

}  // namespace
}  // namespace muster::api
