#include "control/api/requests.h"

#include <gtest/gtest.h>

namespace muster::api {
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
  EXPECT_EQ(parse_node_list(R"({"nodes":[1]})").error().message, "member 'nodes[0]' is not a text");
  EXPECT_EQ(parse_import(R"({})").error().message, "member 'nodes' is missing");
  EXPECT_EQ(parse_dhcp_request(R"({"mode":7})").error().message, "member 'mode' is not a text");
  EXPECT_EQ(parse_dhcp_request(R"({"mode":"silent"})").error().message,
            "member 'mode' is not one of: serve, proxy");
  EXPECT_EQ(parse_discovery("[]").error().message, "the request's body is not a JSON object");
  EXPECT_EQ(parse_import(R"({"nodes":[{"name":"n001","mac":""}]})").error().message,
            "member 'nodes[0].address' is missing");
}

TEST(ApiRequests, a_member_that_is_misspelt_is_not_passed_over) {
  EXPECT_EQ(parse_reboot_request(R"({"nodes":["n001"],"drian":true})", "root").error().message,
            "member 'drian' is unknown; there are: nodes, by, reason, drain, at_once, deadline_s");
  EXPECT_FALSE(parse_user_change(R"({"name":"ada","uid":10001})")) << "the number stays";
  EXPECT_FALSE(parse_node_list(R"({"nodes":["n001"],"nodes":["n002"]})")) << "which of them?";
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

TEST(ApiRequests, a_list_of_nodes_is_asked_for_by_name_by_id_and_by_any_mac_address) {
  provisioning::Node node{{.name = "n001"}, {}, {}, "0123456789abcdef"};
  node.hardware.macs = {parse_mac("52:54:00:00:00:01").value(),
                        parse_mac("52:54:00:00:00:02").value()};
  const auto wants = [&node](std::map<std::string, std::string> query) {
    const auto parsed = parse_node_query(query);
    EXPECT_TRUE(parsed) << parsed.error().text();
    return parsed && parsed->wants(node);
  };
  EXPECT_TRUE(wants({}));
  EXPECT_TRUE(wants({{"names", "n[001-004]"}}));
  EXPECT_FALSE(wants({{"names", "n002"}}));
  EXPECT_FALSE(wants({{"names", ""}}));
  EXPECT_TRUE(wants({{"machines", "0123456789abcdef"}}));
  EXPECT_TRUE(wants({{"names", "n002"}, {"machines", "x,52-54-00-00-00-02"}}));
  EXPECT_FALSE(wants({{"machines", "52:54:00:00:00:03"}}));
  node.name.clear();
  EXPECT_FALSE(wants({{"machines", ""}})) << "a machine without a name is not what '' means";
  EXPECT_FALSE(parse_node_query({{"names", "n[1-"}}));
}

TEST(ApiRequests, a_reboot_has_a_reason_that_is_short_and_shows_no_control_characters) {
  const auto plain = parse_reboot_request(R"({"nodes":["n001"]})", "root");
  ASSERT_TRUE(plain) << plain.error().text();
  EXPECT_EQ(plain->why, "asked for by root");
  const auto other = parse_reboot_request(R"({"nodes":["n001"],"by":"root"})", "grace");
  ASSERT_TRUE(other);
  EXPECT_EQ(other->why, "asked for by grace") << "only root says for whom it asks";
  const auto full = parse_reboot_request(
      R"({"nodes":["n001"],"by":"ada","reason":"new \u001b[31mBIOS"})", "root");
  ASSERT_TRUE(full) << full.error().text();
  EXPECT_EQ(full->why, "asked for by ada: new \\x1b[31mBIOS");
  const auto huge = parse_reboot_request(R"({"nodes":[],"by":")" + std::string(5000, 'a') +
                                             R"(","reason":")" + std::string(5000, 'b') + "\"}",
                                         "root");
  ASSERT_TRUE(huge) << huge.error().text();
  EXPECT_LT(huge->why.size(), 300U);
  EXPECT_FALSE(parse_reboot_request(R"({"nodes":"n001"})", "root"));
  EXPECT_FALSE(parse_reboot_request(R"({"nodes":[],"by":7})", "root"));
  EXPECT_FALSE(parse_reboot_request(R"({"nodes":[],"drain":"yes"})", "root"));
  EXPECT_FALSE(parse_reboot_request(R"({"nodes":[],"at_once":-1})", "root"));
  const auto rolling =
      parse_reboot_request(R"({"nodes":["n001"],"drain":true,"at_once":4})", "root");
  ASSERT_TRUE(rolling);
  EXPECT_TRUE(rolling->drains);
  EXPECT_EQ(rolling->at_once, 4U);
}

TEST(ApiRequests, a_command_is_words_with_a_time) {
  const auto request =
      parse_exec_request(R"({"nodes":["n001"],"command":["ls",""],"timeout_s":5})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->command, (std::vector<std::string>{"ls", ""}));
  EXPECT_EQ(request->timeout_s, 5U);
  EXPECT_EQ(parse_exec_request(R"({"nodes":[],"command":["ls"]})")->timeout_s, 3600U);
  for (const char* const body :
       {R"({"nodes":[],"command":"ls -l"})", R"({"nodes":[],"command":[]})",
        R"({"nodes":[],"command":["a\u0000b"]})", R"({"nodes":[],"command":["ls"],"timeout_s":0})",
        R"({"nodes":[],"command":["ls"],"timeout_s":700000})", R"({"command":["ls"]})"}) {
    EXPECT_FALSE(parse_exec_request(body)) << body;
  }
  EXPECT_EQ(parse_seen_query({}), 0U);
  EXPECT_EQ(parse_seen_query({{"seen", "7"}}), 7U);
  EXPECT_FALSE(parse_seen_query({{"seen", "x"}}));
}

}  // namespace
}  // namespace muster::api
