#include "hpc/users.h"

#include <format>
#include <gtest/gtest.h>
#include <set>

namespace muster::hpc {
namespace {

constexpr auto kKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ada@desk";
constexpr auto kSameKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ada@laptop";

spec::User wanted(std::string name) { return {.name = std::move(name)}; }

TEST(UserTable, gives_numbers_in_order) {
  UserTable table;
  EXPECT_EQ(table.add(wanted("zoe"))->uid, 10000U);
  EXPECT_EQ(table.add(wanted("ada"))->uid, 10001U);
}

TEST(UserTable, never_gives_the_number_of_a_user_who_left) {
  UserTable table;
  ASSERT_TRUE(table.add(wanted("ada")));
  ASSERT_TRUE(table.remove("ada"));
  EXPECT_EQ(table.add(wanted("bob"))->uid, 10001U);
  EXPECT_FALSE(table.add({.name = "eve", .uid = 10000}));
}

TEST(UserTable, lets_a_user_come_back_with_the_old_number) {
  UserTable table;
  ASSERT_TRUE(table.add(wanted("ada")));
  ASSERT_TRUE(table.remove("ada"));
  EXPECT_TRUE(table.has_left("ada"));
  EXPECT_EQ(table.add({.name = "ada", .uid = 10000})->uid, 10000U);
  EXPECT_FALSE(table.has_left("ada"));
}

TEST(UserTable, gives_a_user_who_comes_back_the_number_of_the_home) {
  UserTable table;
  ASSERT_TRUE(table.add(wanted("ada")));
  ASSERT_TRUE(table.remove("ada"));
  ASSERT_TRUE(table.add(wanted("bob")));
  EXPECT_EQ(table.add(wanted("ada"))->uid, 10000U);
}

TEST(UserTable, changes_keys_and_name_of_a_user_and_nothing_else) {
  UserTable table;
  ASSERT_TRUE(table.add({.name = "ada", .full_name = "Ada"}));
  const auto changed = table.change({.name = "ada", .ssh_keys = {kKey}});
  ASSERT_TRUE(changed) << changed.error().text();
  EXPECT_EQ(changed->full_name, "Ada");
  EXPECT_EQ(changed->uid, 10000U);
  EXPECT_EQ(table.find("ada")->ssh_keys.size(), 1U);
  EXPECT_FALSE(table.change({.name = "bob", .ssh_keys = {kKey}}));
  EXPECT_FALSE(table.change({.name = "ada", .ssh_keys = {"no key"}}));
}

TEST(UserTable, refuses_names_of_the_system) {
  UserTable table;
  EXPECT_FALSE(table.add(wanted("root")));
  EXPECT_FALSE(table.add(wanted("slurm")));
  EXPECT_FALSE(table.add(wanted("disk"))) << "a group's";
  EXPECT_FALSE(table.add(wanted("systemd-network")));
  EXPECT_FALSE(table.add(wanted("muster-check")));
}

TEST(UserTable, refuses_names_that_are_none) {
  UserTable table;
  for (const auto* name : {"", "Ada", "1st", "-rf", "a:b", "a\nb", "../x"}) {
    EXPECT_FALSE(table.add(wanted(name))) << name;
  }
}

TEST(UserTable, refuses_a_second_user_of_a_name_or_number) {
  UserTable table;
  ASSERT_TRUE(table.add(wanted("ada")));
  EXPECT_FALSE(table.add(wanted("ada")));
  EXPECT_FALSE(table.add({.name = "bob", .uid = 10000}));
}

TEST(UserTable, refuses_numbers_that_are_not_for_people) {
  UserTable table;
  EXPECT_FALSE(table.add({.name = "ada", .uid = 0}));
  EXPECT_FALSE(table.add({.name = "ada", .uid = 999}));
  EXPECT_FALSE(table.add({.name = "ada", .uid = kCheckUid}));
  EXPECT_FALSE(table.add({.name = "ada", .uid = 60000}));
  EXPECT_TRUE(table.add({.name = "ada", .uid = 59999}));
}

TEST(UserTable, numbers_of_directory_services_are_peoples) {
  UserTable table;
  EXPECT_TRUE(table.add({.name = "ada", .uid = 65536}));
  EXPECT_TRUE(table.add({.name = "ada.lovelace", .uid = 1234567890}));
  EXPECT_TRUE(table.add({.name = "bob", .uid = 2000200000}));
  for (const std::uint32_t uid : {61184U, 65534U, 65535U, 2000200001U, 4294967294U, 4294967295U}) {
    const auto user = table.add({.name = "eve", .uid = uid});
    ASSERT_FALSE(user) << uid;
    EXPECT_TRUE(user.error().hint.contains("from 65536 to 2000200000")) << user.error().hint;
  }
}

TEST(UserTable, one_high_number_uses_up_no_others) {
  UserTable table;
  ASSERT_TRUE(table.add({.name = "ada", .uid = 59999}));
  EXPECT_EQ(table.add(wanted("bob"))->uid, kFirstUid);
}

TEST(UserTable, after_the_last_small_number_come_large_ones) {
  std::string retired;
  for (std::uint32_t uid = kFirstUid; uid <= 59999; ++uid) {
    retired +=
        std::format(R"({}{{"uid": {}, "name": "a{}"}})", retired.empty() ? "" : ",", uid, uid);
  }
  auto table = UserTable::parse(R"({"schema": 1, "users": [], "retired": [)" + retired + "]}");
  ASSERT_TRUE(table) << table.error().text();
  EXPECT_EQ(table->add(wanted("bob"))->uid, 65536U);
}

TEST(UserTable, says_whose_number_it_is_or_was) {
  UserTable table;
  ASSERT_TRUE(table.add({.name = "ada", .uid = 2000}));
  EXPECT_EQ(table.add({.name = "bob", .uid = 2000}).error().message,
            "cannot add user 'bob': number 2000 is that of user 'ada'");
  ASSERT_TRUE(table.remove("ada"));
  EXPECT_EQ(table.add({.name = "bob", .uid = 2000}).error().message,
            "cannot add user 'bob': number 2000 was that of user 'ada', whose files may be left");
  EXPECT_EQ(table.add({.name = "ada", .uid = 2000})->uid, 2000U) << "who comes back may have it";
}

TEST(UserTable, keys_stay_until_they_are_taken_away) {
  UserTable table;
  ASSERT_TRUE(table.add(
      {.name = "ada",
       .ssh_keys = {
           "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"}}));
  EXPECT_EQ(table.change({.name = "ada", .full_name = "Ada"})->ssh_keys.size(), 1U);
  EXPECT_TRUE(table.change({.name = "ada"}, UserTable::NoKeys::take_away)->ssh_keys.empty());
}

TEST(UserTable, refuses_what_is_no_key) {
  UserTable table;
  EXPECT_FALSE(table.add({.name = "ada", .ssh_keys = {"command=\"rm\" ssh-rsa AAAA"}}));
  EXPECT_FALSE(table.add({.name = "ada", .ssh_keys = {"ssh-ed25519 AAAA\nssh-rsa BBBB"}}));
}

TEST(UserTable, keeps_a_key_once_whatever_its_comment) {
  UserTable table;
  const auto user = table.add({.name = "ada", .ssh_keys = {kKey, kSameKey}});
  ASSERT_TRUE(user) << user.error().text();
  EXPECT_EQ(user->ssh_keys, std::vector<std::string>{kKey});
}

TEST(UserTable, comes_back_from_its_json) {
  UserTable table;
  ASSERT_TRUE(table.add({.name = "ada", .full_name = "Ada L", .ssh_keys = {kKey}}));
  ASSERT_TRUE(table.add(wanted("bob")));
  ASSERT_TRUE(table.remove("bob"));
  const auto parsed = UserTable::parse(table.to_json());
  ASSERT_TRUE(parsed) << parsed.error().text();
  EXPECT_EQ(*parsed, table);
}

TEST(UserTable, refuses_json_that_is_not_its_own) {
  for (const auto* json : {"", "[]", "{}", R"({"schema": 2})", R"({"schema": 1, "users": 3})",
                           R"({"schema": 1, "users": [], "retired": [], "more": []})"}) {
    EXPECT_FALSE(UserTable::parse(json)) << json;
  }
}

/// The table of ada, who has number 10000 and a key, of zoe, who left with 10001, and of an entry.
UserTable table_with(const std::string& entry, const std::string& retired = "") {
  return UserTable::parse(
             std::format(
                 R"({{"schema":1,"users":[{}{{"name":"ada","uid":10000,"full_name":"Ada L",)"
                 R"("ssh_keys":["{}"]}}],"retired":[{}{{"uid":10001,"name":"zoe"}}]}})",
                 entry.empty() ? "" : entry + ",", kKey, retired.empty() ? "" : retired + ","))
      .value();
}

std::set<std::string> names_of(const UserTable& table) {
  std::set<std::string> names;
  for (const ClusterUser& user : table.users()) names.insert(user.name);
  return names;
}

TEST(UserTable, an_entry_that_cannot_be_read_costs_no_other_and_stays_as_it_is) {
  for (const std::string entry :
       {R"({"full_name":"","name":"bob","ssh_keys":[],"uid":"10002"})", R"("bob")", "null",
        R"({"full_name":"","name":"root","ssh_keys":[],"uid":10002})",
        R"({"full_name":"","name":"bob","ssh_keys":[],"uid":0})",
        R"({"full_name":"","more":1,"name":"bob","ssh_keys":[],"uid":10002})",
        R"({"name":"bob","uid":10002})"}) {
    UserTable table = table_with(entry);
    ASSERT_EQ(table.damaged().size(), 1U) << entry;
    EXPECT_EQ(table.damaged().front().text, entry);
    EXPECT_FALSE(table.damaged().front().reason.empty()) << entry;
    EXPECT_EQ(table.find("ada")->ssh_keys, std::vector<std::string>{kKey}) << entry;
    EXPECT_TRUE(table.to_json().contains(entry)) << table.to_json();
    EXPECT_EQ(UserTable::parse(table.to_json()), table);
  }
}

TEST(UserTable, of_two_entries_of_a_name_or_a_number_the_first_is_a_user) {
  for (const std::string entry : {R"({"full_name":"","name":"bob","ssh_keys":[],"uid":10000})",
                                  R"({"full_name":"","name":"ada","ssh_keys":[],"uid":10002})"}) {
    const UserTable table = table_with(entry);
    EXPECT_EQ(table.users().size(), 1U);
    ASSERT_EQ(table.damaged().size(), 1U);
    EXPECT_EQ(table.damaged().front().name, "ada");
    EXPECT_EQ(table.damaged().front().uid, 10000U);
  }
}

TEST(UserTable, a_user_with_a_name_and_a_number_is_one_as_far_as_the_entry_can_be_read) {
  const UserTable table = table_with(std::format(
      R"({{"name":"bob","uid":10002,"full_name":"a:b","ssh_keys":["no key","{}"]}})", kKey));
  EXPECT_TRUE(table.is_complete());
  EXPECT_EQ(table.find("bob"), (ClusterUser{.name = "bob", .uid = 10002, .ssh_keys = {kKey}}));
}

TEST(UserTable, whose_account_nobody_knows_has_a_plan_without_accounts) {
  for (const std::string entry :
       {R"({"name":"bob","full_name":"","ssh_keys":[]})", R"({"uid":10002,"ssh_keys":[]})", "7"}) {
    const UserTable table = table_with(entry);
    EXPECT_FALSE(table.is_complete()) << entry;
    for (const Machine machine : {Machine::head, Machine::node}) {
      for (const plan::Step& step : plan_users(table, machine).steps) {
        EXPECT_TRUE(std::holds_alternative<plan::MakeDirectory>(step)) << plan::describe(step);
      }
    }
    UserTable changed = table;
    EXPECT_EQ(changed.add({.name = "eve", .uid = 20000}).error().kind, ErrorKind::conflict);
    EXPECT_EQ(changed.change({.name = "ada", .full_name = "Ada"}).error().kind,
              ErrorKind::conflict);
    EXPECT_EQ(changed.remove("ada").error().kind, ErrorKind::conflict);
    EXPECT_EQ(changed, table);
  }
}

TEST(UserTable, machines_know_whom_a_damaged_entry_means) {
  UserTable last;
  ASSERT_TRUE(last.add({.name = "ada", .uid = 10000, .full_name = "Before"}));
  ASSERT_TRUE(last.add({.name = "bob", .uid = 10002, .full_name = "Bob", .ssh_keys = {kKey}}));
  ASSERT_TRUE(last.add({.name = "zoe", .uid = 10001}));
  for (const std::string entry : {R"({"full_name":"","name":"bob","ssh_keys":[]})",
                                  R"({"name":"bob","ssh_keys":7,"uid":10002})", "7"}) {
    UserTable table = table_with(entry);
    table.stand_in(last);
    EXPECT_TRUE(table.is_complete());
    EXPECT_EQ(names_of(table), (std::set<std::string>{"ada", "bob"})) << "zoe left";
    EXPECT_EQ(table.find("bob"), last.find("bob")) << entry;
    EXPECT_EQ(table.find("ada")->full_name, "Ada L") << "her entry is good";
    EXPECT_EQ(table.change({.name = "bob", .full_name = "B"}).error().kind, ErrorKind::conflict);
    EXPECT_FALSE(table.add({.name = "eve", .uid = 10002})) << "bob's number";
    EXPECT_EQ(table.add(wanted("eve"))->uid, 10003U);
    EXPECT_TRUE(table.to_json().contains(entry));
    ASSERT_TRUE(table.remove("bob"));
    EXPECT_EQ(names_of(table), (std::set<std::string>{"ada", "eve"}));
    EXPECT_EQ(table.add(wanted("bob"))->uid, 10002U) << "the number of the files";
  }
}

TEST(UserTable, of_which_nothing_can_be_read_is_what_machines_have) {
  UserTable table = UserTable::unknown();
  EXPECT_FALSE(table.is_complete());
  table.stand_in(UserTable::unknown());
  EXPECT_FALSE(table.is_complete()) << "a plan without accounts tells nothing";
  const UserTable last = table_with("");
  table.stand_in(last);
  EXPECT_TRUE(table.is_complete());
  EXPECT_EQ(plan_users(table, Machine::node), plan_users(last, Machine::node));
}

TEST(UserTable, no_number_of_a_user_who_left_is_given_again_when_it_cannot_be_read) {
  UserTable table = table_with("", R"({"uid":"10002","name":"bob"})");
  EXPECT_TRUE(table.is_complete()) << "who left has no account";
  EXPECT_EQ(table.add(wanted("eve")).error().kind, ErrorKind::conflict);
  EXPECT_TRUE(table.add({.name = "eve", .uid = 20000}));
  EXPECT_EQ(table.add(wanted("zoe"))->uid, 10001U) << "hers can be read";
  table = table_with("", R"({"uid":10002})");
  EXPECT_FALSE(table.add({.name = "eve", .uid = 10002})) << "somebody's";
  EXPECT_EQ(table.add(wanted("eve"))->uid, 10003U);
}

template <typename T>
std::vector<T> steps_of(const plan::Plan& plan) {
  std::vector<T> found;
  for (const plan::Step& step : plan.steps) {
    if (const auto* one = std::get_if<T>(&step)) found.push_back(*one);
  }
  return found;
}

TEST(UserPlan, makes_homes_on_the_head_only) {
  using Home = plan::EnsureUser::Home;
  UserTable table;
  ASSERT_TRUE(table.add(wanted("ada")));
  for (const auto& user : steps_of<plan::EnsureUser>(plan_users(table, Machine::head))) {
    EXPECT_EQ(user.make_home, Home::make) << user.name;
  }
  for (const auto& user : steps_of<plan::EnsureUser>(plan_users(table, Machine::node))) {
    EXPECT_EQ(user.make_home, Home::mounted) << user.name;
  }
}

TEST(UserPlan, gives_the_same_accounts_to_head_and_nodes) {
  UserTable table;
  ASSERT_TRUE(table.add({.name = "ada", .full_name = "Ada L"}));
  const auto head = steps_of<plan::EnsureUser>(plan_users(table, Machine::head));
  const auto node = steps_of<plan::EnsureUser>(plan_users(table, Machine::node));
  ASSERT_EQ(head.size(), 2U);
  ASSERT_EQ(node.size(), 2U);
  EXPECT_EQ(head[0].name, kCheckUser);
  EXPECT_EQ(head[0].shell, "/usr/sbin/nologin");
  EXPECT_EQ(head[1].name, node[1].name);
  EXPECT_EQ(head[1].uid, node[1].uid);
  EXPECT_EQ(head[1].home, "/home/ada");
}

TEST(UserPlan, says_nothing_of_people_who_left) {
  UserTable table;
  ASSERT_TRUE(table.add(wanted("ada")));
  const plan::Plan before = plan_users(table, Machine::node);
  ASSERT_TRUE(table.add(wanted("bob")));
  ASSERT_TRUE(table.remove("bob"));
  EXPECT_EQ(plan_users(table, Machine::node), before);
}

TEST(UserPlan, the_table_of_a_plan_makes_the_same_plan) {
  UserTable table;
  ASSERT_TRUE(table.add({.name = "ada", .uid = 12345, .full_name = "Ada L", .ssh_keys = {kKey}}));
  ASSERT_TRUE(table.add(wanted("bob")));
  const plan::Plan plan = plan_users(table, Machine::head);
  const auto again = table_of(plan);
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(plan_users(*again, Machine::head), plan);
}

TEST(UserPlan, a_plan_without_accounts_has_an_incomplete_table_that_makes_the_same_plan) {
  const plan::Plan plan = plan_users(UserTable::unknown(), Machine::head);
  const auto again = table_of(plan);
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_FALSE(again->is_complete());
  EXPECT_EQ(plan_users(*again, Machine::head), plan);
}

TEST(UserPlan, a_plan_with_a_name_a_key_or_a_number_that_is_none_has_no_table) {
  const auto refused = [](const plan::EnsureUser& user, const std::string& keys) {
    plan::Plan plan;
    plan.add(plan::EnsureUser{.name = "ada", .uid = 10000});
    plan.add(user);
    plan.add(plan::WriteFile{.path = "/etc/muster/ssh-keys/" + user.name, .content = keys});
    return !table_of(plan);
  };
  EXPECT_FALSE(refused({.name = "bob", .uid = 10001}, std::string(kKey) + "\n"));
  EXPECT_TRUE(refused({.name = "bob", .uid = 10000}, "")) << "ada's number";
  EXPECT_TRUE(refused({.name = "root", .uid = 10001}, ""));
  EXPECT_TRUE(refused({.name = "bob", .uid = 10001, .full_name = "a:b"}, ""));
  EXPECT_TRUE(refused({.name = "bob", .uid = 10001}, "command=\"x\" ssh-rsa AAAA\n"));
}

TEST(UserPlan, writes_no_file_below_a_users_home) {
  UserTable table;
  ASSERT_TRUE(table.add({.name = "ada", .ssh_keys = {kKey}}));
  for (const auto& file : steps_of<plan::WriteFile>(plan_users(table, Machine::head))) {
    EXPECT_FALSE(file.path.starts_with("/home")) << file.path;
  }
}

}  // namespace
}  // namespace muster::hpc
