#pragma once
// A head's plan as its daemon makes it, and root's comparison with its own.

#include <gtest/gtest.h>
#include <stdexcept>

#include "plans/trusted.h"
#include "tests/unit/plans/own_cluster.h"

namespace muster::plans {

class Trusted : public testing::Test {
 protected:
  void SetUp() override {
    spec_ = own_cluster();
    ASSERT_TRUE(users_.add({.name = "alice"}));
    node_ = {{.name = "n001", .address = {0x0A2A0101}, .profile = "default"}, {}, {}, "1"};
    node_.hardware.macs = {*parse_mac("52:54:00:00:00:01")};
    node_.hardware.topology = provisioning::CpuTopology{1, 2, 1};
    node_.hardware.memory = Bytes::from_mib(2048);
    node_.certificate_serial = "01";
    provisioning::Node other = node_;
    other.name = "n007";
    other.address = {0x0A2A0107};
    other.hardware.memory = Bytes::from_mib(4096);
    other.hardware.accelerators = {card("0000:17:00.0", "/dev/nvidia0"),
                                   card("0000:65:00.0", "/dev/nvidia1"),
                                   card("0000:ca:00.0", "/dev/dri/renderD128")};
    nodes_ = {node_, other};
  }
  static provisioning::Accelerator card(const std::string& address, const std::string& file) {
    provisioning::Accelerator card{
        .address = address, .vendor = 0x10de, .device = 0x20b2, .pci_class = 0x0302};
    card.driver = {.name = "nvidia", .files = {file}};
    return card;
  }
  /// The plan as the daemon makes it.
  plan::Plan daemons(provisioning::DhcpMode mode = provisioning::DhcpMode::serve) {
    return plan_head({.spec = spec_,
                      .facts = facts_,
                      .dhcp = mode,
                      .nodes = nodes_,
                      .address_lost_ms = 1234,
                      .users = users_,
                      .slurm_key = std::string(128, 'a'),
                      .ssh_authority = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==",
                      .head_ssh_certificate = "ssh-ed25519-cert-v01@openssh.com AAAA head\n",
                      .extensions_in_scheduler = in_scheduler_})
        .plan;
  }
  static plan::WriteFile& file_of(plan::Plan& plan, std::string_view path) {
    for (plan::Step& step : plan.steps) {
      auto* const file = std::get_if<plan::WriteFile>(&step);
      if (file != nullptr && file->path == path) return *file;
    }
    throw std::runtime_error("no such file");
  }
  /// The same with something added to one file.
  plan::Plan with(std::string_view path, const std::string& addition) {
    plan::Plan plan = daemons();
    file_of(plan, path).content += addition;
    return plan;
  }
  /// The same with lines where Slurm's files have those of nodes: before the last line of
  /// slurm.conf.
  plan::Plan with_node_line(std::string_view path, const std::string& line) {
    plan::Plan plan = daemons();
    std::string& content = file_of(plan, path).content;
    const bool last = path == "/etc/slurm/gres.conf";
    content.insert(last ? content.size() : content.rfind("PartitionName="), line);
    return plan;
  }
  Result<plan::Plan> check(const plan::Plan& plan) {
    return check_plan(plan, {.spec = spec_, .facts = facts_});
  }

  spec::ClusterSpec spec_;
  head::Facts facts_{.interface = "eth1",
                     .live = true,
                     .medium = "/run/live/medium",
                     .root_key = "ssh-ed25519 ROOT",
                     .host_key = "ssh-ed25519 HOST"};
  hpc::UserTable users_;
  provisioning::Node node_;
  std::vector<provisioning::Node> nodes_;
  hpc::OtherSettings in_scheduler_;
};

}  // namespace muster::plans
