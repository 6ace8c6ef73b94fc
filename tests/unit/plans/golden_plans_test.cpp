// The plans of two clusters are in tests/golden/plans, so that a review shows what a change does to
// every machine. tests/golden/plans/README.md says how they are renewed.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <format>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/os/files.h"
#include "core/spec/parse.h"
#include "plans/head_rights.h"
#include "plans/plans.h"
#include "plans/preview.h"
#include "plans/trusted.h"

namespace muster::plans {
namespace {

using provisioning::Node;

const std::filesystem::path kFolder = MUSTER_SOURCE "/tests/golden/plans";

/// Everything that the plans of one cluster are made of.
struct Site {
  spec::ClusterSpec spec;
  head::Facts facts;
  std::vector<provisioning::KeptImage> images;
  hpc::UserTable users = {};
  std::vector<Node> nodes = {};
};

spec::ClusterSpec read_spec(const char* file) {
  const std::string text = os::read_file(std::filesystem::path(MUSTER_SOURCE) / file).value();
  return spec::parse_cluster(text, file).spec.value();
}

std::vector<provisioning::KeptImage> images_of(const spec::ClusterSpec& spec) {
  std::vector<provisioning::KeptImage> images;
  for (const spec::Image& image : spec.images) {
    images.push_back(
        {.image = {.name = image.name,
                   .layers = {{.path = "live/10-base.squashfs", .size = Bytes::from_mib(300)}}},
         .id = image.name});
  }
  return images;
}

/// Node `number` of the cluster, as it is after its first boot.
Node node_of(const spec::ClusterSpec& spec, std::uint32_t number, std::uint64_t memory_mib,
             std::uint32_t cores) {
  Node node;
  node.id = std::to_string(number);
  node.name = std::format("n{:03}", number);
  node.address = {spec.nodes.addresses.first.value + number - 1};
  node.profile = spec.profiles.front().name;
  node.booted_profile = node.profile;
  node.hardware.topology = provisioning::CpuTopology{2, cores, 2};
  node.hardware.memory = Bytes::from_mib(memory_mib);
  node.state = provisioning::NodeState::ready;
  node.certificate_serial = std::format("{:02x}", number);
  node.ssh_certificate = std::format("ssh-ed25519-cert-v01@openssh.com AAAA n{:03}\n", number);
  return node;
}

provisioning::Accelerator card(std::uint32_t number) {
  provisioning::Accelerator card{.address = std::format("0000:{:02x}:00.0", 0x10 + number),
                                 .vendor = 0x10de,
                                 .device = 0x20b2,
                                 .pci_class = 0x0302};
  card.driver = {.name = "nvidia", .files = {std::format("/dev/nvidia{}", number)}};
  return card;
}

/// The cluster.yaml that everybody starts with, on a live head, with two nodes and one person.
Site small_site() {
  Site site{.spec = read_spec("cluster.yaml"),
            .facts = {.interface = "eth0", .live = true, .medium = "/run/live/medium"},
            .images = {}};
  site.images = images_of(site.spec);
  site.nodes = {node_of(site.spec, 1, 4096, 2), node_of(site.spec, 2, 4096, 2)};
  EXPECT_TRUE(site.users.add({.name = "alice", .full_name = "Alice Example"}));
  return site;
}

/// The example of a site on a server with a system of its own: 200 nodes in three kinds, one that
/// never enrolled, 40 people and one who left.
Site large_site() {
  Site site{.spec = read_spec("docs/examples/site.yaml"),
            .facts = {.interface = "eno1",
                      .medium = "/var/lib/muster/medium",
                      .resolvers = "nameserver 192.0.2.53\n",
                      .external = "eno2",
                      .root_key = "ssh-ed25519 AAAAROOT root@login",
                      .host_key = "ssh-ed25519 AAAAHOST"},
            .images = {}};
  site.images = images_of(site.spec);
  site.users = with_spec_users({}, site.spec).table;
  for (std::uint32_t i = 1; i < 40; ++i) {
    EXPECT_TRUE(site.users.add({.name = std::format("person{:02}", i)}));
  }
  EXPECT_TRUE(site.users.add({.name = "left"}));
  EXPECT_TRUE(site.users.remove("left"));
  for (std::uint32_t i = 1; i <= 200; ++i) {
    Node node = node_of(site.spec, i, i > 190 ? 8192 : 262144, 32);
    if (i > 128 && i <= 144) {
      node.booted_profile = "graphics";
      for (std::uint32_t k = 0; k < 4; ++k) node.hardware.accelerators.push_back(card(k));
    }
    if (i == 150) node.certificate_serial.clear();
    site.nodes.push_back(std::move(node));
  }
  return site;
}

ClusterView view_of(const Site& site) {
  return {.spec = site.spec,
          .facts = site.facts,
          .images = site.images,
          .dhcp = provisioning::DhcpMode::serve,
          .nodes = site.nodes,
          .users = site.users,
          .slurm_key = std::string(128, 'a'),
          .ssh_authority = "ssh-ed25519 AAAA",
          .head_ssh_certificate =
              site.facts.host_key.empty() ? "" : "ssh-ed25519-cert-v01@openssh.com AAAA login\n"};
}

/// The plan as people see it, each file's content a list of lines.
std::string to_text(const plan::Plan& plan) {
  nlohmann::ordered_json document = nlohmann::ordered_json::parse(plan::to_view(plan).dump());
  for (auto& step : document["steps"]) {
    const auto content = step.find("content");
    if (content == step.end() || !content->is_string()) continue;
    // The part behind the last line end shows whether the file ends with one.
    *content = split(content->get<std::string>(), '\n');
  }
  return document.dump(1) + "\n";
}

void compare(const std::string& file, const plan::Plan& plan) {
  const std::string found = to_text(plan);
  if (std::getenv("MUSTER_RENEW_GOLDEN") != nullptr) {
    ASSERT_TRUE(os::write_file(kFolder / file, found));
  }
  const auto expected = os::read_file(kFolder / file);
  ASSERT_TRUE(expected) << expected.error().text();
  if (found == *expected) return;
  ADD_FAILURE() << file << ": " << plan::explain_content(*expected, found)
                << "; tests/golden/plans/README.md says how the file is renewed";
}

TEST(GoldenPlans, of_a_small_cluster) {
  const Site site = small_site();
  compare("small-head.json", plan_head(view_of(site)).plan);
  compare("small-node.json", plan_node(view_of(site), site.nodes.front()));
}

TEST(GoldenPlans, of_a_large_cluster) {
  const Site site = large_site();
  compare("large-head.json", plan_head(view_of(site)).plan);
  compare("large-node.json", plan_node(view_of(site), site.nodes.front()));
  const auto graphics = std::ranges::find(site.nodes, "graphics", &Node::booted_profile);
  ASSERT_NE(graphics, site.nodes.end());
  compare("large-graphics-node.json", plan_node(view_of(site), *graphics));
  EXPECT_TRUE(plan::check_owners(plan_head(view_of(site)).plan));
  EXPECT_TRUE(plan::check_owners(plan_node(view_of(site), *graphics)));
}

/// The file or link that a step leaves; empty for none.
std::string path_of(const plan::Step& step) {
  if (const auto* const file = std::get_if<plan::WriteFile>(&step)) return file->path;
  if (const auto* const link = std::get_if<plan::MakeLink>(&step)) return link->path;
  return {};
}

// /etc/hosts stays: the machine needs a name for itself. What lies below /etc/muster nobody else
// reads. A head from the medium, from which no package is removed, has its time zone by the plan.
TEST(GoldenPlans, write_nothing_that_the_removal_of_the_package_forgets) {
  const auto removal = os::read_file(kFolder / "../../../debian/musterd.postrm");
  ASSERT_TRUE(removal);
  for (const Site& site : {small_site(), large_site()}) {
    for (const plan::Step& step : plan_head(view_of(site)).plan.steps) {
      const std::string path = path_of(step);
      if (path.empty() || path == "/etc/hosts" || step.origin == "region") continue;
      EXPECT_TRUE(path.starts_with("/etc/muster/") || removal->contains(path)) << path;
    }
  }
}

TEST(GoldenPlans, are_plans_that_the_helper_applies) {
  for (const Site& site : {small_site(), large_site()}) {
    const plan::Plan plan = plan_head(view_of(site)).plan;
    const auto policy = head_policy(site.spec);
    ASSERT_TRUE(policy) << policy.error().text();
    const Status allowed = policy->check(plan);
    EXPECT_TRUE(allowed) << allowed.error().text();
    const auto checked = check_plan(plan, {.spec = site.spec, .facts = site.facts});
    EXPECT_TRUE(checked) << checked.error().text();
  }
}

}  // namespace
}  // namespace muster::plans
