// What head and nodes share: /home and the volumes of the specification, by NFS 4.

#include <algorithm>
#include <format>

#include "apps/plans/planner.h"
#include "core/os/hash.h"
#include "core/spec/volumes.h"

namespace muster::plans {
namespace {

using plan::MountFileSystem;
using plan::Plan;
using spec::Volume;

constexpr const char* kExports = "/etc/exports.d/muster.exports";
constexpr const char* kServer = "nfs-server.service";
/// Where what NFS shows is bound together.
constexpr const char* kVolumes = "/run/muster-volumes";
constexpr const char* kVolumesSource = "muster-volumes";
/// How it is mounted: nobody but root makes anything in it.
constexpr const char* kVolumesOptions = "size=64k,mode=0755";
/// How a volume is bound there (mount(8)): with the file systems below it, those that are mounted
/// later, too; and nothing that is unmounted there is unmounted where it belongs.
constexpr const char* kBindOptions = "rbind,rslave";

std::string exported(const Volume& volume) { return std::format("{}/{}", kVolumes, volume.name); }

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
  std::string text = std::format("{} {}(ro,{},fsid=0)\n", kVolumes, network, kOptions);
  for (const Volume& volume : shared_volumes(spec)) {
    text += std::format("{} {}(rw,{},fsid={})\n", exported(volume), network, kOptions,
                        identity_of(volume));
  }
  return text;
}

plan::Owns storage_owns(const spec::ClusterSpec& spec) {
  const std::vector<std::string> shared = spec::shared_mounts(spec);
  return {.files = {kExports},
          .directories = shared,
          .units = {kServer},
          // With other options mount(8) would do something else than the type says, and a source of
          // another form could be read as an option.
          .mounts = {{.type = "tmpfs",
                      .sources = {kVolumesSource},
                      .targets = {kVolumes},
                      .options = {kVolumesOptions}},
                     {.type = "tmpfs",
                      .sources = {"muster-*"},
                      .targets = shared,
                      .options = {"size=*,mode=0755"}},
                     {.type = "none",
                      .sources = shared,
                      .targets = {std::format("{}/*", kVolumes)},
                      .options = {kBindOptions}}}};
}

/// Of a head from the ISO alone: a server that has the package may have clients of version 3.
Plan storage_in_head_image(const spec::ClusterSpec&) {
  return {.steps = {plan::WriteFile{
              .path = "/etc/nfs.conf.d/muster.conf",
              .content = "# Version 4 only: one port, no rpcbind.\n[nfsd]\nvers3=n\n"}}};
}

/// Each volume is bound below one small file system, the root of what NFS 4 shows: without it the
/// server would have to export the root file system, which on a live head is an overlay
/// (exports(5), docs/decisions/0005).
HeadPlan storage_on_head(const ClusterView& view) {
  const spec::ClusterSpec& spec = view.spec;
  const head::Facts& facts = view.facts;
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
  plan.add(MountFileSystem{
      .source = kVolumesSource, .target = kVolumes, .type = "tmpfs", .options = kVolumesOptions});
  // The kernel remembers that an export was not there; what is mounted anew makes it look again.
  std::vector<std::string> watches = {kExports, kVolumes};
  for (const Volume& volume : volumes) {
    watches.push_back(exported(volume));
    plan.add(MountFileSystem{.source = volume.mount,
                             .target = exported(volume),
                             .type = "none",
                             .options = kBindOptions});
  }
  plan.add(plan::WriteFile{.path = kExports, .content = render_exports(spec)});
  plan.add(plan::Service{.unit = kServer,
                         .on_change = plan::Service::OnChange::reload,
                         .watches = std::move(watches)});
  return {.plan = std::move(plan)};
}

Plan storage_on_nodes(const ClusterView& view, const spec::Profile& profile) {
  const std::string server = to_string(view.spec.head.address.address);
  Plan plan;
  for (const Volume& volume : volumes_of(view.spec, profile)) {
    plan.add(MountFileSystem{.source = std::format("{}:/{}", server, volume.name),
                             .target = volume.mount,
                             .type = "nfs4",
                             .options = "vers=4.2,hard,noatime"});
  }
  return plan;
}

}  // namespace

constinit const Planner kStorage = {.origin = "storage",
                                    .owns = storage_owns,
                                    .head_image = storage_in_head_image,
                                    .head = storage_on_head,
                                    .of_profile = storage_on_nodes};

}  // namespace muster::plans
