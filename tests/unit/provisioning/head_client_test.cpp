#include "provisioning/agent/head_client.h"

#include <gtest/gtest.h>

namespace muster::agent {
namespace {

std::string said(int status, const std::string& body) {
  const auto accepted =
      accept(os::HttpResponse{.status = status, .body = body, .content_type = {}});
  return accepted ? *accepted : accepted.error().text();
}

TEST(HeadClient, a_refusal_is_told_with_the_heads_reason_and_next_step) {
  EXPECT_EQ(said(403, R"({"error":"the session is unknown","hint":"discover again"})"),
            "the head refused (403): the session is unknown; discover again");
}

TEST(HeadClient, a_page_that_is_not_the_heads_is_told_by_its_number) {
  EXPECT_EQ(said(502, "<html><h1>502 Bad Gateway</h1></html>"), "the head refused (502)");
  EXPECT_EQ(said(200, "<html>"), "<html>") << "who reads the body judges it";
}

}  // namespace
}  // namespace muster::agent
