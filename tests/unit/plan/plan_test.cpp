#include "core/plan/plan.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/plan/owns.h"

namespace muster::plan {
namespace {

Plan every_kind() {
  return {
      {WriteFile{.path = "/etc/a", .content = "x\n", .mode = 0600, .secrecy = Secrecy::secret},
       MakeDirectory{.path = "/var/b"}, RemoveFile{.path = "/etc/c"},
       EnsureGroup{.name = "g", .gid = 7},
       EnsureUser{
           .name = "u", .uid = 10000, .home = "/home/u", .make_home = EnsureUser::Home::make},
       RemoveUser{.name = "v", .uid = 10007},
       MountFileSystem{.source = "h:/home", .target = "/home", .type = "nfs4"},
       SetHostname{.name = "n001"},
       Service{
           .unit = "a.service", .on_change = Service::OnChange::reload, .watches = {"/etc/a"}}}};
}

TEST(Plan, every_kind_of_step_is_written_and_read_without_loss) {
  const Plan plan = every_kind();
  const auto again = parse_plan(to_json(plan).dump());
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(*again, plan);
  EXPECT_EQ(generation(*again), generation(plan));
}

TEST(Plan, a_secret_is_never_described) {
  const std::string text =
      describe(WriteFile{.path = "/k", .content = "hush", .secrecy = Secrecy::secret});
  EXPECT_EQ(text.find("hush"), std::string::npos);
  EXPECT_NE(text.find("secret"), std::string::npos);
}

TEST(Plan, a_view_names_the_file_of_a_secret_and_is_no_plan) {
  const Plan plan{{WriteFile{.path = "/k", .content = "hush", .secrecy = Secrecy::secret},
                   WriteFile{.path = "/etc/hosts", .content = "open"}}};
  const nlohmann::json view = to_view(plan);
  EXPECT_FALSE(view.dump().contains("hush"));
  EXPECT_EQ(view["steps"][0]["content"], nlohmann::json({{"secret", "/k"}}));
  EXPECT_EQ(view["steps"][1], to_json(plan.steps[1]));
  EXPECT_FALSE(parse_plan(view.dump())) << "nobody applies a view";
}

TEST(Plan, people_see_who_wants_a_step_and_machines_do_not) {
  Plan storage{{RemoveFile{.path = "/a"}}};
  storage.steps[0].origin = "volumes";
  storage.add(RemoveFile{.path = "/b"});
  Plan plan;
  plan.append(storage, "storage");
  EXPECT_EQ(plan.steps[0].origin, "volumes") << "who said it first is right";
  EXPECT_EQ(plan.steps[1].origin, "storage");
  EXPECT_EQ(to_view(plan)["steps"][1]["origin"], "storage");
  EXPECT_FALSE(to_json(plan).dump().contains("origin")) << "an older agent knows no such member";
  EXPECT_EQ(generation(plan), generation(storage));
}

TEST(Plan, two_origins_cannot_plan_the_same_thing) {
  Plan plan;
  plan.append({{WriteFile{.path = "/etc/motd", .content = "a"},
                WriteFile{.path = "/etc/motd", .content = "b"}}},
              "names");
  EXPECT_TRUE(check_owners(plan)) << "one may write it twice";
  plan.append({{WriteFile{.path = "/etc/motd", .content = "c"}}}, "jobs");
  const Status checked = check_owners(plan);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().kind, ErrorKind::conflict);
  EXPECT_TRUE(checked.error().message.contains("of 'names'")) << checked.error().message;
  EXPECT_TRUE(checked.error().message.contains("of 'jobs'")) << checked.error().message;
}

TEST(Plan, refuses_steps_that_are_not_wholly_understood) {
  const auto refused = [](const char* step) {
    return !parse_plan(std::string(R"({"schema":2,"steps":[)") + step + "]}");
  };
  EXPECT_TRUE(refused(R"({"step":"run","argv":["id"]})"));
  EXPECT_TRUE(refused(R"({"step":"hostname"})"));
  EXPECT_TRUE(refused(R"({"step":"hostname","name":1})"));
  EXPECT_TRUE(refused(R"({"step":"hostname","name":"a","extra":1})"));
  EXPECT_TRUE(refused(R"({"step":"remove_file","path":"/etc/../passwd"})"));
  EXPECT_TRUE(refused(R"({"step":"remove_file","path":"etc/passwd"})"));
  EXPECT_TRUE(refused(
      R"({"step":"service","unit":"a","state":"maybe","on_change":"restart","watches":[]})"));
  EXPECT_TRUE(refused(R"({"step":"group","name":"g","gid":1e300})"));
  EXPECT_TRUE(refused(R"({"step":"group","name":"g","gid":4294967297})")) << "1 when cut";
  EXPECT_TRUE(refused(R"({"step":"group","name":"g","gid":-1})"));
  EXPECT_FALSE(parse_plan(R"({"schema":1,"steps":[]})"));
  EXPECT_FALSE(parse_plan("[]"));
  EXPECT_FALSE(parse_plan("{"));
}

TEST(Plan, is_read_strictly_and_errors_name_the_member) {
  const auto problem = [](const std::string& text) {
    const auto plan = parse_plan(text);
    return plan ? "none" : plan.error().message;
  };
  const auto in_step = [&](const std::string& step) {
    return problem(R"({"schema":2,"steps":[{"step":"hostname","name":"n001"},)" + step + "]}");
  };
  EXPECT_EQ(problem(R"({"schema":2,"steps":[],"steps":[]})"), "member 'steps' is there twice");
  EXPECT_EQ(problem(R"({"schema":2,"steps":)" + std::string(20, '[') + std::string(20, ']') + "}"),
            "nested deeper than 16 levels");
  EXPECT_EQ(problem(R"({"schema":2,"steps":{}})"), "member 'steps' is not a list");
  EXPECT_EQ(problem(R"({"steps":[]})"), "member 'schema' is missing");
  EXPECT_EQ(problem(R"({"schema":3,"steps":7})"),
            "the plan has schema 3, and this version of Muster knows schema 2");
  EXPECT_EQ(problem(R"({"schema":2,"steps":[],"generation":"g"})"), "none")
      << "the node's name of it";
  EXPECT_EQ(in_step("7"), "member 'steps[1]' is not an object");
  EXPECT_EQ(in_step("{}"), "member 'steps[1].step' is missing");
  EXPECT_EQ(in_step(R"({"step":"bond"})"), "member 'steps[1].step' is 'bond', an unknown kind");
  EXPECT_EQ(in_step(R"({"step":"hostname","name":null})"), "member 'steps[1].name' is missing");
  EXPECT_EQ(in_step(R"({"step":"hostname","name":1})"), "member 'steps[1].name' is not a text");
  EXPECT_EQ(in_step(R"({"step":"hostname","name":"a\u0000b"})"),
            "member 'steps[1].name' has a NUL character");
  EXPECT_EQ(in_step(R"({"step":"hostname","name":"a","name":"b"})"),
            "member 'name' is there twice");
  EXPECT_EQ(in_step(R"({"step":"hostname","name":"a","extra":1})"),
            "member 'steps[1].extra' is unknown");
  EXPECT_EQ(in_step(R"({"step":"remove_file","path":"etc"})"),
            "member 'steps[1].path' is no absolute path without '.' and '..'");
  EXPECT_EQ(in_step(R"({"step":"group","name":"g","gid":4294967296})"),
            "member 'steps[1].gid' is not a whole number from 0 to 4294967295");
  EXPECT_EQ(in_step(R"({"step":"service","unit":"a","state":"maybe","on_change":"restart",)"
                    R"("watches":[],"restart_watches":[]})"),
            "member 'steps[1].state' has an unknown value");
  EXPECT_EQ(in_step(R"({"step":"service","unit":"a","state":"running","on_change":"restart",)"
                    R"("watches":[7],"restart_watches":[]})"),
            "member 'steps[1].watches' has an element that is no text");
}

TEST(PlanDiff, tells_what_is_added_changed_and_removed) {
  const Plan from{{SetHostname{.name = "a"}, MakeDirectory{.path = "/x"},
                   RemoveUser{.name = "u", .uid = 10007}}};
  const Plan to{
      {SetHostname{.name = "b"}, MakeDirectory{.path = "/x"}, MakeDirectory{.path = "/y"}}};
  const auto changes = diff(from, to);
  ASSERT_EQ(changes.size(), 3U);
  EXPECT_EQ(changes[0].kind, Change::Kind::changed);
  EXPECT_EQ(changes[1].kind, Change::Kind::added);
  EXPECT_EQ(changes[2].kind, Change::Kind::removed);
  EXPECT_TRUE(diff(to, to).empty());
}

TEST(Patterns, have_a_star_for_one_name_or_one_value) {
  EXPECT_TRUE(is_like("/run/volumes/a", "/run/volumes/*"));
  EXPECT_TRUE(is_like("size=1m,mode=0755", "size=*,mode=0755"));
  EXPECT_TRUE(is_like("a", "a"));
  for (const char* text : {"/run/volumes/", "/run/volumes/..", "/run/volumes/.a",
                           "/run/volumes/a/b", "/run/volumes", "/etc/x"}) {
    EXPECT_FALSE(is_like(text, "/run/volumes/*")) << text;
  }
  for (const char* text : {"size=1m,bind,mode=0755", "size=,mode=0755", "size=1m,mode=1777"}) {
    EXPECT_FALSE(is_like(text, "size=*,mode=0755")) << text;
  }
}

}  // namespace
}  // namespace muster::plan
