#include "head/policy.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "core/spec/parse.h"
#include "plans/head_rights.h"
#include "plans/plans.h"

namespace muster::plans {
namespace {

using namespace plan;

spec::ClusterSpec a_cluster() {
  return *spec::parse_cluster(
              "schema: 1\nname: a\nvolumes:\n  - {name: data, driver: nfs, mount: /srv/data}\n",
              "a.yaml")
              .spec;
}

TEST(AllowedOnTheHead, refuses_what_a_captured_daemon_would_ask_for) {
  const auto policy = head_policy(a_cluster());
  ASSERT_TRUE(policy) << policy.error().text();
  const auto refused = [&](plan::Step step) { return !policy->check({{std::move(step)}}); };
  EXPECT_TRUE(refused(WriteFile{.path = "/etc/shadow"}));
  EXPECT_TRUE(refused(WriteFile{.path = "/etc/muster/ssh-keys/root"}));
  EXPECT_TRUE(refused(WriteFile{.path = "/etc/muster/ssh-keys/a/b"}));
  EXPECT_TRUE(refused(WriteFile{.path = "/etc/hosts", .mode = 04755}));
  EXPECT_TRUE(refused(RemoveFile{.path = "/etc/passwd"}));
  EXPECT_TRUE(refused(RemoveFile{.path = "/etc/muster/ssh-keys/alice"}))
      << "the helper finds these";
  EXPECT_TRUE(refused(MakeDirectory{.path = "/root"}));
  EXPECT_TRUE(refused(EnsureUser{.name = "root2", .uid = 0, .home = "/home/root2"}));
  EXPECT_TRUE(refused(EnsureUser{.name = "u", .uid = 10000, .home = "/root"}));
  EXPECT_TRUE(refused(EnsureUser{.name = "u\nada", .uid = 10000, .home = "/home/u\nada"}));
  EXPECT_TRUE(refused(EnsureUser{.name = "docker", .uid = 10000, .home = "/home/docker"}));
  EXPECT_TRUE(refused(
      EnsureUser{.name = "u", .uid = 10000, .home = "/home/u", .shell = "/var/lib/muster/sh"}));
  EXPECT_TRUE(
      refused(EnsureUser{.name = "u", .uid = 10000, .full_name = "a:b", .home = "/home/u"}));
  EXPECT_TRUE(
      refused(EnsureUser{.name = "muster-check", .uid = 9999, .home = "/home/muster-check"}))
      << "with a shell";
  EXPECT_TRUE(refused(WriteFile{.path = "/etc/muster/ssh-keys/muster-check"}));
  EXPECT_TRUE(refused(WriteFile{.path = "/etc/muster/ssh-keys/a\nb"}));
  EXPECT_TRUE(refused(RemoveUser{.name = "alice", .uid = 10000}));
  EXPECT_TRUE(refused(EnsureGroup{.name = "shadow", .gid = 42}));
  EXPECT_TRUE(refused(RemoveUser{.name = "root", .uid = 0}));
  EXPECT_TRUE(refused(MountFileSystem{.source = "x", .target = "/etc", .type = "tmpfs"}));
  EXPECT_TRUE(refused(MountFileSystem{.source = "muster-home",
                                      .target = "/home",
                                      .type = "tmpfs",
                                      .options = "size=1m,bind,mode=0755"}));
  EXPECT_TRUE(refused(MountFileSystem{.source = "/etc",
                                      .target = "/run/muster-volumes/a",
                                      .type = "none",
                                      .options = "rbind,rslave"}));
  EXPECT_TRUE(refused(MountFileSystem{.source = "/home",
                                      .target = "/run/muster-volumes/../../etc",
                                      .type = "none",
                                      .options = "rbind,rslave"}));
  EXPECT_TRUE(refused(MountFileSystem{.source = "/home",
                                      .target = "/run/muster-volumes/..",
                                      .type = "none",
                                      .options = "rbind,rslave"}));
  EXPECT_TRUE(refused(MountFileSystem{.source = "--fstab=/var/lib/muster/f",
                                      .target = "/home",
                                      .type = "tmpfs",
                                      .options = "size=1m,mode=0755"}));
  EXPECT_TRUE(refused(MountFileSystem{.source = "muster-volumes",
                                      .target = "/run/muster-volumes",
                                      .type = "tmpfs",
                                      .options = "size=64k,mode=1777"}));
  EXPECT_TRUE(refused(Service{.unit = "evil.service"}));
  EXPECT_TRUE(refused(Unit{.unit = "evil.service"}));
  EXPECT_TRUE(refused(MakeLink{.path = "/etc/localtime", .to = "/etc/shadow"}));
  EXPECT_TRUE(refused(MakeLink{.path = "/etc/hosts", .to = "/var/lib/muster/hosts"}));
  EXPECT_TRUE(refused(InstallPackage{.name = "netcat-openbsd"}));
  EXPECT_TRUE(refused(RemoveDirectory{.path = "/home"}));
  EXPECT_TRUE(refused(Unmount{.target = "/home"}));
  EXPECT_TRUE(refused(Unit{.unit = "slurmctld.service", .state = Unit::State::masked}));
  EXPECT_TRUE(refused(RunCommand{.name = "a", .check = {"false"}, .run = {"/bin/sh"}}));
  EXPECT_FALSE(refused(EnsureUser{.name = "u", .uid = 10000, .home = "/home/u"}));
  EXPECT_FALSE(refused(WriteFile{.path = "/etc/slurm/slurm.conf"}));
  EXPECT_FALSE(refused(WriteFile{.path = "/etc/muster/ssh-keys/alice"}));
  EXPECT_FALSE(refused(Service{.unit = "slurmctld.service"}));
  EXPECT_FALSE(refused(MakeLink{.path = "/etc/localtime", .to = "/usr/share/zoneinfo/Etc/UTC"}));
  EXPECT_FALSE(refused(MountFileSystem{.source = "muster-data",
                                       .target = "/srv/data",
                                       .type = "tmpfs",
                                       .options = "size=9m,mode=0755"}));
  EXPECT_FALSE(refused(MountFileSystem{.source = "/srv/data",
                                       .target = "/run/muster-volumes/data",
                                       .type = "none",
                                       .options = "rbind,rslave"}));
}

TEST(Policy, lets_each_planner_do_what_is_its_own) {
  const auto policy = head_policy(a_cluster());
  ASSERT_TRUE(policy);
  Step step = Service{.unit = "slurmctld.service"};
  step.origin = "jobs";
  EXPECT_TRUE(policy->check({{step}}));
  step.origin = "names";
  const Status refused = policy->check({{step}});
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().message.contains("slurmctld.service")) << refused.error().message;
}

TEST(Policy, has_one_owner_for_each_thing) {
  const auto two = [](Owns first, Owns second) {
    return head::Policy::make({{.origin = "first", .owns = std::move(first)},
                               {.origin = "second", .owns = std::move(second)}});
  };
  const auto refused = two({.files = {"/etc/a", "/etc/b"}}, {.files = {"/etc/b"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "file /etc/b belongs to 'first' and to 'second'");
  EXPECT_FALSE(two({.units = {"a.service"}}, {.units = {"a.service"}}));
  EXPECT_FALSE(two({.links = {{.path = "/a", .to = "/b"}}}, {.files = {"/a"}}));
  EXPECT_FALSE(two({.links = {{.path = "/k/ada", .to = "/b"}}}, {.files_of_people = {"/k"}}));
  EXPECT_FALSE(two({.packages = {"a"}}, {.packages = {"a"}}));
  EXPECT_FALSE(two({.commands = {{.name = "a", .check = {}, .run = {}}}},
                   {.commands = {{.name = "a", .check = {}, .run = {}}}}));
  EXPECT_FALSE(two({.directories = {"/a"}}, {.directories = {"/a"}}));
  EXPECT_FALSE(two({.people = true}, {.people = true}));
  EXPECT_FALSE(two({.host_name = true}, {.host_name = true}));
  EXPECT_FALSE(two({.files_of_people = {"/etc/keys"}}, {.files = {"/etc/keys/ada"}}));
  EXPECT_FALSE(two({.files = {"/etc/keys/ada"}}, {.files_of_people = {"/etc/keys"}}));
  const Owns volumes{.mounts = {{.type = "tmpfs", .targets = {"/run/volumes/*"}}}};
  EXPECT_FALSE(two(volumes, {.mounts = {{.type = "none", .targets = {"/run/volumes/a"}}}}));
  EXPECT_TRUE(two(volumes, {.mounts = {{.type = "none", .targets = {"/srv/a"}}}}));
  EXPECT_TRUE(two({.files = {"/etc/a"}}, {.files = {"/etc/b"}, .directories = {"/etc/a.d"}}));
}

TEST(Policy, a_command_is_its_owners_to_the_word) {
  const RunCommand command{.name = "a", .check = {"test", "-e", "/a"}, .run = {"touch", "/a"}};
  const auto policy = head::Policy::make(
      {{.origin = "room", .owns = {.packages = {"tool"}, .commands = {command}}}});
  ASSERT_TRUE(policy);
  EXPECT_TRUE(policy->check({{command, InstallPackage{.name = "tool"}}}));
  RunCommand other = command;
  other.undo = {"rm", "/etc/passwd"};
  EXPECT_FALSE(policy->check({{other}}));
}

TEST(Policy, names_the_units_that_the_head_watches) {
  const auto policy = head_policy(a_cluster());
  ASSERT_TRUE(policy);
  const auto units = policy->units();
  for (const char* unit : {"muster-nginx.service", "muster-dnsmasq.service", "nfs-server.service",
                           "ssh.service", "chrony.service", "slurmctld.service"}) {
    EXPECT_TRUE(std::ranges::contains(units, unit)) << unit;
  }
}

}  // namespace
}  // namespace muster::plans
