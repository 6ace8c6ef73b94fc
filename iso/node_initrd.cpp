#include "iso/node_initrd.h"

#include <format>

#include "core/os/files.h"
#include "iso/inputs.h"
#include "iso/trim.h"

namespace muster::iso {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDrivers = "usr/share/muster/initramfs";
constexpr std::size_t kMostBytes = 1U << 30U;
constexpr std::string_view kAgent = "usr/share/muster/initramfs-agent";

/// The hooks of initramfs-tools that a part is made with. Others that the base layer has are for
/// systems with a root on a disk, and live-boot's would bring megabytes for media that no node has:
/// every node loads every byte through its firmware.
Status choose_hooks(MountedRoot& root, const fs::path& place,
                    std::initializer_list<const char*> wanted) {
  static constexpr std::string_view kHooks = "usr/share/initramfs-tools/hooks";
  TRY(os::make_directory(place));
  for (const auto* hook : wanted) {
    std::error_code error;
    fs::copy_file(root.path() / kHooks / hook, place / hook, error);
    if (error) return fail(std::format("cannot copy the hook '{}': {}", hook, error.message()));
  }
  return root.add(place, std::string(kHooks));
}

/// One archive, made in the image's own root.
Result<std::string> make_part(const BuildContext& context, const MountedRoot& root,
                              std::string_view parts, const std::string& kernel) {
  constexpr const char* kOut = "tmp/part.img";
  TRY(run_step(context, {.argv = {"mkinitramfs", "-d", std::format("/{}", parts), "-o",
                                  std::format("/{}", kOut), kernel},
                         .root = root.path()}));
  TRY_ASSIGN(std::string part, os::read_file(root.path() / kOut, kMostBytes));
  TRY(os::remove_tree(root.path() / kOut));
  return part;
}

struct Drivers {
  std::string archive;
  /// The paths in it, one a line.
  std::string names;
};

/// The part with the drivers, from beside the image's layer or made now and kept there. It goes
/// when that layer goes.
Result<Drivers> drivers_part(const BuildContext& context, const LayerPlan& layer, MountedRoot& root,
                             const fs::path& folder, const std::string& kernel) {
  TRY_ASSIGN(const std::string hash, hash_tree(root.path() / kDrivers));
  const auto image = context.store.path_of(layer_named(context.layers, layer.lower.back()));
  const auto kept = image / std::format("node-drivers-{}.img", hash.substr(0, 16));
  const auto names = fs::path(kept).replace_extension(".list");
  Drivers drivers;
  if (fs::exists(kept)) {
    TRY_ASSIGN(drivers.archive, os::read_file(kept, kMostBytes));
    TRY_ASSIGN(drivers.names, os::read_file(names));
    return drivers;
  }
  TRY(choose_hooks(root, folder / "hooks", {"klibc-utils", "kmod", "udev", "zz-busybox"}));
  TRY_ASSIGN(drivers.archive, make_part(context, root, kDrivers, kernel));
  TRY(os::write_file(root.path() / "tmp/drivers.img", drivers.archive));
  TRY_ASSIGN(drivers.names,
             run_checked(context.runner,
                         {.argv = {"lsinitramfs", "/tmp/drivers.img"}, .root = root.path()}));
  TRY(check_initrd(context, root.path(), drivers.names));
  // The list first: where the archive is, its list is too.
  TRY(os::write_file(names, drivers.names));
  TRY(os::write_file(kept, drivers.archive));
  return drivers;
}

}  // namespace

Status make_node_initrd(const BuildContext& context, const LayerPlan& layer, MountedRoot& root,
                        const fs::path& folder) {
  if (!fs::is_directory(root.path() / kDrivers)) return {};
  TRY_ASSIGN(const auto kernel, only_kernel(root.path()));
  TRY_ASSIGN(const Drivers drivers, drivers_part(context, layer, root, folder, kernel));
  // The agent's hook leaves out what is there already, such as the C library.
  TRY(os::write_file(root.path() / "tmp/drivers.list", drivers.names));
  TRY(choose_hooks(root, folder / "no-hooks", {}));
  TRY_ASSIGN(std::string agent, make_part(context, root, kAgent, kernel));
  // An archive that is not compressed must begin at a multiple of four bytes; the kernel skips
  // zeros.
  agent.resize((agent.size() + 511) / 512 * 512, '\0');
  // The later one wins: both have lists of modules, and only the drivers' are whole.
  return os::write_file(folder / "node-initrd.img", agent + drivers.archive);
}

}  // namespace muster::iso
