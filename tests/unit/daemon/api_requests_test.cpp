#include "apps/musterd/api_requests.h"

#include <gtest/gtest.h>

namespace muster::daemon {
namespace {

TEST(ApiRequests, numbers_that_do_not_fit_are_refused_and_not_cut) {
  EXPECT_FALSE(parse_user_request(R"({"name":"alice","uid":4294977297})")) << "10001 when cut";
  EXPECT_FALSE(parse_user_request(R"({"name":"alice","uid":-1})"));
  EXPECT_FALSE(parse_discovery(R"({"policy":"open","minutes":4294967296})")) << "for ever when cut";
  EXPECT_EQ(parse_discovery(R"({"policy":"open","minutes":30})")->minutes, 30);
}

TEST(ApiRequests, a_user_needs_no_more_than_a_name) {
  const auto user = parse_user_request(R"({"name":"alice"})");
  ASSERT_TRUE(user) << user.error().text();
  EXPECT_EQ(user->user, spec::User{.name = "alice"});
  EXPECT_FALSE(user->names_keys);
  EXPECT_TRUE(parse_user_request(R"({"name":"alice","ssh_keys":[]})")->names_keys);
}

TEST(ApiRequests, errors_name_the_member) {
  EXPECT_EQ(parse_node_list(R"({"nodes":[1]})").error().message, "'nodes' must be a list of texts");
  EXPECT_EQ(parse_import(R"({})").error().message, "'nodes' must be a list of nodes");
  EXPECT_EQ(parse_dhcp_request(R"({"mode":7})").error().message, "'mode' must be text");
  EXPECT_EQ(parse_discovery("[]").error().message, "the request's body is not a JSON object");
}

TEST(ApiRequests, an_imported_node_has_a_name_an_address_and_a_card) {
  const auto nodes = parse_import(
      R"({"nodes":[{"name":"n001","address":"10.42.1.1","mac":"52:54:00:00:00:01"}]})");
  ASSERT_TRUE(nodes) << nodes.error().text();
  EXPECT_EQ(nodes->front().name, "n001");
  for (const char* entry : {R"({"name":"a b","address":"10.42.1.1","mac":"52:54:00:00:00:01"})",
                            R"({"name":"a","address":"0.0.0.0","mac":"52:54:00:00:00:01"})",
                            R"({"name":"a","address":"10.42.1.1"})", R"("n001")"}) {
    EXPECT_FALSE(parse_import(std::string(R"({"nodes":[)") + entry + "]}")) << entry;
  }
}

}  // namespace
}  // namespace muster::daemon
