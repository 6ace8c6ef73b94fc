#include "apps/plans/plans.h"

#include <gtest/gtest.h>

#include "core/os/files.h"
#include "core/spec/parse.h"
#include "provisioning/head/allowed.h"

namespace muster::plans {
namespace {

class Plans : public testing::Test {
 protected:
  void SetUp() override {
    const auto text = os::read_file(MUSTER_SOURCE "/cluster.yaml");
    ASSERT_TRUE(text);
    auto outcome = spec::parse_cluster(*text, "cluster.yaml");
    ASSERT_TRUE(outcome.spec);
    spec_ = std::move(*outcome.spec);
    ASSERT_TRUE(users_.add({.name = "alice"}));
    ASSERT_TRUE(users_.add({.name = "bob"}));
    ASSERT_TRUE(users_.remove("bob"));
    node_ = {.id = "1", .name = "n001", .address = {0x0A2A0101}};
    node_.hardware.macs = {*parse_mac("52:54:00:00:00:01")};
    node_.hardware.memory = Bytes::from_mib(2048);
  }
  ClusterView view() {
    return {.spec = spec_,
            .facts = facts_,
            .image = image_,
            .dhcp = provisioning::DhcpMode::serve,
            .nodes = {&node_, 1},
            .users = users_,
            .slurm_key = "hush",
            .state_directory = "/var/lib/muster",
            .boot_directory = "/usr/share/muster/boot",
            .node_socket = "/run/musterd/node.sock"};
  }

  spec::ClusterSpec spec_;
  head::Facts facts_{.interface = "eth1", .live = true, .medium = "/run/live/medium"};
  provisioning::Image image_{
      .name = "compute", .kernel = {.path = "live/vmlinuz"}, .initrd = {.path = "i"}};
  hpc::UserTable users_;
  provisioning::Node node_;
};

TEST_F(Plans, the_helper_is_willing_to_do_all_of_the_heads_plan) {
  const Status allowed = head::check_allowed(plan_head(view()).plan);
  EXPECT_TRUE(allowed) << allowed.error().text();
}

TEST_F(Plans, equal_state_gives_equal_plans) {
  EXPECT_EQ(plan::generation(plan_head(view()).plan), plan::generation(plan_head(view()).plan));
  EXPECT_EQ(plan::generation(plan_node(view(), node_)), plan::generation(plan_node(view(), node_)));
}

TEST_F(Plans, a_live_head_has_a_home_that_can_be_exported) {
  const auto mounts_home = [&] {
    for (const plan::Step& step : plan_head(view()).plan.steps) {
      const auto* const mount = std::get_if<plan::MountFileSystem>(&step);
      if (mount != nullptr && mount->target == "/home") return true;
    }
    return false;
  };
  EXPECT_TRUE(mounts_home());
  facts_.home_kept = true;
  EXPECT_FALSE(mounts_home()) << "a state disk is mounted there";
  facts_.home_kept = false;
  facts_.live = false;
  EXPECT_FALSE(mounts_home()) << "an installed head has its own /home";
}

TEST_F(Plans, the_key_is_secret_wherever_it_goes) {
  for (const plan::Plan& plan : {plan_head(view()).plan, plan_node(view(), node_)}) {
    for (const plan::Step& step : plan.steps) {
      const auto* const file = std::get_if<plan::WriteFile>(&step);
      if (file == nullptr || file->content.find("hush") == std::string::npos) continue;
      EXPECT_EQ(file->secrecy, plan::Secrecy::secret);
      EXPECT_EQ(file->mode, 0600U);
    }
  }
}

TEST_F(Plans, a_new_node_changes_the_scheduler_and_nothing_else_of_the_head) {
  ClusterView before = view();
  before.nodes = {};
  const auto changes = plan::diff(plan_head(before).plan, plan_head(view()).plan);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(plan::subject(changes[0].step), "file /etc/slurm/slurm.conf");
}

}  // namespace
}  // namespace muster::plans
