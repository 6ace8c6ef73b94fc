#include "core/spec/validate.h"

#include <format>
#include <gtest/gtest.h>

#include "tests/unit/spec/problems.h"

namespace muster::spec {
namespace {

TEST(Validate, the_default_cluster_breaks_no_rule) {
  EXPECT_EQ(validate_cluster(spec_of("")), std::vector<Conflict>{});
}

TEST(Validate, node_addresses_lie_in_the_heads_network) {
  EXPECT_EQ(
      problem_of("nodes:\n  addresses: 10.43.0.1-10.43.0.9\n"),
      "4:14: nodes.addresses: 10.43.0.1-10.43.0.9 leaves the head's network 10.42.0.0/16; use "
      "addresses from 10.42.0.1 to 10.42.255.254, which the head's 10.42.0.1/16 leaves room "
      "for");
}

TEST(Validate, ranges_that_nobody_wrote_suit_the_heads_network) {
  const auto ranges = [](const std::string& head) {
    const ClusterSpec spec = spec_of("head: {address: " + head + "}\n");
    return to_string(spec.nodes.addresses) + " " + to_string(spec.nodes.unknown_addresses);
  };
  EXPECT_EQ(ranges("10.42.0.1/16"), "10.42.1.1-10.42.255.254 10.42.0.100-10.42.0.250");
  EXPECT_EQ(ranges("192.168.7.1/24"), "192.168.7.2-192.168.7.191 192.168.7.192-192.168.7.254");
  EXPECT_EQ(ranges("192.168.7.254/24"), "192.168.7.1-192.168.7.190 192.168.7.191-192.168.7.253");
  EXPECT_EQ(ranges("10.1.2.3/29"), "10.1.2.4-10.1.2.5 10.1.2.6-10.1.2.6");
}

TEST(Validate, every_head_that_leaves_room_has_ranges_that_break_no_rule) {
  for (int prefix = 8; prefix <= 29; ++prefix) {
    for (const char* address : {"10.77.3.1", "10.77.3.6", "10.77.200.133", "10.200.0.99"}) {
      const std::string head = std::format("head: {{address: {}/{}}}\n", address, prefix);
      EXPECT_EQ(problem_of(head), "") << head;
    }
  }
}

TEST(Validate, a_network_too_small_for_ranges_is_named_where_it_is_written) {
  const std::string problem = problem_of("head: {address: 10.77.3.1/30}\n");
  EXPECT_TRUE(problem.starts_with("3:")) << problem;
}

TEST(Validate, node_addresses_do_not_overlap) {
  EXPECT_EQ(
      problem_of("nodes:\n  addresses: 10.42.0.2-10.42.0.120\n"),
      "4:14: nodes.unknown_addresses: 10.42.0.100-10.42.0.120 are in nodes.addresses too; the "
      "two ranges must have no address in common");
}

TEST(Validate, one_common_address_is_an_overlap) {
  for (const auto* range : {"10.42.0.250-10.42.0.255", "10.42.0.90-10.42.0.100"}) {
    EXPECT_NE(
        problem_of(std::string("nodes: {addresses: ") + range + "}\n").find("are in nodes.addr"),
        std::string::npos)
        << range;
  }
}

TEST(Validate, node_addresses_leave_out_the_head) {
  EXPECT_EQ(problem_of("nodes:\n  addresses: 10.42.0.1-10.42.0.9\n"),
            "4:14: nodes.addresses: 10.42.0.1-10.42.0.9 holds the head's own address 10.42.0.1; "
            "leave the head's address out of the range");
}

TEST(Validate, node_addresses_leave_out_the_networks_ends) {
  EXPECT_NE(
      problem_of("nodes:\n  addresses: 10.42.1.0-10.42.255.255\n").find("belong to no machine"),
      std::string::npos);
  EXPECT_NE(problem_of("head: {address: 10.42.9.1/16}\nnodes: {unknown_addresses: "
                       "10.42.0.0-10.42.0.9}\n")
                .find("belong to no machine"),
            std::string::npos);
}

TEST(Validate, the_heads_address_is_one_of_a_machine) {
  EXPECT_EQ(
      problem_of("head: {address: 10.42.0.0/16}\n"),
      "3:17: head.address: 10.42.0.0 is the network address of 10.42.0.0/16; write an address "
      "within it, such as '10.42.0.1/16'");
  EXPECT_NE(problem_of("head: {address: 10.42.255.255/16}\nnodes: {addresses: "
                       "10.42.1.1-10.42.1.2}\n")
                .find("is the broadcast address"),
            std::string::npos);
  EXPECT_NE(problem_of("head: {address: 127.0.0.1/16}\n").find("no address of a machine"),
            std::string::npos);
}

TEST(Validate, the_network_has_room_and_a_limit) {
  for (const auto* bad : {"10.42.0.1/31", "10.42.0.1/32", "10.42.0.1/7", "10.42.0.1/0"}) {
    EXPECT_NE(
        problem_of(std::string("head: {address: ") + bad + "}\n").find("cannot hold a cluster"),
        std::string::npos)
        << bad;
  }
}

TEST(Validate, profiles_name_images_that_exist) {
  EXPECT_EQ(problem_of("profiles:\n  - name: p\n    image: compte\n"),
            "5:12: profiles[0].image: there is no image 'compte'; did you mean 'compute'?");
  EXPECT_EQ(problem_of("profiles:\n  - {name: p, image: zzzzzzzz}\n"),
            "4:22: profiles[0].image: there is no image 'zzzzzzzz'; images: compute");
}

TEST(Validate, a_cluster_has_a_profile_and_an_image) {
  EXPECT_EQ(problem_of("profiles: []\n"),
            "3:11: profiles: new nodes have no profile; add a profile, "
            "such as '- name: default', or leave out the key");
  EXPECT_EQ(problem_of("images: []\n"),
            "3:9: images: nodes have nothing to boot; add an image, such "
            "as '- name: compute', or leave out the key");
}

TEST(Validate, names_are_written_once) {
  EXPECT_EQ(problem_of("users:\n  - name: ada\n  - name: bob\n  - name: ada\n"),
            "6:11: users[2].name: 'ada' is there already; users[0].name has it; write each once");
  EXPECT_NE(problem_of("profiles: [{name: a}, {name: a}]\n").find("profiles[1].name: 'a'"),
            std::string::npos);
  EXPECT_NE(problem_of("images: [{name: compute}, {name: compute}]\n").find("images[1].name"),
            std::string::npos);
  EXPECT_NE(problem_of("extensions: [{name: a, version: 1.0.0}, {name: a, version: 1.0.1}]\n")
                .find("extensions[1].name"),
            std::string::npos);
  EXPECT_NE(
      problem_of("volumes: [{name: a, mount: /a}, {name: a, mount: /b}]\n").find("volumes[1].name"),
      std::string::npos);
}

TEST(Validate, user_numbers_are_given_once) {
  EXPECT_EQ(problem_of("users: [{name: a, uid: 2000}, {name: b, uid: 2000}]\n"),
            "3:46: users[1].uid: '2000' is there already; users[0].uid has it; write each once");
}

TEST(Validate, no_user_takes_a_system_users_name) {
  EXPECT_EQ(problem_of("users:\n  - name: slurm\n"),
            "4:11: users[0].name: 'slurm' is an account of the system itself; choose another name");
}

TEST(Validate, packages_and_keys_are_written_once) {
  EXPECT_EQ(problem_of("head:\n  packages: [vim, gdb, vim]\n"),
            "4:24: head.packages[2]: 'vim' is there already; head.packages[0] has it; write each "
            "once");
  EXPECT_NE(
      problem_of("images: [{name: compute, packages: [vim, vim]}]\n").find("images[0].packages"),
      std::string::npos);
  const std::string key =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
  EXPECT_NE(
      problem_of("head: {ssh_keys: [" + key + " a, " + key + " b]}\n").find("is there already"),
      std::string::npos);
}

TEST(Validate, volumes_lie_beside_each_other) {
  EXPECT_EQ(problem_of("volumes: [{name: a, mount: /data}, {name: b, mount: /data/sub}]\n"),
            "3:53: volumes[1].mount: '/data/sub' lies inside volume 'a' (/data); mount volumes "
            "beside each other");
  EXPECT_EQ(problem_of("volumes: [{name: a, mount: /data}, {name: b, mount: /data2}]\n"), "");
  EXPECT_NE(
      problem_of("volumes: [{name: a, mount: /d}, {name: b, mount: /d}]\n").find("'/d' is there"),
      std::string::npos);
}

TEST(Validate, a_groups_name_means_one_group) {
  EXPECT_EQ(problem_of("groups: [{name: rack1, nodes: n1}, {name: rack2, nodes: n1}]\n"), "");
  for (const char* bad : {"ready", "discovered", "default"}) {
    EXPECT_NE(problem_of(std::string("groups: [{name: ") + bad + ", nodes: n1}]\n")
                  .find(std::string("'@") + bad + "' is the group of all nodes"),
              std::string::npos)
        << bad;
  }
  EXPECT_NE(problem_of("profiles: [{name: failed, image: compute}]\n").find("profiles[0].name"),
            std::string::npos);
}

TEST(Validate, volumes_do_not_hide_the_system) {
  for (const auto* bad :
       {"/etc", "/var/lib", "/usr", "/usr/bin", "/proc", "/boot/efi", "/dev/shm"}) {
    EXPECT_NE(problem_of(std::string("volumes: [{name: a, mount: ") + bad + "}]\n")
                  .find("belongs to the system"),
              std::string::npos)
        << bad;
  }
  for (const auto* good : {"/home", "/usr/local", "/opt", "/srv/x", "/etcetera"}) {
    EXPECT_EQ(problem_of(std::string("volumes: [{name: a, mount: ") + good + "}]\n"), "") << good;
  }
}

TEST(Validate, the_head_has_no_nodes_name) {
  EXPECT_EQ(
      problem_of("head: {hostname: n001}\n"),
      "3:18: head.hostname: 'n001' is a name that a node may get; give the head a name of its "
      "own");
  EXPECT_EQ(problem_of("head: {hostname: n01}\n"), "") << "nodes have three digits at least";
  EXPECT_NE(problem_of("head: {hostname: localhost}\n"), "");
}

}  // namespace
}  // namespace muster::spec
