#include "helper/accounts.h"

#include <format>
#include <gtest/gtest.h>

#include "core/os/files.h"
#include "tests/nss/name_source.h"

namespace muster::helper {
namespace {

using plan::EnsureUser;
using plan::Plan;

/// An account that every Debian system has, with its number (base-passwd).
constexpr const char* kThere = "games";
constexpr std::uint32_t kNumber = 5;
constexpr const char* kNew = "nobody-has-this-name";

Plan plan_for(const std::string& name, std::uint32_t uid) {
  Plan plan;
  plan.add(EnsureUser{.name = name, .uid = uid, .full_name = {}, .home = "/home/" + name});
  plan.add(plan::WriteFile{.path = "/etc/muster/ssh-keys/" + name, .content = "a key\n"});
  return plan;
}

TEST(Accounts, a_person_whom_the_machine_had_before_is_not_the_clusters) {
  const CheckedAccounts checked = check_accounts(plan_for(kThere, kNumber), {}, {});
  EXPECT_TRUE(checked.plan.steps.empty()) << "neither the account nor its keys";
  ASSERT_EQ(checked.refused.size(), 1U);
  EXPECT_NE(checked.refused[0].reason.find("'games' before"), std::string::npos);
}

TEST(Accounts, one_that_the_helper_made_or_that_root_named_is) {
  EXPECT_EQ(check_accounts(plan_for(kThere, kNumber), {}, {{kThere, kNumber}}).plan.steps.size(),
            2U);
  spec::ClusterSpec spec;
  spec.users = {{.name = kThere, .uid = {}, .full_name = {}, .ssh_keys = {}}};
  EXPECT_EQ(check_accounts(plan_for(kThere, kNumber), spec, {}).plan.steps.size(), 2U);
  EXPECT_TRUE(
      check_accounts(plan_for(kThere, kNumber + 1), spec, {{kThere, kNumber}}).plan.steps.empty())
      << "with another number it is somebody else";
}

TEST(Accounts, one_that_its_owner_made_in_place_of_the_clusters_is_not) {
  EXPECT_TRUE(check_accounts(plan_for(kThere, kNumber), {}, {{kThere, 10001}}).plan.steps.empty());
}

TEST(Accounts, a_person_whom_the_machine_had_before_gets_the_keys_of_cluster_yaml_alone) {
  constexpr auto kNamed = "ssh-ed25519 AAAAnamed ada@desk";
  constexpr auto kOther = "ssh-ed25519 AAAAother eve@desk";
  spec::ClusterSpec spec;
  spec.users = {{.name = kThere, .uid = {}, .full_name = {}, .ssh_keys = {kNamed}}};
  Plan plan = plan_for(kThere, kNumber);
  auto& keys = std::get<plan::WriteFile>(plan.steps.back());
  keys.content = std::format("{}\n{}\n", kOther, kNamed);
  const CheckedAccounts checked = check_accounts(plan, spec, {});
  ASSERT_EQ(checked.plan.steps.size(), 2U);
  EXPECT_EQ(std::get<plan::WriteFile>(checked.plan.steps.back()).content,
            std::format("{}\n", kNamed));
  ASSERT_EQ(checked.refused.size(), 1U);
  EXPECT_TRUE(checked.refused[0].step.contains("/etc/muster/ssh-keys/games"));
  EXPECT_TRUE(checked.refused[0].reason.contains(kOther)) << checked.refused[0].reason;
  EXPECT_EQ(check_accounts(plan, spec, {{kThere, kNumber}}).plan, plan)
      << "the helper made that account";
  keys.path = std::format("/etc/muster/ssh-keys/{}", kNew);
  EXPECT_EQ(check_accounts(plan, spec, {}).plan, plan) << "who is new has no rights yet";
}

TEST(Accounts, keys_of_people_who_are_not_in_the_plan_go) {
  const Plan plan = plan_for(kNew, 10000);
  const Plan cleaned =
      with_stale_keys_removed(plan, std::vector<std::string>{"left", kNew, "root"});
  ASSERT_EQ(cleaned.steps.size(), 3U);
  EXPECT_EQ(cleaned.steps[0], plan::Step(plan::RemoveFile{.path = "/etc/muster/ssh-keys/left"}));
  EXPECT_EQ(with_stale_keys_removed(plan, {}), plan);
}

TEST(Accounts, of_whom_nobody_knows_nothing_is_made_and_nothing_removed) {
  const nss::NameSource source(NSS_STATUS_UNAVAIL, ENOENT);
  spec::ClusterSpec spec;
  spec.users = {{.name = kNew, .uid = {}, .full_name = {}, .ssh_keys = {}}};
  for (const spec::ClusterSpec& named : {spec::ClusterSpec(), spec}) {
    const CheckedAccounts checked = check_accounts(plan_for(kNew, 10000), named, {{kNew, 10000}});
    EXPECT_TRUE(checked.plan.steps.empty());
    ASSERT_EQ(checked.refused.size(), 1U);
    EXPECT_TRUE(checked.refused[0].reason.contains("cannot look up user 'nobody-has-this-name'"))
        << checked.refused[0].reason;
    EXPECT_TRUE(checked.undecided.contains(kNew));
    const Plan cleaned = with_stale_keys_removed(
        checked.plan, std::vector<std::string>{"left", kNew}, checked.undecided);
    ASSERT_EQ(cleaned.steps.size(), 1U) << "the keys stay";
    EXPECT_EQ(cleaned.steps[0], plan::Step(plan::RemoveFile{.path = "/etc/muster/ssh-keys/left"}));
  }
  EXPECT_TRUE(check_accounts(plan_for(kThere, kNumber), {}, {}).undecided.empty())
      << "the files have that account";
}

TEST(Accounts, keys_alone_of_whom_nobody_knows_are_not_changed) {
  const nss::NameSource source(NSS_STATUS_UNAVAIL, ENOENT);
  spec::ClusterSpec spec;
  spec.users = {{.name = kNew, .uid = {}, .full_name = {}, .ssh_keys = {}}};
  Plan plan = plan_for(kNew, 10000);
  plan.steps.erase(plan.steps.begin());
  const CheckedAccounts checked = check_accounts(plan, spec, {});
  EXPECT_TRUE(checked.plan.steps.empty());
  EXPECT_EQ(checked.refused.size(), 1U);
  EXPECT_TRUE(checked.undecided.contains(kNew));
}

TEST(Accounts, nobody_joins_a_group_that_was_there_before) {
  // A group without a user of its name (base-passwd).
  constexpr const char* kGroup = "operator";
  const CheckedAccounts checked = check_accounts(plan_for(kGroup, 10000), {}, {});
  EXPECT_TRUE(checked.plan.steps.empty());
  ASSERT_EQ(checked.refused.size(), 1U);
  EXPECT_NE(checked.refused[0].reason.find("a group 'operator' before"), std::string::npos);
  EXPECT_EQ(check_accounts(plan_for(kGroup, 10000), {}, {{kGroup, 10000}}).plan.steps.size(), 2U)
      << "the helper was cut off between the two";
}

TEST(Accounts, the_account_of_the_job_check_is_the_clusters_whoever_made_it) {
  Plan plan;
  plan.add(EnsureUser{.name = "muster-check", .uid = 9999, .home = "/home/muster-check"});
  EXPECT_EQ(check_accounts(plan, {}, {}).plan.steps.size(), 1U);
}

TEST(Accounts, reads_its_list) {
  const auto place = os::TemporaryDirectory::make().value();
  EXPECT_EQ(apply::read_own_accounts(place.path()).value(), apply::ListedAccounts{});
  ASSERT_TRUE(os::write_file(place.path() / "muster/accounts", "ada 10000\nbob\n"));
  EXPECT_EQ(apply::read_own_accounts(place.path()).value(),
            (apply::ListedAccounts{{"ada", 10000}, {"bob", std::nullopt}}));
}

}  // namespace
}  // namespace muster::helper
