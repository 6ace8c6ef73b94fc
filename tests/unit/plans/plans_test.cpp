#include "plans/plans.h"

#include <algorithm>
#include <format>
#include <gtest/gtest.h>

#include "core/os/files.h"
#include "core/spec/parse.h"
#include "plans/changes.h"
#include "plans/head_rights.h"
#include "tests/unit/plans/own_cluster.h"

namespace muster::plans {
namespace {

using provisioning::Node;

/// What a plan writes to a file; empty when it writes none of this name.
std::string content_of(const plan::Plan& plan, std::string_view path) {
  for (const plan::Step& step : plan.steps) {
    const auto* const file = std::get_if<plan::WriteFile>(&step);
    if (file != nullptr && file->path == path) return file->content;
  }
  return {};
}

class Plans : public testing::Test {
 protected:
  void SetUp() override {
    spec_ = own_cluster();
    ASSERT_TRUE(users_.add({.name = "alice"}));
    ASSERT_TRUE(users_.add({.name = "bob"}));
    ASSERT_TRUE(users_.remove("bob"));
    node_ = {{.name = "n001", .address = {0x0A2A0101}}, {}, {}, "1"};
    node_.hardware.macs = {*parse_mac("52:54:00:00:00:01")};
    node_.hardware.topology = provisioning::CpuTopology{1, 2, 1};
    node_.hardware.memory = Bytes::from_mib(2048);
    node_.certificate_serial = "01";
  }
  ClusterView view() {
    return {.spec = spec_,
            .facts = facts_,
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
  hpc::UserTable users_;
  provisioning::Node node_;
};

TEST_F(Plans, the_helper_is_willing_to_do_all_of_the_heads_plan) {
  const auto policy = head_policy(spec_);
  ASSERT_TRUE(policy) << policy.error().text();
  const Status allowed = policy->check(plan_head(view()).plan);
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
  facts_.kept = {"/home"};
  EXPECT_FALSE(mounts_home()) << "a state disk is mounted there";
  facts_.kept = {};
  facts_.live = false;
  EXPECT_FALSE(mounts_home()) << "an installed head has its own /home";
}

/// Where a plan lets a link lead; empty: it has none.
std::string link_at(const plan::Plan& plan, const std::string& path) {
  for (const plan::Step& step : plan.steps) {
    const auto* const link = std::get_if<plan::MakeLink>(&step);
    if (link != nullptr && link->path == path) return link->to;
  }
  return {};
}

TEST_F(Plans, the_time_zone_is_the_same_in_images_on_a_live_head_and_on_nodes) {
  spec_.head.time_zone = "Europe/Berlin";
  const std::string zone = "/usr/share/zoneinfo/Europe/Berlin";
  for (const plan::Plan& plan : {plan_head_image(spec_), plan_node_image(spec_),
                                 plan_head(view()).plan, plan_node(view(), node_)}) {
    EXPECT_EQ(link_at(plan, "/etc/localtime"), zone);
    EXPECT_EQ(content_of(plan, "/etc/timezone"), "Europe/Berlin\n");
  }
  facts_.live = false;
  EXPECT_EQ(link_at(plan_head(view()).plan, "/etc/localtime"), "") << "a server keeps its own";
  EXPECT_EQ(link_at(plan_node(view(), node_), "/etc/localtime"), zone);
}

TEST_F(Plans, a_zone_that_only_a_new_image_has_is_not_set_on_a_machine_that_runs) {
  spec_.head.time_zone = "US/Pacific";
  EXPECT_EQ(link_at(plan_node(view(), node_), "/etc/localtime"), "");
  EXPECT_EQ(link_at(plan_node_image(spec_), "/etc/localtime"), "/usr/share/zoneinfo/US/Pacific");
}

TEST_F(Plans, the_heads_image_has_its_name_its_language_and_the_keys_of_its_root) {
  spec_.head.hostname = "login";
  spec_.head.locale = "de_DE.UTF-8";
  spec_.head.ssh_keys = {"ssh-ed25519 AAAA ada", "ssh-ed25519 BBBB bob"};
  const plan::Plan plan = plan_head_image(spec_);
  EXPECT_TRUE(content_of(plan, "/etc/hosts").contains("127.0.1.1 login\n"));
  EXPECT_EQ(content_of(plan, "/etc/locale.conf"), "LANG=de_DE.UTF-8\n");
  EXPECT_EQ(content_of(plan, "/root/.ssh/authorized_keys"),
            "ssh-ed25519 AAAA ada\nssh-ed25519 BBBB bob\n");
  EXPECT_TRUE(content_of(plan, "/etc/nfs.conf.d/muster.conf").contains("vers3=n"));
  EXPECT_EQ(content_of(plan_node_image(spec_), "/root/.ssh/authorized_keys"), "")
      << "a node has them when it has proved itself";
}

TEST_F(Plans, a_volume_is_exported_and_every_node_has_it_before_jobs_run) {
  spec_.volumes.push_back({.name = "data", .mount = "/srv/data"});
  const std::string exports = content_of(plan_head(view()).plan, "/etc/exports.d/muster.exports");
  EXPECT_NE(exports.find("/run/muster-volumes/data 10.42.0.0/16(rw"), std::string::npos) << exports;
  EXPECT_TRUE(exports.contains("crossmnt")) << "a disk of its own below a volume is shared, too";
  bool mounted = false;
  const plan::Plan node_plan = plan_node(view(), node_);
  const std::string unit =
      content_of(node_plan, "/etc/systemd/system/slurmd.service.d/muster.conf");
  for (const plan::Step& step : node_plan.steps) {
    const auto* const mount = std::get_if<plan::MountFileSystem>(&step);
    mounted = mounted || (mount != nullptr && mount->source == "10.42.0.1:/data" &&
                          mount->target == "/srv/data");
  }
  EXPECT_TRUE(mounted);
  EXPECT_NE(unit.find("AssertPathIsMountPoint=/srv/data"), std::string::npos) << unit;
}

/// Where a plan mounts file systems.
std::vector<std::string> mounts_of(const plan::Plan& plan) {
  std::vector<std::string> targets;
  for (const plan::Step& step : plan.steps) {
    const auto* const mount = std::get_if<plan::MountFileSystem>(&step);
    if (mount != nullptr) targets.push_back(mount->target);
  }
  return targets;
}

TEST_F(Plans, a_volume_is_mounted_by_nodes_of_its_profiles_and_their_jobs_wait_for_it) {
  constexpr const char* kUnit = "/etc/systemd/system/slurmd.service.d/muster.conf";
  spec_.profiles = {{.name = "thin", .image = "compute"}, {.name = "fat", .image = "compute"}};
  spec_.volumes = {{.name = "data", .mount = "/data", .profiles = {"fat"}}};
  node_.profile = "thin";
  EXPECT_EQ(mounts_of(plan_node(view(), node_)), std::vector<std::string>{"/home"});
  EXPECT_FALSE(content_of(plan_node(view(), node_), kUnit).contains("/data"));
  node_.profile = "fat";
  EXPECT_EQ(mounts_of(plan_node(view(), node_)), (std::vector<std::string>{"/home", "/data"}));
  EXPECT_TRUE(content_of(plan_node(view(), node_), kUnit).contains("/data"));
  EXPECT_TRUE(content_of(plan_head(view()).plan, "/etc/exports.d/muster.exports").contains("data"))
      << "the head has it for those nodes";
}

TEST_F(Plans, what_changes_is_told_for_all_nodes_and_for_those_of_a_profile) {
  spec_.profiles = {{.name = "thin", .image = "compute"}, {.name = "fat", .image = "compute"}};
  spec::ClusterSpec then = spec_;
  then.head.time_zone = "Europe/Berlin";
  then.volumes = {{.name = "data", .mount = "/data", .profiles = {"fat"}}};
  then.profiles.push_back({.name = "new", .image = "compute"});
  ClusterView after{.spec = then, .facts = facts_, .users = users_, .slurm_key = "hush"};
  const NodeChanges changes = changes_on_nodes(view(), after, node_, {});
  EXPECT_FALSE(changes.all.empty());
  for (const plan::Change& change : changes.all) EXPECT_EQ(change.step.origin, "region");
  ASSERT_EQ(changes.by_profile.size(), 1U) << "no node runs as one that is new";
  EXPECT_EQ(changes.by_profile.front().profile, "fat");
  const auto& of_fat = changes.by_profile.front().changes;
  EXPECT_TRUE(std::ranges::any_of(of_fat, [](const plan::Change& change) {
    return plan::subject(change.step).contains("/data");
  }));
  EXPECT_FALSE(std::ranges::contains(
      of_fat, "region", [](const plan::Change& change) { return change.step.origin; }));
}

TEST_F(Plans, nodes_whose_profile_is_gone_get_what_the_first_has) {
  spec_.profiles = {{.name = "thin", .image = "compute"}, {.name = "fat", .image = "compute"}};
  spec_.volumes = {{.name = "data", .mount = "/data", .profiles = {"fat"}}};
  spec::ClusterSpec then = spec_;
  then.profiles.pop_back();
  then.volumes.clear();
  ClusterView after{.spec = then, .facts = facts_, .users = users_, .slurm_key = "hush"};
  const auto unmounts = [](const NodeChanges& changes, plan::Change::Kind kind) {
    return changes.by_profile.size() == 1 && changes.by_profile.front().profile == "fat" &&
           std::ranges::any_of(changes.by_profile.front().changes, [&](const plan::Change& change) {
             return change.kind == kind && plan::subject(change.step) == "mount /data";
           });
  };
  EXPECT_TRUE(unmounts(changes_on_nodes(view(), after, node_, {}), plan::Change::Kind::removed));
  EXPECT_TRUE(unmounts(changes_on_nodes(after, view(), node_, {"fat"}), plan::Change::Kind::added))
      << "the way back, for nodes that still run as it";
  EXPECT_TRUE(changes_on_nodes(after, view(), node_, {}).by_profile.empty());
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

TEST_F(Plans, machines_fetch_files_by_their_hash_and_nothing_beside_them) {
  const std::string nginx = content_of(plan_head(view()).plan, "/etc/muster/nginx.conf");
  EXPECT_TRUE(
      nginx.contains("\"^/(?:blob|medium)/([0-9a-f]{64})$\" { alias /run/muster-blobs/$1; }"))
      << nginx;
  EXPECT_FALSE(nginx.contains(facts_.medium)) << "what the medium has is no matter of nginx";
}

TEST_F(Plans, the_memory_of_nodes_stays_while_they_take_another_image) {
  const auto image = [](const char* name, const char* id, std::uint64_t mib) {
    provisioning::KeptImage kept{.image = {.name = name}, .id = id};
    kept.image.layers = {{.path = "l", .size = Bytes::from_mib(mib)}};
    return kept;
  };
  std::vector<provisioning::KeptImage> images = {image("compute", "new", 500)};
  const auto memory = [&] {
    ClusterView with = view();
    with.images = images;
    const std::string slurm = content_of(plan_head(with).plan, "/etc/slurm/slurm.conf");
    const auto at = slurm.find("RealMemory=");
    EXPECT_NE(at, std::string::npos) << slurm;
    return std::stoi(slurm.substr(at + 11));
  };
  const int with_large = memory();
  images.push_back(image("compute", "old", 100));
  images.push_back(image("other", "another", 900));
  EXPECT_EQ(memory(), with_large) << "the largest of the name";
  images.erase(images.begin());
  EXPECT_GT(memory(), with_large + 300);
}

TEST_F(Plans, jobs_can_ask_for_the_nodes_of_a_profile) {
  node_.profile = "gpu";
  const std::string slurm = content_of(plan_head(view()).plan, "/etc/slurm/slurm.conf");
  EXPECT_NE(slurm.find(" Feature=gpu "), std::string::npos) << slurm;
  // It still runs what it booted as: jobs that ask for the new profile wait for its next start.
  node_.booted_profile = "default";
  const std::string before = content_of(plan_head(view()).plan, "/etc/slurm/slurm.conf");
  EXPECT_NE(before.find(" Feature=default "), std::string::npos) << before;
}

TEST_F(Plans, a_node_of_which_nothing_is_known_is_no_node_of_the_scheduler) {
  const auto has_node = [this] {
    return content_of(plan_head(view()).plan, "/etc/slurm/slurm.conf").contains("NodeName=n001 ");
  };
  EXPECT_TRUE(has_node());
  node_.hardware.memory.reset();
  EXPECT_FALSE(has_node());
  node_.hardware.memory = Bytes::from_mib(2048);
  node_.hardware.topology.reset();
  EXPECT_FALSE(has_node());
  const auto refused = plan_head(view()).refused;
  ASSERT_EQ(refused.size(), 1U) << "and somebody is told";
  EXPECT_EQ(refused[0].message,
            "the scheduler does not know 'n001': its processors could not be read");
}

TEST_F(Plans, a_machine_that_never_enrolled_is_no_node_of_the_scheduler) {
  using provisioning::NodeState;
  node_.certificate_serial.clear();
  node_.booted_profile = "default";
  for (const NodeState state : provisioning::kStatesWithName) {
    node_.state = state;
    const HeadPlan head = plan_head(view());
    const std::string slurm = content_of(head.plan, "/etc/slurm/slurm.conf");
    EXPECT_FALSE(slurm.contains("NodeName=") || slurm.contains("DefMemPerCPU="))
        << provisioning::to_string(state) << ": " << slurm;
    EXPECT_TRUE(head.refused.empty()) << "and nobody is told: it is no node yet";
  }
}

TEST_F(Plans, a_node_with_little_memory_for_its_cpus_is_told_and_decides_nothing) {
  std::vector<Node> nodes(3, node_);
  nodes[1].name = "n002";
  nodes[2].name = "n003";
  nodes[2].hardware.topology = provisioning::CpuTopology{60, 1024, 1};
  ClusterView seen = view();
  seen.nodes = nodes;
  const HeadPlan head = plan_head(seen);
  EXPECT_TRUE(content_of(head.plan, "/etc/slurm/slurm.conf").contains("\nDefMemPerCPU=896\n"))
      << content_of(head.plan, "/etc/slurm/slurm.conf");
  ASSERT_TRUE(head.small_nodes);
  EXPECT_TRUE(head.small_nodes->message.contains("CPUs of n003:")) << head.small_nodes->message;
}

provisioning::Accelerator card(const std::string& address, const std::string& file) {
  provisioning::Accelerator card{
      .address = address, .vendor = 0x10de, .device = 0x20b2, .pci_class = 0x0302};
  card.driver = {.name = "nvidia", .files = {}};
  if (!file.empty()) card.driver->files.push_back(file);
  return card;
}

TEST_F(Plans, jobs_are_offered_the_cards_that_have_their_device_file) {
  node_.hardware.accelerators = {card("0000:17:00.0", "/dev/nvidia1"),
                                 card("0000:65:00.0", "/dev/nvidia0"), card("0000:ca:00.0", "")};
  ClusterView seen = view();
  seen.names = provisioning::PciNames::parse("10de  NVIDIA\n\t20b2  GA100 [A100 SXM4 80GB]\n");
  const plan::Plan plan = plan_head(seen).plan;
  EXPECT_TRUE(content_of(plan, "/etc/slurm/slurm.conf").contains(" Gres=gpu:a100:2 "));
  EXPECT_TRUE(content_of(plan, "/etc/slurm/gres.conf")
                  .ends_with("NodeName=n001 Name=gpu Type=a100 File=/dev/nvidia[0-1]\n"));
}

TEST_F(Plans, a_card_without_a_driver_is_not_offered) {
  node_.hardware.accelerators = {card("0000:17:00.0", "")};
  node_.hardware.accelerators[0].driver.reset();
  const plan::Plan plan = plan_head(view()).plan;
  EXPECT_FALSE(content_of(plan, "/etc/slurm/slurm.conf").contains(" Gres="));
  EXPECT_FALSE(content_of(plan, "/etc/slurm/gres.conf").contains("NodeName="));
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
