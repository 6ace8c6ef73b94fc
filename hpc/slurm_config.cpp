#include "hpc/slurm_config.h"

#include <algorithm>
#include <format>
#include <tuple>

#include "core/base/text.h"
#include "core/spec/node_names.h"
#include "hpc/files.h"
#include "hpc/gres_config.h"
#include "hpc/memory_default.h"
#include "hpc/node_groups.h"

namespace muster::hpc {
namespace {

/// Slurm counts CPUs in 16 bits and keeps the last values for itself (slurm.h, NO_VAL16).
constexpr std::uint64_t kMostCpus = 0xFF00;
/// Less than this is no place for an MPI rank.
constexpr std::uint64_t kLeastJobMemoryMib = 64;
/// 64 TiB: more is a misread number, not a machine.
constexpr std::uint64_t kMostMemoryMib = std::uint64_t{64} << 20;

bool alike(const NodeHardware& a, const NodeHardware& b, const SlurmSettings& settings) {
  return std::tie(a.feature, a.sockets, a.cores_per_socket, a.threads_per_core, a.gpus) ==
             std::tie(b.feature, b.sockets, b.cores_per_socket, b.threads_per_core, b.gpus) &&
         job_memory(a, settings) == job_memory(b, settings);
}

/// The lines of all nodes, neighbours that are alike in one.
std::string render_nodes(const SlurmSettings& settings, std::span<const NodeHardware> nodes) {
  std::string text;
  const auto may_share = [&settings](const NodeHardware& last, const NodeHardware& next) {
    return names_follow(last, next) && addresses_follow(last, next) && alike(last, next, settings);
  };
  for (const auto group : group_nodes(nodes, may_share)) {
    const NodeHardware& node = group.front();
    text += std::format(
        "NodeName={} NodeAddr={} CPUs={} Sockets={} CoresPerSocket={} ThreadsPerCore={} "
        "RealMemory={}{}{} State=UNKNOWN\n",
        folded_name(group), folded_address(group), cpus(node), node.sockets, node.cores_per_socket,
        node.threads_per_core, job_memory(node, settings).mib(), render_gres(node.gpus),
        node.feature.empty() ? "" : " Feature=" + node.feature);
  }
  return text;
}

/// Without this line Slurm would give the first small job all memory of its node.
std::string render_memory_default(const SlurmSettings& settings,
                                  std::span<const NodeHardware> nodes) {
  if (nodes.empty()) return {};
  return std::format("DefMemPerCPU={}\n", default_memory_per_cpu(settings, nodes).mib());
}

std::string render_time_limit(std::chrono::seconds limit) {
  if (limit.count() == 0) return "INFINITE";
  // Slurm counts in minutes; a limit is never made shorter than it was asked for.
  return std::to_string((limit.count() + 59) / 60);
}

std::string render_identity(const SlurmSettings& settings) {
  return std::format(
      "# Made by Muster from the nodes that were adopted. Changes made here are lost.\n"
      "ClusterName={}\n"
      "SlurmctldHost={}({})\n"
      "SlurmUser=slurm\n"
      "AuthType=auth/slurm\n"
      "CredType=cred/slurm\n"
      "SlurmctldParameters=enable_configless\n"
      "StateSaveLocation=/var/lib/slurm/slurmctld\n"
      "SlurmdSpoolDir=/var/spool/slurmd\n"
      "SlurmctldPidFile=/run/slurmctld/slurmctld.pid\n"
      "SlurmdPidFile=/run/slurm/slurmd.pid\n"
      // The head sends no mail; without this line the controller complains at each start.
      "MailProg=/usr/bin/true\n",
      settings.cluster_name, settings.head_name, to_string(settings.head_address));
}

constexpr std::string_view kOthers = "# Of extensions:\n";
constexpr std::string_view kEndOfOthers = "# End of what is of extensions.\n";

std::string render_others(const OtherSettings& others) {
  if (others.empty()) return {};
  std::string text(kOthers);
  for (const auto& [key, value] : others) text += std::format("{}={}\n", key, value);
  return text + std::string(kEndOfOthers);
}

std::string render_containment(Containment containment) {
  if (containment == Containment::process_table) {
    return "ProctrackType=proctrack/linuxproc\n"
           "TaskPlugin=task/none\n"
           "JobAcctGatherType=jobacct_gather/linux\n";
  }
  return "ProctrackType=proctrack/cgroup\n"
         // A place for each job on each of its nodes from its start: who comes by SSH is put there.
         "PrologFlags=Contain\n"
         "TaskPlugin=task/cgroup,task/affinity\n"
         "JobAcctGatherType=jobacct_gather/cgroup\n";
}

/// Times in seconds. They are generous: a slow answer costs seconds, a node declared dead its jobs.
constexpr std::string_view kBehaviour =
    "GresTypes=gpu\n"
    "SelectType=select/cons_tres\n"
    "SelectTypeParameters=CR_Core_Memory\n"
    "MpiDefault=pmix\n"
    "ReturnToService=2\n"
    "SlurmdTimeout=120\n"
    "MessageTimeout=30\n"
    "InactiveLimit=0\n"
    "KillWait=30\n"
    // A node's own limit on locked memory holds, not the one of the shell a job was sent from: fast
    // networks need it.
    "PropagateResourceLimitsExcept=MEMLOCK\n";

}  // namespace

namespace {

/// What jobs never get of a node's memory.
Bytes reserved_memory(const NodeHardware& node, const SlurmSettings& settings) {
  // Large nodes lose more: page tables and caches grow with memory.
  const std::uint64_t system = std::max(settings.reserved_memory.mib(), node.memory.mib() / 32);
  return Bytes::from_mib(system + node.root.mib());
}

}  // namespace

std::uint64_t cpus(const NodeHardware& node) {
  return std::uint64_t{node.sockets} * node.cores_per_socket * node.threads_per_core;
}

Bytes job_memory(const NodeHardware& node, const SlurmSettings& settings) {
  const std::uint64_t reserved = reserved_memory(node, settings).mib();
  const std::uint64_t left = node.memory.mib() > reserved ? node.memory.mib() - reserved : 0;
  return Bytes::from_mib(left / 64 * 64);
}

Status validate_node(const NodeHardware& node, const SlurmSettings& settings) {
  TRY(spec::check_node_name(node.name));
  constexpr std::uint32_t kMostParts = 4096;
  const bool counted = node.sockets > 0 && node.cores_per_socket > 0 && node.threads_per_core > 0 &&
                       node.sockets <= kMostParts && node.cores_per_socket <= kMostParts &&
                       node.threads_per_core <= kMostParts;
  if (!counted || cpus(node) > kMostCpus) {
    return fail(
        std::format("the scheduler cannot use node '{}': {} sockets of {} cores of {} threads",
                    node.name, node.sockets, node.cores_per_socket, node.threads_per_core),
        std::format("see what it reported: muster node show {}", node.name));
  }
  if (node.memory.mib() > kMostMemoryMib) {
    return fail(std::format("the scheduler cannot use node '{}': it reports {} of memory",
                            node.name, human(node.memory)),
                std::format("see what it reported: muster node show {}", node.name));
  }
  if (job_memory(node, settings).mib() < kLeastJobMemoryMib) {
    return fail(
        std::format("the scheduler cannot use node '{}': of its {} of memory nothing is left "
                    "for jobs",
                    node.name, human(node.memory)),
        std::format(
            "give it more than {}",
            human(Bytes::from_mib(reserved_memory(node, settings).mib() + kLeastJobMemoryMib))));
  }
  if (Status valid = validate_gpus(node.gpus); !valid) {
    return wrap(std::format("the scheduler cannot use node '{}'", node.name),
                std::move(valid).error());
  }
  return {};
}

SlurmConfig render_slurm_conf(const SlurmSettings& settings, std::span<const NodeHardware> nodes) {
  SlurmConfig config;
  std::vector<NodeHardware> usable;
  usable.reserve(nodes.size());
  for (const NodeHardware& node : nodes) {
    if (auto valid = validate_node(node, settings); valid) {
      usable.push_back(node);
    } else {
      config.refused.push_back(std::move(valid).error());
    }
  }
  std::ranges::sort(usable, counts_before);
  config.small_nodes = explain_small_nodes(settings, usable);
  config.gres = render_gres_conf(usable);
  config.text = render_identity(settings) + render_containment(settings.containment);
  config.text += kBehaviour;
  config.text += render_others(settings.others);
  config.text += render_memory_default(settings, usable);
  config.text += render_nodes(settings, usable);
  config.text += std::format("PartitionName={} Nodes=ALL Default=YES MaxTime={} State=UP\n",
                             settings.partition, render_time_limit(settings.time_limit));
  return config;
}

Result<OtherSettings> others_of(std::string_view slurm_conf) {
  OtherSettings others;
  const auto start = slurm_conf.find(kOthers);
  if (start == slurm_conf.npos) return others;
  const auto from = start + kOthers.size();
  const auto end = slurm_conf.find(kEndOfOthers, from);
  if (end == slurm_conf.npos) return fail("what slurm.conf has of extensions has no end");
  for (const std::string& line : lines(slurm_conf.substr(from, end - from))) {
    const auto sign = line.find('=');
    if (sign == line.npos || !others.emplace(line.substr(0, sign), line.substr(sign + 1)).second) {
      return fail(std::format("the line '{}' is there twice, or is none", printable(line, 80)));
    }
  }
  return others;
}

std::string render_cgroup_conf(Containment containment) {
  if (containment == Containment::process_table) return "CgroupPlugin=disabled\n";
  return "CgroupPlugin=cgroup/v2\n"
         "ConstrainCores=yes\n"
         "ConstrainRAMSpace=yes\n"
         // Only the files that gres.conf names are kept from a job that did not ask for them; every
         // other device is open to it (EBPF_ACCEPT in Slurm's cgroup_v2.c).
         "ConstrainDevices=yes\n";
}

std::string render_slurmd_defaults(Ipv4Address head, std::string_view node_name) {
  return std::format("SLURMD_OPTIONS=\"--conf-server {} -N {}\"\n", to_string(head), node_name);
}

std::string render_slurmctld_unit(std::string_view cluster, const OtherSettings& others) {
  std::string also;
  for (const auto& [key, value] : others) also += std::format("# {}={}\n", key, value);
  return std::format(
      "# The controller of {}.\n"
      "{}"
      "[Service]\n"
      "# It keeps the cluster's name beside the jobs, so that two controllers never share a\n"
      "# directory, and would not start under another; this directory is the head's own. Beside\n"
      "# the same name is the number by which a database of jobs knows the cluster.\n"
      "ExecStartPre=/usr/bin/find /var/lib/slurm/slurmctld -maxdepth 1 -name clustername "
      "-not -exec /usr/bin/grep -q ^{}| {{}} \\; -delete\n",
      cluster, also, cluster);
}

std::string render_slurmd_unit(std::span<const std::string> required_mounts) {
  std::string text = std::format(
      "[Unit]\n"
      "# Without its key slurmd can only fail; the node's plan brings it.\n"
      "ConditionPathExists={}\n",
      kSlurmKey);
  for (const std::string& mount : required_mounts) {
    text += std::format("AssertPathIsMountPoint={}\n", mount);
  }
  text +=
      "# A node may be up before the head's list has it: it tries until it is.\n"
      "StartLimitIntervalSec=0\n"
      "\n"
      "[Service]\n"
      "Restart=on-failure\n"
      "RestartSec=5\n"
      "TimeoutStartSec=90\n";
  return text;
}

}  // namespace muster::hpc
