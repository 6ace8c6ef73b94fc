#include "core/spec/validate.h"

#include <format>
#include <gtest/gtest.h>

#include "tests/unit/spec/problems.h"

namespace muster::spec {
namespace {

TEST(Validate, the_default_cluster_breaks_no_rule) {
  EXPECT_EQ(validate_cluster(spec_of("")), Findings{});
}

TEST(Validate, node_addresses_lie_in_the_heads_network) {
  EXPECT_EQ(
      problem_of("nodes:\n  addresses: 10.43.0.1-10.43.0.9\n"),
      "4:14: nodes.addresses: 10.43.0.1-10.43.0.9 is not all in the head's network 10.42.0.0/16; "
      "write addresses of 10.42.0.0/16 without the head's, such as '10.42.0.251-10.42.255.254'");
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
  EXPECT_EQ(problem_of("nodes:\n  addresses: 10.42.0.2-10.42.0.120\n"
                       "  unknown_addresses: 10.42.0.100-10.42.0.250\n"),
            "5:22: nodes.unknown_addresses: 10.42.0.100-10.42.0.120 are in nodes.addresses too; "
            "the two ranges must have no address in common, such as '10.42.0.100-10.42.0.250' for "
            "nodes.unknown_addresses and '10.42.1.1-10.42.255.254' for nodes.addresses");
}

TEST(Validate, one_common_address_is_an_overlap) {
  for (const auto* range : {"10.42.0.250-10.42.0.255", "10.42.0.90-10.42.0.100"}) {
    EXPECT_NE(problem_of(std::string("nodes: {addresses: ") + range +
                         ", unknown_addresses: 10.42.0.100-250}\n")
                  .find("are in nodes.addr"),
              std::string::npos)
        << range;
  }
}

TEST(Validate, a_range_that_nobody_wrote_makes_room_for_the_one_that_is_written) {
  const ClusterSpec spec = spec_of("nodes: {addresses: 10.42.0.2-10.42.0.120}\n");
  EXPECT_EQ(to_string(spec.nodes.unknown_addresses), "10.42.255.105-10.42.255.254");
  const ClusterSpec other = spec_of("nodes: {unknown_addresses: 10.42.1.1-10.42.3.255}\n");
  EXPECT_EQ(to_string(other.nodes.addresses), "10.42.4.0-10.42.255.254");
}

TEST(Validate, node_addresses_leave_out_the_head) {
  EXPECT_EQ(
      problem_of("nodes:\n  addresses: 10.42.0.1-10.42.0.9\n"),
      "4:14: nodes.addresses: 10.42.0.1-10.42.0.9 has the head's own address 10.42.0.1 in it; "
      "write addresses of 10.42.0.0/16 without the head's, such as "
      "'10.42.0.251-10.42.255.254'");
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
        problem_of(std::string("head: {address: ") + bad + "}\n").find("has no room for a cluster"),
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
  EXPECT_EQ(problem_of("groups: [{name: n001, nodes: n002}]\n"),
            "3:17: groups[0].name: 'n001' is a name that a node may get; choose another name");
  EXPECT_EQ(problem_of("nodes: {prefix: gpu, digits: 1}\nprofiles: [{name: gpu1}]\n"),
            "4:19: profiles[0].name: 'gpu1' is a name that a node may get; choose another name");
  EXPECT_NE(problem_of("profiles: [{name: failed, image: compute}]\n").find("profiles[0].name"),
            std::string::npos);
}

TEST(Validate, kernel_arguments_fit_on_the_kernels_command_line) {
  const std::string half = "'" + std::string(200, 'a') + "', '" + std::string(200, 'b') + "', '" +
                           std::string(200, 'c') + "', '" + std::string(200, 'd') + "'";
  const std::string image = "images: [{name: compute, kernel_arguments: [" + half + "]}]\n";
  EXPECT_EQ(problem_of(image), "");
  EXPECT_EQ(problem_of(image + "profiles: [{name: a, kernel_arguments: [" + half + "]}]\n"),
            "4:40: profiles[0].kernel_arguments: with those of image 'compute' they are 1608 "
            "characters, and the kernel has room for 1536; leave some out");
  EXPECT_TRUE(
      problem_of("images: [{name: compute, kernel_arguments: [" + half + ", " + half + "]}]\n")
          .starts_with("3:44: images[0].kernel_arguments: they are 1608 characters"));
}

TEST(Validate, a_volume_is_mounted_by_nodes_of_profiles_that_are_there) {
  const std::string profiles =
      "profiles: [{name: thin, image: compute}, {name: fat, image: compute}]\n";
  const auto of = [&](const std::string& volume) {
    return problem_of(profiles + "volumes: [{name: a, " + volume + "}]\n");
  };
  EXPECT_EQ(of("mount: /a, profiles: [fat]"), "");
  EXPECT_EQ(
      of("mount: /a, profiles: []"),
      "4:32: volumes[0].profiles is an empty list; leave out 'profiles', or write at least one "
      "value");
  EXPECT_TRUE(of("mount: /a, profiles: ").contains("volumes[0].profiles is an empty list"));
  EXPECT_TRUE(of("mount: /a, profiles: ~").contains("volumes[0].profiles is an empty list"));
  EXPECT_EQ(of("mount: /a, profiles: [thin, fut]"),
            "4:49: volumes[0].profiles[1]: there is no profile 'fut'; did you mean 'fat'?");
  EXPECT_NE(of("mount: /a, profiles: [thin, thin]").find("'thin' is there already"),
            std::string::npos);
  EXPECT_NE(of("mount: /home, profiles: [thin]").find("every node has /home"), std::string::npos);
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
