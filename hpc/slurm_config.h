#pragma once
// The scheduler's configuration as text: slurm.conf, gres.conf, cgroup.conf and what slurmd is
// started with.
// It is a pure function of the settings and of the nodes that were adopted, so that a node that
// appears or vanishes is a changed file and one reconfigure, never a list kept by hand.
// Slurm 24.11, slurm.conf(5).

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/units.h"

namespace muster::hpc {

/// A card that jobs may ask for.
struct Gpu {
  /// "a100": what stands behind "gpu:" in --gres.
  std::string type;
  /// Its device file on the node.
  std::string file;
  bool operator==(const Gpu&) const = default;
  auto operator<=>(const Gpu&) const = default;
};

/// What the scheduler has to know of one node.
struct NodeHardware {
  std::string name;
  Ipv4Address address;
  /// What jobs ask for with --constraint to be placed on such nodes; empty for none.
  std::string feature = {};
  std::uint32_t sockets = 1;
  std::uint32_t cores_per_socket = 1;
  std::uint32_t threads_per_core = 1;
  /// All memory that the node's kernel has.
  Bytes memory;
  /// What of it holds the node's root.
  Bytes root = {};
  std::vector<Gpu> gpus = {};

  bool operator==(const NodeHardware&) const = default;
};

/// How slurmd keeps a job's processes together.
enum class Containment {
  /// Control groups of version 2, with systemd: every node that Muster boots.
  control_groups,
  /// The process table only, for machines that have no version 2; nothing is limited.
  process_table,
};

/// Lines of slurm.conf that others than Muster have there: values by their keys.
using OtherSettings = std::map<std::string, std::string, std::less<>>;

struct SlurmSettings {
  std::string cluster_name = "muster";
  std::string head_name = "head";
  /// The head's address on the nodes' network.
  Ipv4Address head_address;
  std::string partition = "all";
  /// Longest time of a job; 0 is no limit.
  std::chrono::seconds time_limit{0};
  /// Memory of a node that jobs never get beside that of its root: kernel, daemons, what they
  /// write.
  Bytes reserved_memory = Bytes::from_mib(256);
  Containment containment = Containment::control_groups;
  OtherSettings others = {};
};

/// A rendered slurm.conf.
struct SlurmConfig {
  std::string text;
  /// gres.conf of the same nodes.
  std::string gres;
  /// Nodes that were left out, each with its reason: one odd machine must not stop the scheduler.
  std::vector<Error> refused;
  /// As explain_small_nodes.
  std::optional<Error> small_nodes = {};
};

/// All hardware threads of a node, which Slurm counts as CPUs.
std::uint64_t cpus(const NodeHardware& node);

/// Errors: as spec::check_node_name; no CPU or more than Slurm counts; too little memory for a job;
/// a card that cannot be one.
Status validate_node(const NodeHardware& node, const SlurmSettings& settings);

/// Memory that jobs may use. It is less than the node has, and rounded down to 64 MiB, so that a
/// boot that finds a little less neither drains the node nor changes the file.
Bytes job_memory(const NodeHardware& node, const SlurmSettings& settings);

/// The nodes may come in any order; those that are alike and have neighbouring names and addresses
/// share a line. The same nodes give the same text.
SlurmConfig render_slurm_conf(const SlurmSettings& settings, std::span<const NodeHardware> nodes);

/// SlurmSettings::others of a rendered slurm.conf. Errors: their lines are none.
Result<OtherSettings> others_of(std::string_view slurm_conf);

std::string render_cgroup_conf(Containment containment);

/// /etc/default/slurmd of the node: where its configuration is, and its own name.
std::string render_slurmd_defaults(Ipv4Address head, std::string_view node_name);

/// Lines added to slurmctld.service: a cluster that gets another name keeps its jobs. The text is
/// another for another name and for other settings of others, which a running controller does not
/// take over.
std::string render_slurmctld_unit(std::string_view cluster, const OtherSettings& others = {});

/// Lines added to slurmd.service: start again after a failure, and only where every one of
/// `required_mounts` is mounted, since a job without its files is worse than a job that waits.
std::string render_slurmd_unit(std::span<const std::string> required_mounts);

}  // namespace muster::hpc
