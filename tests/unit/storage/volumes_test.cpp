#include "storage/volumes.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace muster::storage {
namespace {

spec::ClusterSpec cluster() {
  spec::ClusterSpec spec;
  spec.head.address = *parse_ipv4_interface("10.42.0.1/16");
  spec.profiles = {{.name = "thin", .image = "compute"}, {.name = "fat", .image = "compute"}};
  spec.volumes = {{.name = "data", .mount = "/data", .profiles = {"fat"}}};
  return spec;
}

/// What a plan mounts, as "TYPE SOURCE TARGET".
std::vector<std::string> mounts_of(const plan::Plan& plan) {
  std::vector<std::string> mounts;
  for (const plan::Step& step : plan.steps) {
    const auto* const mount = std::get_if<plan::MountFileSystem>(&step);
    if (mount != nullptr) mounts.push_back(mount->type + " " + mount->source + " " + mount->target);
  }
  return mounts;
}

TEST(Volumes, nodes_mount_home_and_those_of_their_profile_from_the_head) {
  const spec::ClusterSpec spec = cluster();
  EXPECT_EQ(mounts_of(plan_node(spec, spec.profiles[0])),
            std::vector<std::string>{"nfs4 10.42.0.1:/home /home"});
  EXPECT_EQ(mounts_of(plan_node(spec, spec.profiles[1])),
            (std::vector<std::string>{"nfs4 10.42.0.1:/home /home", "nfs4 10.42.0.1:/data /data"}));
}

TEST(Volumes, a_live_head_has_them_in_memory_unless_its_disk_keeps_them) {
  const spec::ClusterSpec spec = cluster();
  const auto is_in_memory = [&](const HeadFacts& facts, const std::string& target) {
    return std::ranges::any_of(mounts_of(plan_head(spec, facts)), [&](const std::string& mount) {
      return mount.starts_with("tmpfs ") && mount.ends_with(" " + target);
    });
  };
  EXPECT_TRUE(is_in_memory({.live = true}, "/data"));
  EXPECT_FALSE(is_in_memory({.live = true, .kept = {"/data"}}, "/data"));
  EXPECT_FALSE(is_in_memory({.live = false}, "/data"));
}

TEST(Volumes, one_that_came_after_the_state_disk_is_told) {
  const spec::ClusterSpec spec = cluster();
  EXPECT_TRUE(health(spec, {.live = false}).empty());
  EXPECT_TRUE(health(spec, {.live = true}).empty()) << "no disk keeps anything";
  EXPECT_TRUE(health(spec, {.live = true, .kept = {"/home", "/data"}}).empty());
  const auto told = health(spec, {.live = true, .kept = {"/home"}});
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told.front().message,
            "volume 'data' lies in memory: the state disk does not keep /data");
}

TEST(Volumes, the_head_does_for_them_what_their_driver_owns) {
  const plan::Owns owns = owns_on_head(cluster());
  EXPECT_EQ(owns.directories, (std::vector<std::string>{"/home", "/data"}));
  EXPECT_EQ(owns.units, std::vector<std::string>{"nfs-server.service"});
}

}  // namespace
}  // namespace muster::storage
