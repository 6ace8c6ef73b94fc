// Directories of the head, /home among them, that nodes mount by NFS 4.

#include <algorithm>
#include <format>

#include "core/crypto/hash.h"
#include "storage/driver.h"

namespace muster::storage {
namespace {

using plan::MountFileSystem;
using plan::Plan;
using spec::Volume;
using Volumes = std::span<const Volume>;

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
std::string identity_of(const Volume& volume) { return crypto::sha256(volume.name).substr(0, 32); }

bool is_kept(const Volume& volume, const HeadFacts& facts) {
  return std::ranges::contains(facts.kept, volume.mount);
}

/// Where a live head keeps a volume that is on no disk. Only root makes directories in one, as in
/// /home: it may be a place that programs are started from.
MountFileSystem in_memory(const Volume& volume, const HeadFacts& facts) {
  return {.source = "muster-" + volume.name,
          .target = volume.mount,
          .type = "tmpfs",
          .options = std::format("size={},mode=0755", facts.size_in_memory)};
}

std::string render_exports(const spec::Head& head, Volumes volumes) {
  const std::string network =
      std::format("{}/{}", to_string(head.address.network()), head.address.prefix);
  // A file system below a volume, such as /home/ada on a disk of its own, is shared with it.
  constexpr std::string_view kOptions = "sync,no_subtree_check,root_squash,crossmnt";
  std::string text = std::format("{} {}(ro,{},fsid=0)\n", kVolumes, network, kOptions);
  for (const Volume& volume : volumes) {
    text += std::format("{} {}(rw,{},fsid={})\n", exported(volume), network, kOptions,
                        identity_of(volume));
  }
  return text;
}

plan::Owns nfs_owns(Volumes volumes) {
  std::vector<std::string> shared;
  for (const Volume& volume : volumes) shared.push_back(volume.mount);
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
Plan nfs_in_head_image() {
  return {.steps = {plan::WriteFile{
              .path = "/etc/nfs.conf.d/muster.conf",
              .content = "# Version 4 only: one port, no rpcbind.\n[nfsd]\nvers3=n\n"}}};
}

/// Each volume is bound below one small file system, the root of what NFS 4 shows: without it the
/// server would have to export the root file system, which on a live head is an overlay
/// (exports(5), docs/decisions/0005).
Plan nfs_on_head(const spec::Head& head, Volumes volumes, const HeadFacts& facts) {
  Plan plan;
  for (const Volume& volume : volumes) {
    if (facts.live && !is_kept(volume, facts)) {
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
  plan.add(plan::WriteFile{.path = kExports, .content = render_exports(head, volumes)});
  plan.add(plan::Service{.unit = kServer,
                         .on_change = plan::Service::OnChange::reload,
                         .watches = std::move(watches)});
  return plan;
}

Plan nfs_on_node(const spec::Head& head, Volumes volumes) {
  const std::string server = to_string(head.address.address);
  Plan plan;
  for (const Volume& volume : volumes) {
    plan.add(MountFileSystem{.source = std::format("{}:/{}", server, volume.name),
                             .target = volume.mount,
                             .type = "nfs4",
                             .options = "vers=4.2,hard,noatime"});
  }
  return plan;
}

/// Volumes of a head with a state disk that came after it was made.
std::vector<Error> nfs_health(Volumes volumes, const HeadFacts& facts) {
  std::vector<Error> problems;
  if (!facts.live || facts.kept.empty()) return problems;
  for (const Volume& volume : volumes) {
    if (is_kept(volume, facts)) continue;
    problems.push_back(
        {.message = std::format("volume '{}' lies in memory: the state disk does not keep {}",
                                volume.name, volume.mount),
         .hint = "'muster head keep' adds it, and the head's next start uses it"});
  }
  return problems;
}

}  // namespace

constinit const Driver kNfs = {.kind = spec::StorageDriver::nfs,
                               .owns = nfs_owns,
                               .plan_head_image = nfs_in_head_image,
                               .plan_head = nfs_on_head,
                               .plan_node = nfs_on_node,
                               .health = nfs_health};

}  // namespace muster::storage
