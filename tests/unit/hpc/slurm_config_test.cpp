#include "hpc/slurm_config.h"

#include <format>
#include <gtest/gtest.h>

#include "core/base/text.h"

namespace muster::hpc {
namespace {

constexpr Ipv4Address kFirst{0x0A2A0101};  // 10.42.1.1

NodeHardware node(std::uint32_t number, std::uint64_t memory_mib = 2048) {
  return {.name = std::format("n{:03}", number),
          .address = {kFirst.value + number - 1},
          .sockets = 1,
          .cores_per_socket = 2,
          .threads_per_core = 1,
          .memory = Bytes::from_mib(memory_mib),
          .root = Bytes::from_mib(128)};
}

SlurmSettings cluster() { return {.cluster_name = "lab", .head_address = {0x0A2A0001}}; }

/// The lines that begin with `word`.
std::vector<std::string> lines_with(std::string_view text, std::string_view word) {
  std::vector<std::string> found;
  for (const std::string& line : lines(text)) {
    if (line.starts_with(word)) found.push_back(line);
  }
  return found;
}

TEST(SlurmConfig, describes_one_node_by_what_was_discovered) {
  const std::vector nodes = {node(1)};
  EXPECT_EQ(lines_with(render_slurm_conf(cluster(), nodes).text, "NodeName"),
            std::vector<std::string>{"NodeName=n001 NodeAddr=10.42.1.1 CPUs=2 Sockets=1 "
                                     "CoresPerSocket=2 ThreadsPerCore=1 RealMemory=1664 "
                                     "State=UNKNOWN"});
}

TEST(SlurmConfig, folds_neighbours_that_are_alike) {
  const std::vector nodes = {node(3), node(1), node(2)};
  const auto found = lines_with(render_slurm_conf(cluster(), nodes).text, "NodeName");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].starts_with("NodeName=n[001-003] NodeAddr=10.42.1.[1-3] CPUs=2 "))
      << found[0];
}

TEST(SlurmConfig, starts_a_line_where_hardware_differs) {
  const std::vector nodes = {node(1), node(2, 4096), node(3)};
  EXPECT_EQ(lines_with(render_slurm_conf(cluster(), nodes).text, "NodeName").size(), 3U);
}

TEST(SlurmConfig, starts_a_line_where_addresses_jump) {
  std::vector nodes = {node(1), node(2)};
  nodes[1].address.value += 7;
  EXPECT_EQ(lines_with(render_slurm_conf(cluster(), nodes).text, "NodeName").size(), 2U);
}

TEST(SlurmConfig, starts_a_line_where_the_last_octet_wraps) {
  std::vector nodes = {node(1), node(2)};
  nodes[0].address = {0x0A2A01FF};
  nodes[1].address = {0x0A2A0200};
  EXPECT_EQ(lines_with(render_slurm_conf(cluster(), nodes).text, "NodeName").size(), 2U);
}

TEST(SlurmConfig, starts_a_line_where_numbers_grow_a_digit) {
  std::vector nodes = {node(999), node(1000)};
  nodes[0].address = {0x0A2A0401};
  nodes[1].address = {0x0A2A0402};
  const auto found = lines_with(render_slurm_conf(cluster(), nodes).text, "NodeName");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_TRUE(found[1].starts_with("NodeName=n1000 NodeAddr=10.42.4.2 ")) << found[1];
}

TEST(SlurmConfig, is_the_same_for_any_order_of_nodes) {
  const std::vector one = {node(1), node(2), node(10)};
  const std::vector other = {node(10), node(2), node(1)};
  EXPECT_EQ(render_slurm_conf(cluster(), one).text, render_slurm_conf(cluster(), other).text);
}

TEST(SlurmConfig, takes_a_cluster_without_nodes) {
  const std::string text = render_slurm_conf(cluster(), {}).text;
  EXPECT_TRUE(lines_with(text, "NodeName").empty());
  EXPECT_TRUE(lines_with(text, "DefMemPerCPU").empty());
  EXPECT_EQ(lines_with(text, "PartitionName").size(), 1U);
}

TEST(SlurmConfig, leaves_out_a_node_that_reports_nonsense) {
  std::vector nodes = {node(1), node(2), node(3), node(4)};
  nodes[0].cores_per_socket = 0;
  nodes[1].memory = Bytes::from_mib(std::uint64_t{1} << 40);
  nodes[2].name = "n3 Include=/etc/shadow";
  const SlurmConfig config = render_slurm_conf(cluster(), nodes);
  EXPECT_EQ(config.refused.size(), 3U);
  EXPECT_EQ(lines_with(config.text, "NodeName").size(), 1U);
  EXPECT_EQ(config.text.find("Include"), std::string::npos);
}

TEST(SlurmConfig, does_not_let_big_counts_overflow) {
  NodeHardware big = node(1);
  big.sockets = big.cores_per_socket = big.threads_per_core = 0xFFFFFFFF;
  EXPECT_FALSE(validate_node(big, cluster()));
}

TEST(SlurmConfig, says_which_node_has_too_little_memory) {
  const auto refused = validate_node(node(1, 300), cluster());
  ASSERT_FALSE(refused);
  EXPECT_EQ(
      refused.error().message,
      "the scheduler cannot use node 'n001': of its 300.0 MiB of memory nothing is left for jobs");
}

TEST(SlurmConfig, keeps_its_text_when_a_boot_finds_a_little_less_memory) {
  const std::vector before = {node(1, 2000)};
  const std::vector after = {node(1, 1990)};
  EXPECT_EQ(render_slurm_conf(cluster(), before).text, render_slurm_conf(cluster(), after).text);
}

TEST(SlurmConfig, reserves_more_memory_on_a_large_node) {
  EXPECT_EQ(job_memory({.memory = Bytes::from_mib(256 * 1024)}, cluster()).mib(), 248U * 1024);
  EXPECT_EQ(
      job_memory({.memory = Bytes::from_mib(2048), .root = Bytes::from_mib(1024)}, cluster()).mib(),
      768U)
      << "the root is in memory as well";
}

std::string default_line(std::span<const NodeHardware> nodes) {
  const auto found = lines_with(render_slurm_conf(cluster(), nodes).text, "DefMemPerCPU");
  return found.size() == 1 ? found.front() : std::format("{} lines", found.size());
}

TEST(SlurmConfig, gives_jobs_the_memory_share_of_a_typical_node) {
  // Two CPUs each: 832, 1856 and 3840 MiB for each CPU.
  EXPECT_EQ(default_line(std::vector{node(1, 2048), node(2, 4096)}), "DefMemPerCPU=832");
  EXPECT_EQ(default_line(std::vector{node(1, 2048), node(2, 4096), node(3, 4096)}),
            "DefMemPerCPU=1856");
  EXPECT_EQ(default_line(std::vector{node(1, 4096), node(2, 4096), node(3, 8192)}),
            "DefMemPerCPU=1856");
}

TEST(SlurmConfig, no_single_node_makes_the_default_too_small_for_mpi) {
  NodeHardware old = node(9, 2048);
  old.cores_per_socket = 32;
  const std::vector nodes = {node(1, 65536), node(2, 65536), old};
  EXPECT_EQ(default_line(nodes), "DefMemPerCPU=31680");
  EXPECT_EQ(default_line(std::vector{node(1, 65536), old}), "DefMemPerCPU=192")
      << "half of the nodes have 52 MiB for each CPU, with which no MPI program starts";
  EXPECT_EQ(default_line(std::vector{node(1, 480)}), "DefMemPerCPU=64")
      << "no node has more memory for jobs, and a job must fit somewhere";
}

TEST(SlurmConfig, says_which_nodes_have_little_memory_for_their_cpus) {
  std::vector nodes = {node(1, 65536), node(2, 65536), node(3, 65536), node(7, 2048),
                       node(8, 2048)};
  nodes[3].cores_per_socket = nodes[4].cores_per_socket = 32;
  const auto told = render_slurm_conf(cluster(), nodes).small_nodes;
  ASSERT_TRUE(told);
  EXPECT_EQ(told->message,
            "jobs that ask for no memory can use less than half of the CPUs of n[007-008]: the "
            "default is 31680 MiB for each CPU");
  EXPECT_EQ(told->hint,
            "jobs that ask for less, as with --mem-per-cpu=52M, can use all CPUs there");
}

TEST(SlurmConfig, nodes_on_which_jobs_use_half_of_the_cpus_are_not_told) {
  EXPECT_FALSE(render_slurm_conf(cluster(), std::vector{node(1)}).small_nodes);
  EXPECT_FALSE(
      render_slurm_conf(cluster(), std::vector{node(1, 4096), node(2, 4096), node(3, 2304)})
          .small_nodes);
  EXPECT_FALSE(render_slurm_conf(cluster(), {}).small_nodes);
}

TEST(SlurmConfig, rounds_a_time_limit_up_to_minutes) {
  SlurmSettings limited = cluster();
  limited.time_limit = std::chrono::seconds(61);
  limited.partition = "main";
  EXPECT_EQ(
      lines_with(render_slurm_conf(limited, {}).text, "PartitionName"),
      std::vector<std::string>{"PartitionName=main Nodes=ALL Default=YES MaxTime=2 State=UP"});
}

TEST(SlurmConfig, renders_ten_thousand_nodes_in_few_lines) {
  std::vector<NodeHardware> nodes;
  for (std::uint32_t i = 1; i <= 10'000; ++i) nodes.push_back(node(i));
  const SlurmConfig config = render_slurm_conf(cluster(), nodes);
  EXPECT_TRUE(config.refused.empty());
  EXPECT_LT(lines_with(config.text, "NodeName").size(), 60U);
}

TEST(SlurmConfig, has_what_others_set_at_one_place) {
  SlurmSettings settings = cluster();
  const std::string plain = render_slurm_conf(settings, {}).text;
  EXPECT_EQ(others_of(plain), OtherSettings());
  settings.others = {{"Licenses", "a:1"}, {"PriorityFlags", "MAX_TRES,INCR_ONLY"}};
  const std::string text = render_slurm_conf(settings, std::vector{node(1)}).text;
  EXPECT_EQ(others_of(text), settings.others);
  EXPECT_EQ(lines_with(text, "Licenses"), std::vector<std::string>{"Licenses=a:1"});
  EXPECT_FALSE(others_of("# Of extensions:\nLicenses=a:1\n"));
  EXPECT_FALSE(others_of("# Of extensions:\nLicenses\n# End of what is of extensions.\n"));
}

TEST(SlurmctldUnit, forgets_the_number_of_a_cluster_with_another_name) {
  const std::string unit = render_slurmctld_unit("blue");
  EXPECT_NE(unit.find("-not -exec /usr/bin/grep -q ^blue| {} \\; -delete\n"), std::string::npos)
      << unit;
  EXPECT_NE(unit, render_slurmctld_unit("blue", {{"Licenses", "a:1"}}))
      << "a controller that runs takes over no other database";
}

TEST(SlurmdDefaults, name_the_head_and_the_node) {
  EXPECT_EQ(render_slurmd_defaults({0x0A2A0001}, "n001"),
            "SLURMD_OPTIONS=\"--conf-server 10.42.0.1 -N n001\"\n");
}

TEST(SlurmdUnit, takes_no_job_where_home_is_missing) {
  const std::vector<std::string> mounts = {"/home"};
  EXPECT_NE(render_slurmd_unit(mounts).find("AssertPathIsMountPoint=/home\n"), std::string::npos);
  EXPECT_EQ(render_slurmd_unit({}).find("Assert"), std::string::npos);
}

TEST(CgroupConf, limits_memory_and_cores_where_it_can) {
  EXPECT_NE(render_cgroup_conf(Containment::control_groups).find("ConstrainRAMSpace=yes"),
            std::string::npos);
  EXPECT_EQ(render_cgroup_conf(Containment::process_table), "CgroupPlugin=disabled\n");
}

}  // namespace
}  // namespace muster::hpc
