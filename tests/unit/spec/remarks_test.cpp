#include "core/spec/remarks.h"

#include <gtest/gtest.h>

#include "core/os/files.h"
#include "tests/unit/spec/problems.h"

namespace muster::spec {
namespace {

/// Each part is in the only remark on the text.
void expect_remark(const std::string& text, const std::vector<std::string>& parts) {
  const std::string remark = remarks_of(text);
  EXPECT_FALSE(remark.contains('\n')) << text << ": " << remark;
  for (const std::string& part : parts) {
    EXPECT_TRUE(remark.contains(part)) << text << ": '" << remark << "' lacks '" << part << "'";
  }
}

TEST(Remarks, the_default_cluster_has_none) {
  EXPECT_EQ(remarks_of(""), "");
  const auto text = os::read_file(MUSTER_SOURCE "/cluster.yaml").value();
  EXPECT_EQ(parse_cluster(text, "cluster.yaml").remarks, std::vector<Diagnostic>{});
}

TEST(Remarks, a_group_that_can_never_have_a_node_is_told_with_how_to_write_it) {
  expect_remark("nodes: {prefix: c, digits: 2}\ngroups: [{name: a, nodes: 'c[1-16]'}]\n",
                {"4:27: groups[0].nodes: no node gets 9 of these 16 names by itself, such as 'c1': "
                 "nodes are named c01, c02 and so on; write 'c[01-16]', or set 'nodes: {prefix: c, "
                 "digits: 1}', or give nodes"});
  expect_remark("groups: [{name: a, nodes: 'c[01-16]'}]\n",
                {"nodes are named n001, n002",
                 "write 'n[001-016]', or set 'nodes: {prefix: c, "
                 "digits: 2}'"});
  expect_remark("groups: [{name: a, nodes: 'n[001-004],gpu1'}]\n",
                {"no node gets 1 of these 5 names by itself, such as 'gpu1'", "so on; give nodes"});
  expect_remark("groups: [{name: a, nodes: login}]\n",
                {"no node gets the name 'login' by itself", "muster node import"});
  EXPECT_EQ(remarks_of("groups: [{name: a, nodes: 'n[001-016]'}]\n"), "");
}

TEST(Remarks, a_range_as_other_tools_write_it_is_one_name) {
  expect_remark("nodes: {prefix: c, digits: 2}\ngroups: [{name: a, nodes: c01-c16}]\n",
                {"'c01-c16' is the name of one node", "a range is written 'c[01-16]'"});
  expect_remark("groups: [{name: a, nodes: n1-n20}]\n", {"a range is written 'n[1-20]'"});
  expect_remark("groups: [{name: a, nodes: n001-016}]\n", {"a range is written 'n[001-016]'"});
}

TEST(Remarks, racks_and_positions_are_no_ranges) {
  expect_remark("groups: [{name: a, nodes: 'rack02-[01-40]'}]\n",
                {"no node gets any of these 40 names by itself"});
  expect_remark("groups: [{name: a, nodes: 'r[01-25]-[01-40]'}]\n", {"any of these 1000 names"});
  expect_remark("groups: [{name: a, nodes: 'r01-01,r01-02'}]\n", {"any of these 2 names"});
  const std::string two = remarks_of("groups: [{name: a, nodes: 'n1-4,n6-8'}]\n");
  EXPECT_TRUE(two.contains("'n1-4' is the name of one node")) << two;
  EXPECT_TRUE(two.contains("'n6-8' is the name of one node")) << two;
}

TEST(Remarks, a_name_that_no_node_can_have_is_not_sent_to_the_import) {
  for (const char* name : {"N001", "n001.lab", "r01_01", "all"}) {
    const std::string remark =
        remarks_of(std::string("groups: [{name: a, nodes: '") + name + "'}]\n");
    EXPECT_TRUE(remark.contains("cannot be the name of a node")) << remark;
    EXPECT_FALSE(remark.contains("import")) << remark;
  }
  expect_remark("groups: [{name: a, nodes: 'N[1-3],n001'}]\n",
                {"'N1' cannot be the name of a node", "(3 names of the group are like it)"});
}

TEST(Remarks, a_setting_that_is_so_already_is_no_advice) {
  const std::string remark = remarks_of("groups: [{name: a, nodes: n000}]\n");
  EXPECT_FALSE(remark.contains("set 'nodes:")) << remark;
}

TEST(Remarks, none_and_lo_are_no_network_cards) {
  expect_remark("head: {interface: none}\n", {"'none' is the name of no network card"});
  expect_remark("head: {interface: lo}\n", {"'lo' is the name of no network card"});
}

TEST(Remarks, names_beyond_the_addresses_are_counted) {
  expect_remark("head: {address: 192.168.1.1/24}\ngroups: [{name: a, nodes: 'n[001-300]'}]\n",
                {"110 of its 300 names can never be a node's", "room for 190 nodes, n001 to n190"});
  expect_remark(
      "nodes: {addresses: 10.42.1.1-10.42.1.4}\n"
      "groups: [{name: a, nodes: 'n[001-003]'}, {name: b, nodes: 'n[003-005]'}]\n",
      {"groups[1].nodes: 1 of its 3 names can never be a node's"});
}

TEST(Remarks, few_addresses_on_loan_are_told) {
  expect_remark("head: {address: 10.1.2.1/29}\n",
                {"head.address: '10.1.2.1/26'", "has 1 address on loan",
                 "1 new machine can come up", "room for 4 nodes"});
  expect_remark("nodes: {unknown_addresses: 10.42.0.100-101}\n",
                {"3:28: ", "has 2 addresses on loan, so that 2 new machines can come up"});
  EXPECT_EQ(remarks_of("head: {address: 10.1.2.1/24}\n"), "");
}

TEST(Remarks, a_clusters_name_is_no_domain_of_the_internet) {
  const auto named = [](const std::string& name) {
    const auto outcome = parse_cluster("schema: 1\nname: " + name + "\n", "f");
    return outcome.remarks.empty() ? "" : to_string(outcome.remarks.front());
  };
  for (const char* special : {"local", "localhost", "test", "example", "home", "lan", "internal",
                              "onion", "arpa", "invalid", "corp"}) {
    EXPECT_TRUE(named(special).contains("has a meaning of its own in DNS")) << special;
  }
  for (const char* open : {"com", "org", "cloud", "cluster-x"}) {
    EXPECT_EQ(named(open).contains("a public domain"), std::string_view(open) != "cluster-x");
  }
  EXPECT_TRUE(named("de").contains("a country's domain"));
  EXPECT_EQ(named("muster"), "");
}

TEST(Remarks, kernel_arguments_that_are_musters_own_or_keep_nodes_from_their_services) {
  const auto with = [](const std::string& word) {
    return remarks_of("profiles: [{name: a, kernel_arguments: ['" + word + "']}]\n");
  };
  for (const char* own : {"ip=dhcp", "boot=live", "muster.profile=x", "BOOTIF=01", "initrd=/x"}) {
    EXPECT_TRUE(with(own).contains("is Muster's own argument")) << own;
  }
  for (const char* idle :
       {"root=/dev/sda1", "rw", "ro", "rootfstype=ext4", "persistence", "rd.driver.blacklist=x"}) {
    EXPECT_TRUE(with(idle).contains("has no effect")) << idle;
  }
  for (const char* bad : {"init=/bin/sh", "single", "systemd.unit=rescue.target", "s"}) {
    EXPECT_TRUE(with(bad).contains("not be ready")) << bad;
  }
  for (const char* good : {"quiet", "console=ttyS0", "systemd.unit=multi-user.target", "iommu=pt",
                           "memmap=4G!8G", "initcall_debug", "rootless"}) {
    EXPECT_EQ(with(good), "") << good;
  }
}

TEST(Remarks, a_kernel_argument_that_is_written_twice) {
  expect_remark("profiles: [{name: a, kernel_arguments: [quiet, quiet]}]\n",
                {"3:48: profiles[0].kernel_arguments[1]: 'quiet' is written twice"});
  expect_remark(
      "images: [{name: compute, kernel_arguments: [quiet]}]\n"
      "profiles: [{name: a, kernel_arguments: [quiet]}]\n",
      {"4:41: ", "is an argument of image 'compute', too"});
}

TEST(Remarks, packages_that_take_what_is_the_heads) {
  for (const char* package : {"isc-dhcp-server", "kea-dhcp4-server", "apache2", "bind9", "dnsmasq",
                              "tftpd-hpa", "nfs-ganesha", "slurm-wlm", "ntpsec", "ufw"}) {
    expect_remark(std::string("head: {packages: [") + package + "]}\n",
                  {"3:19: head.packages[0]", package, "leave it out"});
  }
  expect_remark("images: [{name: compute, packages: [slurmctld]}]\n", {"images[0].packages[0]"});
  EXPECT_EQ(remarks_of("head: {packages: [slurmdbd, vim]}\n"), "");
  EXPECT_EQ(remarks_of("images: [{name: compute, packages: [apache2]}]\n"), "");
}

TEST(Remarks, cards_that_a_head_from_the_iso_does_not_have) {
  expect_remark("head: {interface: eno1.100}\n", {"3:19: head.interface", "is a VLAN"});
  expect_remark("head: {interface: bond0}\n", {"is a bond"});
  expect_remark("head: {interface: ib0}\n", {"InfiniBand"});
  EXPECT_TRUE(remarks_of("head: {external: {interface: eno1.100}}\n")
                  .contains("write 'interface: eno1' and 'vlan: 100'"));
  EXPECT_EQ(remarks_of("head: {interface: eno1}\n"), "");
}

TEST(Remarks, what_is_built_and_never_used) {
  expect_remark("images: [{name: compute}, {name: big}]\n",
                {"3:34: images[1]: no profile boots image 'big'"});
  EXPECT_EQ(remarks_of("extensions: [{name: hello, version: 1.0.0}]\n"), "");
}

TEST(Remarks, people_who_cannot_log_in) {
  expect_remark("users: [{name: ada}, {name: bob}]\n",
                {"3:9: users: nobody can log in as 'ada', 'bob' before there is a key"});
  expect_remark("users: [{name: a}, {name: b}, {name: c}, {name: d}]\n", {"'c' and 1 more"});
  expect_remark("head: {external: {interface: eno1}}\n",
                {"without a key root logs in at the head's console only"});
  expect_remark(
      "head: {ssh_keys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QE"
      "RITFBUWFxgZGhscHR4f ada@desk']}\n",
      {"this is the key of the manual's examples"});
}

TEST(Remarks, limits_that_are_tiny_or_have_no_effect) {
  expect_remark("hpc: {time_limit: 5}\n", {"every job ends after 5 min at the latest"});
  expect_remark("adoption: {policy: ask, open_for: 1 h}\n", {"has an effect with policy 'open'"});
  expect_remark("adoption: {open_for: 1 min}\n", {"1 min end before most machines have booted"});
  expect_remark("adoption: {policy: closed}\ngroups: [{name: a, nodes: n001}]\n",
                {"with 'closed' no machine becomes a node by itself"});
  EXPECT_EQ(remarks_of("hpc: {time_limit: 1 d}\n"), "");
}

TEST(Remarks, packages_that_no_archive_has) {
  const ClusterSpec spec = spec_of(
      "head: {packages: [vim, htpo]}\nimages: [{name: compute, "
      "packages: [htpo, nvidia-driver, apptainer]}]\n");
  const PackageNames names{
      .has = [](std::string_view name) { return name == "vim"; },
      .nearest = [](std::string_view) { return std::optional<std::string>("htop"); }};
  const Findings found = remark_missing_packages(spec, names);
  ASSERT_EQ(found.size(), 3U) << "each package once";
  EXPECT_EQ(found[0].paths.front(), "head.packages[1]");
  EXPECT_EQ(found[0].message,
            "head.packages[1]: the archives of the last build have no package 'htpo'");
  EXPECT_EQ(found[0].hint, "did you mean 'htop'?");
  EXPECT_TRUE(found[1].message.contains("images do not support")) << found[1].message;
  EXPECT_TRUE(found[2].message.contains("is not in Debian 13")) << found[2].message;
}

TEST(Remarks, very_many_are_counted_not_listed) {
  std::string text = "schema: 1\nname: site1\nimages:\n  - {name: compute}\n";
  for (int i = 0; i < 1000; ++i) text += "  - {name: a" + std::to_string(i) + "}\n";
  const auto remarks = parse_cluster(text, "f").remarks;
  ASSERT_EQ(remarks.size(), kMaxProblems + 1);
  EXPECT_EQ(remarks.back().message, "and 800 more remarks");
}

TEST(Remarks, are_counted_in_words) {
  EXPECT_EQ(valid_text(0), "valid");
  EXPECT_EQ(valid_text(1), "valid, with 1 remark");
  EXPECT_EQ(valid_text(3), "valid, with 3 remarks");
}

}  // namespace
}  // namespace muster::spec
