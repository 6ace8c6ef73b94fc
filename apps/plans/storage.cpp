#include "apps/plans/storage.h"

#include <algorithm>
#include <format>

#include "core/os/hash.h"
#include "core/spec/volumes.h"
#include "provisioning/head/allowed.h"

namespace muster::plans {
namespace {

using plan::MountFileSystem;
using plan::Plan;
using spec::Volume;

constexpr const char* kExports = "/etc/exports.d/muster.exports";

std::string exported(const Volume& volume) {
  return std::format("{}/{}", head::kVolumes, volume.name);
}

/// A file system in memory has no identity of its own that lasts; exports(5) takes a UUID.
std::string identity_of(const Volume& volume) { return os::sha256(volume.name).substr(0, 32); }

/// Where a live head keeps a volume that is on no disk. Only root makes directories in one, as in
/// /home: it may be a place that programs are started from.
MountFileSystem in_memory(const Volume& volume, const head::Facts& facts) {
  return {.source = "muster-" + volume.name,
          .target = volume.mount,
          .type = "tmpfs",
          .options = std::format("size={},mode=0755", facts.volume_size)};
}

std::string render_exports(const spec::ClusterSpec& spec) {
  const auto& head = spec.head.address;
  const std::string network = std::format("{}/{}", to_string(head.network()), head.prefix);
  // A file system below a volume, such as /home/ada on a disk of its own, is shared with it.
  constexpr std::string_view kOptions = "sync,no_subtree_check,root_squash,crossmnt";
  std::string text = std::format("{} {}(ro,{},fsid=0)\n", head::kVolumes, network, kOptions);
  for (const Volume& volume : shared_volumes(spec)) {
    text += std::format("{} {}(rw,{},fsid={})\n", exported(volume), network, kOptions,
                        identity_of(volume));
  }
  return text;
}

}  // namespace

Plan plan_head_storage(const spec::ClusterSpec& spec, const head::Facts& facts) {
  const std::vector<Volume> volumes = shared_volumes(spec);
  Plan plan;
  for (const Volume& volume : volumes) {
    const bool kept = std::ranges::contains(facts.kept, volume.mount);
    if (facts.live && !kept) {
      plan.add(in_memory(volume, facts));
    } else {
      // Who may write in a directory that was there is its owner's to say.
      plan.add(plan::MakeDirectory{.path = volume.mount,
                                   .existing = plan::MakeDirectory::Existing::keep});
    }
  }
  plan.add(MountFileSystem{.source = "muster-volumes",
                           .target = head::kVolumes,
                           .type = "tmpfs",
                           .options = head::kVolumesOptions});
  // The kernel remembers that an export was not there; what is mounted anew makes it look again.
  std::vector<std::string> watches = {kExports, head::kVolumes};
  for (const Volume& volume : volumes) {
    watches.push_back(exported(volume));
    plan.add(MountFileSystem{.source = volume.mount,
                             .target = exported(volume),
                             .type = "none",
                             .options = head::kBindOptions});
  }
  plan.add(plan::WriteFile{.path = kExports, .content = render_exports(spec)});
  plan.add(plan::Service{.unit = "nfs-server.service",
                         .on_change = plan::Service::OnChange::reload,
                         .watches = std::move(watches)});
  return plan;
}

Plan plan_node_storage(const spec::ClusterSpec& spec) {
  const std::string head = to_string(spec.head.address.address);
  Plan plan;
  for (const Volume& volume : shared_volumes(spec)) {
    plan.add(MountFileSystem{.source = std::format("{}:/{}", head, volume.name),
                             .target = volume.mount,
                             .type = "nfs4",
                             .options = "vers=4.2,hard,noatime"});
  }
  return plan;
}

}  // namespace muster::plans
