#include <gtest/gtest.h>

#include "control/extensions.h"
#include "tests/unit/control/extension_sample.h"

namespace muster::control {
namespace {

using extensions::Grant;
using nlohmann::json;

Result<plan::Plan> check(const json& step, const std::string& place = "node") {
  TRY_ASSIGN(ExtensionSteps steps, check_answer({{place, {step}}}, grant_of_motd()));
  return place == "node" ? steps.on_nodes : steps.on_head;
}

TEST(ExtensionAnswer, is_a_list_of_steps_that_the_grant_has) {
  const auto plan = check(file("/etc/motd", {{"mode", "0600"}, {"secrecy", "secret"}}));
  ASSERT_TRUE(plan) << plan.error().message;
  const auto& step = std::get<plan::WriteFile>(plan->steps.at(0));
  EXPECT_EQ(step.mode, 0600U);
  EXPECT_EQ(step.owner, "root");
  EXPECT_EQ(plan->steps[0].origin, "extension motd");
  EXPECT_EQ(check_answer(json::object(), grant_of_motd()), ExtensionSteps());
}

TEST(ExtensionAnswer, wants_nothing_that_the_grant_does_not_have) {
  for (const std::string path : {"/etc/shadow", "/etc/motd.d", "/etc/motd/x"}) {
    EXPECT_EQ(check(file(path)).error().kind, ErrorKind::denied) << path;
  }
  EXPECT_EQ(check(file("/etc/motd", {{"mode", "4755"}})).error().kind, ErrorKind::denied);
  const json directory = {{"step", "directory"}, {"path", "/etc/motd"}};
  EXPECT_EQ(check(directory).error().kind, ErrorKind::denied);
  const json link = plan::to_json(plan::MakeLink{.path = "/etc/motd", .to = "/etc/shadow"});
  EXPECT_EQ(check(link).error().kind, ErrorKind::denied);
  EXPECT_EQ(check({{"step", "unit"}, {"unit", "ssh.service"}}).error().kind, ErrorKind::denied);
}

TEST(ExtensionAnswer, gives_nothing_to_others_than_root) {
  for (const json& more :
       {json{{"owner", "www-data"}}, json{{"mode", "0664"}}, json{{"mode", "0602"}}}) {
    EXPECT_EQ(check(file("/etc/motd", more)).error().kind, ErrorKind::denied) << more;
    json directory = {{"step", "directory"}, {"path", "/var/lib/motd"}};
    directory.update(more);
    EXPECT_EQ(check(directory).error().kind, ErrorKind::denied) << more;
  }
  EXPECT_TRUE(check(file("/etc/motd", {{"group", "adm"}, {"mode", "0640"}})));
  EXPECT_FALSE(check({{"step", "unit"}, {"unit", "motd.service"}, {"state", "masked"}}));
  EXPECT_FALSE(check({{"step", "service"}, {"unit", "motd.service"}, {"watches", {"/", "e"}}}));
}

TEST(ExtensionAnswer, has_services_that_start_anew_with_another_unit_file) {
  Grant grant = grant_of_motd();
  grant.rights[0].files.emplace_back("/etc/systemd/system/motd.service");
  const auto steps = check_answer({{"node",
                                    {file("/etc/systemd/system/motd.service"),
                                     {{"step", "service"}, {"unit", "motd.service"}}}}},
                                  grant);
  ASSERT_TRUE(steps) << steps.error().text();
  EXPECT_EQ(std::get<plan::Service>(steps->on_nodes.steps.at(1)).restart_watches,
            std::vector<std::string>{"/etc/systemd/system/motd.service"});
}

TEST(ExtensionAnswer, has_instances_that_start_anew_with_another_template) {
  Grant grant = grant_of_motd();
  grant.rights[0].units = {"lamp@.service", "lamp@a.service"};
  const auto steps = check_answer({{"node",
                                    {file("/etc/systemd/system/lamp@.service"),
                                     {{"step", "service"}, {"unit", "lamp@a.service"}}}}},
                                  grant);
  ASSERT_TRUE(steps) << steps.error().text();
  EXPECT_EQ(std::get<plan::Service>(steps->on_nodes.steps.at(1)).restart_watches,
            std::vector<std::string>{"/etc/systemd/system/lamp@.service"});
}

TEST(ExtensionAnswer, has_more_for_the_nodes_of_a_profile) {
  const json motd = {{"profiles", {{"gpu", {file("/etc/motd")}}}}};
  const auto steps = check_answer(motd, grant_of_motd());
  ASSERT_TRUE(steps) << steps.error().text();
  EXPECT_TRUE(steps->on_nodes.steps.empty());
  EXPECT_EQ(steps->on_profiles.at("gpu").steps.at(0).origin, "extension motd");
  EXPECT_EQ(steps->count_on_nodes(), 1U);
  const json denied = {{"profiles", {{"gpu", {file("/etc/shadow")}}}}};
  EXPECT_EQ(check_answer(denied, grant_of_motd()).error().kind, ErrorKind::denied);
  json twice = motd;
  twice["node"] = {file("/etc/motd")};
  EXPECT_TRUE(check_answer(twice, grant_of_motd()).error().message.contains("about one thing"));
  EXPECT_FALSE(check_answer({{"profiles", {{"gpu", 7}}}}, grant_of_motd()));
  EXPECT_FALSE(check_answer({{"profiles", json::array()}}, grant_of_motd()));
}

TEST(ExtensionAnswer, has_services_of_a_profile_that_start_anew_with_the_unit_of_all) {
  Grant grant = grant_of_motd();
  const std::string path = "/etc/systemd/system/motd.service";
  const json service = {{"step", "service"}, {"unit", "motd.service"}};
  const auto steps =
      check_answer({{"node", {file(path)}}, {"profiles", {{"gpu", {service}}}}}, grant);
  ASSERT_TRUE(steps) << steps.error().text();
  const auto& own = std::get<plan::Service>(steps->on_profiles.at("gpu").steps.at(0));
  EXPECT_EQ(own.restart_watches, std::vector<std::string>{path});
}

TEST(ExtensionAnswer, has_directories_with_what_is_in_them_and_units) {
  EXPECT_TRUE(check({{"step", "directory"}, {"path", "/var/lib/motd"}}));
  EXPECT_TRUE(check({{"step", "directory"}, {"path", "/var/lib/motd/a"}, {"mode", "0700"}}));
  EXPECT_TRUE(check(file("/var/lib/motd/a/b")));
  EXPECT_FALSE(check({{"step", "directory"}, {"path", "/var/lib/motd"}, {"mode", "1777"}}));
  EXPECT_FALSE(check(file("/var/lib/motd2")));
  EXPECT_TRUE(check({{"step", "service"}, {"unit", "motd.service"}, {"watches", {"/etc/motd"}}}));
  EXPECT_TRUE(check({{"step", "unit"}, {"unit", "motd.service"}, {"state", "disabled"}}));
}

TEST(ExtensionAnswer, has_on_the_head_what_it_was_granted_there) {
  EXPECT_TRUE(check(file("/etc/motd.head"), "head"));
  EXPECT_TRUE(check({{"step", "service"}, {"unit", "lamp.service"}}, "head"));
  EXPECT_FALSE(check(file("/etc/motd"), "head"));
  EXPECT_FALSE(check(file("/etc/motd.head"), "node"));
  EXPECT_FALSE(check({{"step", "service"}, {"unit", "motd.service"}}, "head"));
  EXPECT_FALSE(check(file("/etc/motd.head", {{"mode", "0755"}}), "head")) << "no programs";
}

TEST(ExtensionAnswer, of_another_form_is_refused) {
  for (const json& step :
       {file("/etc/../etc/motd"), file("etc/motd"), file("/etc/motd", {{"mode", 420}}),
        file("/etc/motd", {{"mode", "0999"}}), file("/etc/motd", {{"mode", ""}}),
        file("/etc/motd", {{"more", 1}}), file("/etc/motd", {{"origin", "people"}}),
        file("/etc/motd", {{"group", "-x"}}), json("text"), json(nullptr), json{{"step", "fly"}}}) {
    EXPECT_EQ(check(step).error().kind, ErrorKind::invalid) << step;
  }
  for (const json& answer :
       {json{{"nodes", json::array()}}, json{{"node", 1}}, json::array(), json("x")}) {
    EXPECT_FALSE(check_answer(answer, grant_of_motd())) << answer;
  }
  json many = json::array();
  for (int i = 0; i < 1001; ++i) many.push_back(file("/etc/motd"));
  EXPECT_FALSE(check_answer({{"node", many}}, grant_of_motd()));
}

TEST(ExtensionAnswer, sets_those_keys_of_the_scheduler_that_the_grant_has) {
  const auto answer = [](const json& scheduler) {
    return check_answer({{"scheduler", scheduler}}, grant_of_motd());
  };
  const auto steps = answer({{"Licenses", "matlab:4"}});
  ASSERT_TRUE(steps) << steps.error().text();
  EXPECT_EQ(steps->in_scheduler, (hpc::OtherSettings{{"Licenses", "matlab:4"}}));
  EXPECT_EQ(answer({{"PriorityType", "priority/basic"}}).error().kind, ErrorKind::denied);
  EXPECT_EQ(answer({{"Prolog", "/tmp/x"}}).error().kind, ErrorKind::invalid);
  EXPECT_EQ(answer({{"Licenses", "a b"}}).error().kind, ErrorKind::invalid);
  for (const json& none : {json(3), json::array(), json{{"Licenses", 3}}, json{{"Licenses", {}}}}) {
    EXPECT_EQ(answer(none).error().kind, ErrorKind::invalid) << none;
  }
}

}  // namespace
}  // namespace muster::control
