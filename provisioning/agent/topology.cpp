#include "provisioning/agent/topology.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <hwloc.h>
#include <memory>
#include <string>
#include <string_view>

namespace muster::agent {
namespace {

/// Has hwloc read another tree than this machine's while it lives.
class OtherRoot {
 public:
  explicit OtherRoot(const std::filesystem::path& root) {
    if (root == "/") return;
    set_ = true;
    setenv(kVariable, std::filesystem::absolute(root).c_str(), 1);
  }
  ~OtherRoot() {
    if (set_) unsetenv(kVariable);
  }
  OtherRoot(const OtherRoot&) = delete;
  OtherRoot& operator=(const OtherRoot&) = delete;

 private:
  static constexpr const char* kVariable = "HWLOC_FSROOT";
  bool set_ = false;
};

struct Destroy {
  void operator()(hwloc_topology_t topology) const { hwloc_topology_destroy(topology); }
  void operator()(hwloc_bitmap_t bitmap) const { hwloc_bitmap_free(bitmap); }
};
using Topology = std::unique_ptr<std::remove_pointer_t<hwloc_topology_t>, Destroy>;
using Bitmap = std::unique_ptr<std::remove_pointer_t<hwloc_bitmap_t>, Destroy>;

/// One kind of processor in a machine that has several, such as Intel's fast and economical cores.
struct CpuKind {
  Bitmap cpus{hwloc_bitmap_alloc()};
  std::string core_type;
  /// Empty when the kernel does not say.
  std::string highest_frequency;
};

std::string info_of(const hwloc_info_s* infos, unsigned count, const char* name) {
  for (unsigned i = 0; i < count; ++i) {
    if (std::strcmp(infos[i].name, name) == 0) return infos[i].value;
  }
  return {};
}

std::vector<CpuKind> cpu_kinds(hwloc_topology_t topology) {
  std::vector<CpuKind> kinds;
  const int count = hwloc_cpukinds_get_nr(topology, 0);
  for (int i = 0; i < count; ++i) {
    CpuKind kind;
    unsigned info_count = 0;
    hwloc_info_s* infos = nullptr;
    if (hwloc_cpukinds_get_info(topology, static_cast<unsigned>(i), kind.cpus.get(), nullptr,
                                &info_count, &infos, 0) != 0) {
      continue;
    }
    kind.core_type = info_of(infos, info_count, "CoreType");
    kind.highest_frequency = info_of(infos, info_count, "FrequencyMaxMHz");
    kinds.push_back(std::move(kind));
  }
  return kinds;
}

/// slurmd gives jobs no economical cores unless SlurmdParameters=allow_ecores. It takes the first
/// kind of fast cores, and every other kind with the same highest frequency.
void leave_fast_cores(hwloc_topology_t topology) {
  const std::vector<CpuKind> kinds = cpu_kinds(topology);
  const auto fast = std::ranges::find(kinds, "IntelCore", &CpuKind::core_type);
  if (fast == kinds.end()) return;
  const Bitmap kept{hwloc_bitmap_dup(fast->cpus.get())};
  for (const CpuKind& kind : kinds) {
    if (fast->highest_frequency.empty() || kind.highest_frequency != fast->highest_frequency) {
      continue;
    }
    hwloc_bitmap_or(kept.get(), kept.get(), kind.cpus.get());
  }
  hwloc_topology_restrict(topology, kept.get(), 0);
}

/// With slurmd's own flags and filters: they decide which objects are merged.
Topology load_topology() {
  hwloc_topology_t made = nullptr;
  if (hwloc_topology_init(&made) != 0) return nullptr;
  Topology topology(made);
  hwloc_topology_set_flags(made, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
  for (const hwloc_obj_type_t type : {HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L4CACHE,
                                      HWLOC_OBJ_L5CACHE, HWLOC_OBJ_MISC}) {
    hwloc_topology_set_type_filter(made, type, HWLOC_TYPE_FILTER_KEEP_NONE);
  }
  if (hwloc_topology_load(made) != 0) return nullptr;
  leave_fast_cores(made);
  return topology;
}

std::uint32_t count_of(hwloc_topology_t topology, hwloc_obj_type_t type) {
  return static_cast<std::uint32_t>(std::max(0, hwloc_get_nbobjs_by_type(topology, type)));
}

/// Packages that have a core: one that is only memory is no socket.
std::uint32_t count_sockets(hwloc_topology_t topology) {
  std::uint32_t count = 0;
  for (hwloc_obj_t package = nullptr;
       (package = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_PACKAGE, package)) != nullptr;) {
    count += hwloc_get_nbobjs_inside_cpuset_by_type(topology, package->cpuset, HWLOC_OBJ_CORE) > 0;
  }
  return count > 0 ? count : count_of(topology, HWLOC_OBJ_PACKAGE);
}

}  // namespace

std::optional<provisioning::CpuTopology> read_topology(const std::filesystem::path& root) {
  const OtherRoot other(root);
  const Topology topology = load_topology();
  if (topology == nullptr) return std::nullopt;
  // A machine that shows no package, or no cores, counts as one.
  const std::uint32_t sockets = std::max(1U, count_sockets(topology.get()));
  const std::uint32_t cores = std::max(1U, count_of(topology.get(), HWLOC_OBJ_CORE));
  const std::uint32_t threads = count_of(topology.get(), HWLOC_OBJ_PU);
  return provisioning::CpuTopology{.sockets = sockets,
                                   .cores_per_socket = std::max(1U, cores / sockets),
                                   .threads_per_core = std::max(1U, threads / cores)};
}

}  // namespace muster::agent
