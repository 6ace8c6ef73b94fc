#include "hpc/memory_default.h"

#include <algorithm>
#include <format>

#include "core/base/node_set.h"
#include "hpc/mpi.h"

namespace muster::hpc {
namespace {

/// Memory for jobs for each CPU, in MiB.
std::uint64_t share_of(const NodeHardware& node, const SlurmSettings& settings) {
  return job_memory(node, settings).mib() / cpus(node);
}

}  // namespace

Bytes default_memory_per_cpu(const SlurmSettings& settings, std::span<const NodeHardware> nodes) {
  CHECK(!nodes.empty());
  std::vector<std::uint64_t> shares;
  std::uint64_t largest = 0;
  for (const NodeHardware& node : nodes) {
    shares.push_back(share_of(node, settings));
    largest = std::max(largest, job_memory(node, settings).mib());
  }
  const auto middle = shares.begin() + static_cast<std::ptrdiff_t>((shares.size() - 1) / 2);
  std::ranges::nth_element(shares, middle);
  return Bytes::from_mib(std::min(std::max(*middle, kLeastMpiMemory.mib()), largest));
}

std::optional<Error> explain_small_nodes(const SlurmSettings& settings,
                                         std::span<const NodeHardware> nodes) {
  if (nodes.empty()) return std::nullopt;
  const std::uint64_t each = default_memory_per_cpu(settings, nodes).mib();
  std::vector<std::string> names;
  std::uint64_t least = each;
  for (const NodeHardware& node : nodes) {
    if (job_memory(node, settings).mib() / each * 2 >= cpus(node)) continue;
    names.push_back(node.name);
    least = std::min(least, share_of(node, settings));
  }
  if (names.empty()) return std::nullopt;
  return Error{.message = std::format(
                   "jobs that ask for no memory can use less than half of the CPUs of {}: "
                   "the default is {} MiB for each CPU",
                   fold_names(names), each),
               .hint = std::format(
                   "jobs that ask for less, as with --mem-per-cpu={}M, can use all CPUs there",
                   std::max<std::uint64_t>(least, 1))};
}

}  // namespace muster::hpc
