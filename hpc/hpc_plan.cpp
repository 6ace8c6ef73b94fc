#include "hpc/hpc_plan.h"

#include "core/os/random.h"
#include "hpc/files.h"
#include "hpc/mpi.h"
#include "hpc/time_sync.h"

namespace muster::hpc {
namespace {

constexpr auto kCgroupConf = "/etc/slurm/cgroup.conf";
constexpr auto kMpiConf = "/etc/slurm/mpi.conf";
constexpr auto kControllerUnit = "/etc/systemd/system/slurmctld.service.d/muster.conf";
constexpr auto kHeadClock = "/etc/chrony/conf.d/muster.conf";
constexpr auto kClock = "chrony.service";
constexpr auto kNodeDefaults = "/etc/default/slurmd";
constexpr auto kReturned = "/etc/slurm/returned";

plan::WriteFile key_file(const ClusterFacts& facts, const std::string& owner) {
  return {.path = kSlurmKey,
          .content = facts.slurm_key,
          .mode = 0600,
          .owner = owner,
          .group = owner,
          .secrecy = plan::Secrecy::secret};
}

/// Steps that head and nodes share.
void add_common(plan::Plan& plan, const ClusterFacts& facts) {
  // Debian's file includes others by a pattern, which Slurm reports as an error at every start.
  plan.add(plan::WriteFile{.path = kPlugins, .content = "# No plugins.\n"});
  plan.add(plan::WriteFile{.path = kMpiParameters, .content = render_mpi_parameters(facts.head)});
}

void add_clock(plan::Plan& plan, std::string path, std::string content) {
  plan.add(plan::WriteFile{.path = path, .content = std::move(content)});
  plan.add(plan::Service{.unit = kClock, .watches = {path}});
}

}  // namespace

std::string make_slurm_key() { return os::random_hex(64); }

bool is_slurm_key(std::string_view text) {
  return text.size() == 128 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

HeadPlan plan_head(const ClusterFacts& facts, const SlurmSettings& settings,
                   std::span<const NodeHardware> nodes) {
  HeadPlan result;
  SlurmConfig config = render_slurm_conf(settings, nodes);
  result.refused = std::move(config.refused);
  result.small_nodes = std::move(config.small_nodes);
  plan::Plan& plan = result.plan;
  add_clock(plan, kHeadClock, render_head_time(facts.head, facts.time_servers));
  add_common(plan, facts);
  plan.add(key_file(facts, "slurm"));
  plan.add(
      plan::WriteFile{.path = kCgroupConf, .content = render_cgroup_conf(settings.containment)});
  plan.add(plan::WriteFile{.path = kMpiConf, .content = render_mpi_conf()});
  plan.add(plan::WriteFile{.path = kGresConf, .content = std::move(config.gres)});
  plan.add(plan::WriteFile{.path = kSlurmConf, .content = std::move(config.text)});
  plan.add(
      plan::WriteFile{.path = kControllerUnit,
                      .content = render_slurmctld_unit(settings.cluster_name, settings.others)});
  plan.add(plan::Service{.unit = kController,
                         // Nodes have its files, and are told of them by a reload only.
                         .on_change = plan::Service::OnChange::reload_always,
                         .watches = {kSlurmConf, kGresConf, kCgroupConf, kMpiConf},
                         .restart_watches = {kControllerUnit}});
  return result;
}

plan::Owns owns_on_head() {
  return {.files = {kSlurmConf, kGresConf, kCgroupConf, kMpiConf, kControllerUnit, kSlurmKey,
                    kPlugins, kMpiParameters, kHeadClock},
          .units = {kClock, kController}};
}

plan::Plan plan_node_own(Ipv4Address head, const std::string& name, std::int64_t returned_ms) {
  plan::Plan plan;
  plan.add(plan::WriteFile{.path = kNodeDefaults, .content = render_slurmd_defaults(head, name)});
  plan.add(plan::WriteFile{.path = kReturned, .content = std::to_string(returned_ms) + "\n"});
  return plan;
}

plan::Plan plan_node(const ClusterFacts& facts, std::span<const std::string> required_mounts) {
  constexpr auto kUnit = "/etc/systemd/system/slurmd.service.d/muster.conf";
  plan::Plan plan;
  add_clock(plan, "/etc/chrony/chrony.conf", render_node_time(facts.head.address));
  add_common(plan, facts);
  plan.add(key_file(facts, "root"));
  plan.add(plan::WriteFile{.path = kUnit, .content = render_slurmd_unit(required_mounts)});
  // A restart of slurmd leaves the jobs on its node alone (KillMode=process in its unit).
  plan.add(plan::Service{.unit = "slurmd.service",
                         .watches = {kSlurmKey, kNodeDefaults, kReturned, kUnit}});
  return plan;
}

}  // namespace muster::hpc
