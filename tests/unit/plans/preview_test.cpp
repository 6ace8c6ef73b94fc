#include "plans/preview.h"

#include <gtest/gtest.h>

#include "core/spec/parse.h"
#include "plans/head_rights.h"
#include "tests/unit/plans/own_cluster.h"

namespace muster::plans {
namespace {

constexpr const char* kKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ada@desk";

TEST(Preview, the_helper_does_what_a_valid_specification_asks) {
  spec::ClusterSpec spec = own_cluster();
  spec.users = {{.name = "ada", .uid = 1000},
                {.name = "bob", .uid = 59999},
                {.name = "ada.lovelace", .uid = 1234567890}};
  spec.volumes.push_back({.name = "data", .mount = "/srv/data"});
  const auto preview = plans::preview(spec, spec.profiles.front().name);
  ASSERT_TRUE(preview);
  const auto policy = head_policy(spec);
  ASSERT_TRUE(policy) << policy.error().text();
  const Status allowed = policy->check(preview->head);
  EXPECT_TRUE(allowed) << allowed.error().text();
}

TEST(Preview, a_user_that_cannot_be_is_an_error) {
  spec::ClusterSpec spec = own_cluster();
  spec.users = {{.name = "root"}};
  EXPECT_FALSE(preview(spec, spec.profiles.front().name));
}

TEST(Preview, is_of_a_node_of_the_profile_that_is_named) {
  spec::ClusterSpec spec = own_cluster();
  spec.profiles = {{.name = "thin", .image = "compute"}, {.name = "fat", .image = "compute"}};
  spec.volumes = {{.name = "data", .mount = "/data", .profiles = {"fat"}}};
  const auto thin = preview(spec, "thin");
  const auto fat = preview(spec, "fat");
  ASSERT_TRUE(thin && fat);
  EXPECT_EQ(fat->node.profile, "fat");
  ASSERT_EQ(thin->other_profiles.size(), 1U);
  EXPECT_EQ(thin->other_profiles.front().profile, "fat");
  ASSERT_EQ(fat->other_profiles.size(), 1U);
  EXPECT_EQ(fat->other_profiles.front().profile, "thin");
  const auto none = preview(spec, "tin");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().text(), "there is no profile 'tin'; profiles: thin, fat");
}

TEST(Preview, users_who_were_removed_do_not_come_back_with_the_specification) {
  spec::ClusterSpec spec = own_cluster();
  spec.users = {{.name = "ada"}, {.name = "bob"}};
  hpc::UserTable table = with_spec_users({}, spec).table;
  ASSERT_TRUE(table.remove("bob"));
  const SpecUsers again = with_spec_users(table, spec);
  EXPECT_TRUE(again.refused.empty());
  EXPECT_TRUE(again.table.find("ada"));
  EXPECT_FALSE(again.table.find("bob"));
}

TEST(Preview, numbers_that_are_written_are_set_aside_before_others_are_given) {
  spec::ClusterSpec spec = own_cluster();
  spec.users = {{.name = "ada"}, {.name = "bob", .uid = 10000}};
  const SpecUsers users = with_spec_users({}, spec);
  EXPECT_TRUE(users.refused.empty());
  EXPECT_EQ(users.table.find("ada")->uid, 10001U);
  EXPECT_EQ(users.table.find("bob")->uid, 10000U);
}

TEST(Preview, a_number_that_somebody_else_has_costs_its_user_only) {
  spec::ClusterSpec spec = own_cluster();
  spec.users = {{.name = "ada"}};
  const hpc::UserTable table = with_spec_users({}, spec).table;
  spec.users = {{.name = "ada", .uid = 12345}, {.name = "bob", .uid = 10000}, {.name = "eve"}};
  const SpecUsers users = with_spec_users(table, spec);
  ASSERT_EQ(users.refused.size(), 2U);
  EXPECT_EQ(users.refused[0].message, "user 'ada' has number 10000, and cluster.yaml says 12345");
  EXPECT_EQ(users.refused[1].message, "cannot add user 'bob': number 10000 is that of user 'ada'");
  EXPECT_EQ(users.table.find("ada")->uid, 10000U);
  EXPECT_FALSE(users.table.find("bob"));
  EXPECT_TRUE(users.table.find("eve"));
}

TEST(Preview, keys_of_known_users_follow_the_specification) {
  spec::ClusterSpec spec = own_cluster();
  spec.users = {{.name = "ada"}};
  const hpc::UserTable table = with_spec_users({}, spec).table;
  spec.users[0].ssh_keys = {kKey};
  const SpecUsers changed = with_spec_users(table, spec);
  EXPECT_TRUE(changed.refused.empty());
  EXPECT_EQ(changed.table.find("ada")->ssh_keys, spec.users[0].ssh_keys);
}

TEST(Preview, what_was_changed_since_stays_until_the_specification_says_something_new) {
  spec::ClusterSpec spec = own_cluster();
  spec.users = {{.name = "ada", .full_name = "Ada"}};
  hpc::UserTable table = with_spec_users({}, spec).table;
  const Digests known = digests_of(spec.users);
  ASSERT_TRUE(table.change({.name = "ada", .ssh_keys = {kKey}}));
  ASSERT_TRUE(table.change({.name = "ada", .full_name = "Ada King"}));
  EXPECT_EQ(with_spec_users(table, spec, known).table.find("ada")->full_name, "Ada King");
  spec.users[0].full_name = "Ada Lovelace";
  EXPECT_EQ(with_spec_users(table, spec, known).table.find("ada")->full_name, "Ada Lovelace");
  EXPECT_FALSE(with_spec_users({}, spec, digests_of(spec.users)).table.find("ada"))
      << "who was taken over and is not there was removed";
}

TEST(Preview, who_is_refused_is_tried_again) {
  spec::ClusterSpec spec = own_cluster();
  spec.users = {{.name = "ada"}, {.name = "bob", .uid = 10000}};
  const hpc::UserTable taken = *hpc::UserTable::of(std::vector{hpc::ClusterUser{"eve", 10000}});
  const SpecUsers refused = with_spec_users(taken, spec);
  ASSERT_EQ(refused.refused.size(), 1U);
  EXPECT_TRUE(refused.known.contains("ada"));
  EXPECT_FALSE(refused.known.contains("bob"));
  const SpecUsers again = with_spec_users({}, spec, refused.known);
  EXPECT_TRUE(again.refused.empty());
  EXPECT_TRUE(again.table.find("bob"));
  EXPECT_EQ(again.known, digests_of(spec.users));
}

TEST(Preview, people_leave_with_a_specification_and_come_back_with_it) {
  spec::ClusterSpec with = own_cluster();
  with.users = {{.name = "ada", .ssh_keys = {kKey}}};
  const spec::ClusterSpec without = own_cluster();
  const SpecUsers first = with_spec_users({}, with);
  EXPECT_TRUE(leavers(first.table, with, first.known).empty());

  // A head that starts with the other file takes nobody's account, however often.
  const SpecUsers once = with_spec_users(first.table, without, first.known);
  const SpecUsers stays = with_spec_users(once.table, without, once.known);
  EXPECT_TRUE(stays.table.find("ada"));
  EXPECT_EQ(leavers(stays.table, without, stays.known), std::vector<std::string>{"ada"});

  const SpecUsers gone = without_leavers(stays.table, without, stays.known);
  EXPECT_TRUE(gone.refused.empty());
  EXPECT_FALSE(gone.table.find("ada"));
  EXPECT_TRUE(leavers(gone.table, without, gone.known).empty());
  const SpecUsers started = with_spec_users(gone.table, without, gone.known);
  const SpecUsers back = with_spec_users(started.table, with, started.known);
  ASSERT_TRUE(back.table.find("ada"));
  EXPECT_EQ(back.table.find("ada")->uid, first.table.find("ada")->uid);
  EXPECT_EQ(back.table.find("ada")->ssh_keys, with.users[0].ssh_keys);
}

TEST(Preview, nobody_who_was_removed_by_name_comes_back_with_a_specification) {
  spec::ClusterSpec with = own_cluster();
  with.users = {{.name = "ada", .ssh_keys = {kKey}}};
  const spec::ClusterSpec without = own_cluster();
  const SpecUsers first = with_spec_users({}, with);
  hpc::UserTable removed = first.table;
  ASSERT_TRUE(removed.remove("ada"));
  const SpecUsers same = with_spec_users(removed, with, first.known);
  EXPECT_FALSE(same.table.find("ada"));
  const SpecUsers other = with_spec_users(same.table, without, same.known);
  EXPECT_TRUE(leavers(other.table, without, other.known).empty());
  EXPECT_FALSE(with_spec_users(other.table, with, other.known).table.find("ada"));
}

TEST(Preview, whom_no_specification_named_does_not_leave) {
  hpc::UserTable table;
  ASSERT_TRUE(table.add({.name = "bob"}));
  const SpecUsers users = with_spec_users(table, own_cluster());
  EXPECT_TRUE(leavers(users.table, own_cluster(), users.known).empty());
}

TEST(Preview, a_key_for_somebody_whose_entry_is_damaged_is_taken_over_when_it_can_be) {
  spec::ClusterSpec spec = own_cluster();
  spec.users = {{.name = "ada"}};
  const SpecUsers before = with_spec_users({}, spec);
  auto damaged = hpc::UserTable::parse(
      R"({"schema":1,"users":[{"name":"ada","uid":10000,"full_name":7,"ssh_keys":[]}],"retired":[]})");
  ASSERT_TRUE(damaged) << damaged.error().text();
  spec.users[0].ssh_keys = {kKey};
  const SpecUsers refused = with_spec_users(*damaged, spec, before.known);
  ASSERT_EQ(refused.refused.size(), 1U);
  EXPECT_EQ(refused.known, before.known);
  EXPECT_EQ(with_spec_users(before.table, spec, refused.known).table.find("ada")->ssh_keys,
            spec.users[0].ssh_keys);
}

}  // namespace
}  // namespace muster::plans
