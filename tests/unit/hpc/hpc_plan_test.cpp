#include "hpc/hpc_plan.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "hpc/mpi.h"
#include "hpc/time_sync.h"

namespace muster::hpc {
namespace {

ClusterFacts facts() {
  return {.head = *parse_ipv4_interface("10.42.0.1/16"), .slurm_key = "a secret"};
}

SlurmSettings settings() { return {.head_address = facts().head.address}; }

const plan::WriteFile* find_file(const plan::Plan& plan, std::string_view path) {
  for (const plan::Step& step : plan.steps) {
    const auto* file = std::get_if<plan::WriteFile>(&step);
    if (file != nullptr && file->path == path) return file;
  }
  return nullptr;
}

const plan::Service* find_service(const plan::Plan& plan, std::string_view unit) {
  for (const plan::Step& step : plan.steps) {
    const auto* service = std::get_if<plan::Service>(&step);
    if (service != nullptr && service->unit == unit) return service;
  }
  return nullptr;
}

TEST(HpcPlan, gives_the_same_key_to_head_and_node_and_shows_it_to_nobody) {
  const auto head = plan_head(facts(), settings(), {}).plan;
  const auto node = plan_node(facts(), {});
  const auto* ours = find_file(head, "/etc/slurm/slurm.key");
  const auto* theirs = find_file(node, "/etc/slurm/slurm.key");
  ASSERT_TRUE(ours != nullptr && theirs != nullptr);
  EXPECT_EQ(ours->content, theirs->content);
  EXPECT_EQ(ours->owner, "slurm");
  EXPECT_EQ(theirs->owner, "root");
  for (const auto* key : {ours, theirs}) {
    EXPECT_EQ(key->mode, 0600U);
    EXPECT_EQ(key->secrecy, plan::Secrecy::secret);
  }
}

TEST(HpcPlan, changes_the_head_without_a_restart_when_nodes_change) {
  const auto plan = plan_head(facts(), settings(), {}).plan;
  const auto* service = find_service(plan, "slurmctld.service");
  ASSERT_NE(service, nullptr);
  EXPECT_EQ(service->on_change, plan::Service::OnChange::reload_always);
  EXPECT_EQ(service->watches.at(0), "/etc/slurm/slurm.conf");
}

TEST(HpcPlan, starts_the_controller_anew_when_the_cluster_gets_another_name) {
  const auto* const path = "/etc/systemd/system/slurmctld.service.d/muster.conf";
  SlurmSettings renamed = settings();
  renamed.cluster_name = "other";
  const auto before = plan_head(facts(), settings(), {}).plan;
  const auto after = plan_head(facts(), renamed, {}).plan;
  EXPECT_NE(find_file(before, path)->content, find_file(after, path)->content);
  EXPECT_EQ(find_service(after, "slurmctld.service")->restart_watches,
            std::vector<std::string>{path});
}

TEST(HpcPlan, passes_on_which_nodes_were_left_out) {
  const std::vector<NodeHardware> nodes = {{.name = "n001", .sockets = 0}};
  EXPECT_EQ(plan_head(facts(), settings(), nodes).refused.size(), 1U);
}

TEST(HpcPlan, starts_the_nodes_daemon_last) {
  const auto plan = plan_node(facts(), {});
  const auto* last = std::get_if<plan::Service>(&plan.steps.back());
  ASSERT_NE(last, nullptr);
  EXPECT_EQ(last->unit, "slurmd.service");
}

TEST(HpcPlan, a_node_that_returned_signs_on_once_more) {
  const auto* const path = "/etc/slurm/returned";
  const auto before = plan_node_own(facts().head.address, "n001", 0);
  const auto after = plan_node_own(facts().head.address, "n001", 1754730000000);
  EXPECT_NE(find_file(before, path)->content, find_file(after, path)->content);
  const auto plan = plan_node(facts(), {});
  const auto* service = find_service(plan, "slurmd.service");
  ASSERT_NE(service, nullptr);
  EXPECT_TRUE(std::ranges::contains(service->watches, path));
  EXPECT_EQ(service->on_change, plan::Service::OnChange::restart);
}

TEST(HpcPlan, makes_a_new_key_each_time) {
  EXPECT_EQ(make_slurm_key().size(), 128U);
  EXPECT_NE(make_slurm_key(), make_slurm_key());
}

TEST(MpiParameters, keep_messages_on_the_clusters_network) {
  EXPECT_NE(render_mpi_parameters(facts().head).find("btl_tcp_if_include = 10.42.0.0/16\n"),
            std::string::npos);
}

TEST(TimeSync, serves_the_clusters_network_only) {
  const std::string text = render_head_time(facts().head, {});
  EXPECT_NE(text.find("allow 10.42.0.0/16\n"), std::string::npos);
  EXPECT_NE(text.find("bindaddress 10.42.0.1\n"), std::string::npos);
}

TEST(TimeSync, makes_nodes_follow_the_head) {
  EXPECT_NE(render_node_time(facts().head.address).find("server 10.42.0.1 iburst"),
            std::string::npos);
}

TEST(HpcPlan, the_head_asks_the_time_servers_of_the_site) {
  ClusterFacts asked = facts();
  asked.time_servers = {"ntp.example.org", "192.0.2.123"};
  const plan::Plan plan = plan_head(asked, {}, {}).plan;
  const auto found = std::ranges::find_if(plan.steps, [](const plan::Step& step) {
    const auto* const file = std::get_if<plan::WriteFile>(&step);
    return file != nullptr && file->path == "/etc/chrony/conf.d/muster.conf";
  });
  ASSERT_NE(found, plan.steps.end());
  EXPECT_TRUE(std::get<plan::WriteFile>(*found).content.ends_with(
      "server ntp.example.org iburst\nserver 192.0.2.123 iburst\n"));
}

}  // namespace
}  // namespace muster::hpc
