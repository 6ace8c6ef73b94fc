// Layers above the base: an overlay in which apt installs, and whose upper tree becomes the layer.

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "core/os/file_hash.h"
#include "core/os/files.h"
#include "iso/build_context.h"
#include "iso/image_steps.h"
#include "iso/layer_apt.h"
#include "iso/live_build.h"
#include "iso/mounts.h"
#include "iso/node_initrd.h"
#include "iso/region.h"
#include "iso/squash.h"

namespace muster::iso {
namespace {

namespace fs = std::filesystem;

// Both lie in memory while a layer is made.
constexpr std::string_view kDebs = "tmp/packages";
constexpr std::string_view kBuildSettings = "run/muster-build";

Result<MountedRoot> mount_layer(const BuildContext& context, const LayerPlan& layer,
                                const fs::path& folder, const fs::path& at) {
  std::vector<fs::path> lower;
  for (const auto& name : layer.lower) lower.push_back(context.tree_of(name));
  TRY_ASSIGN(auto root, MountedRoot::overlay(at, lower, folder / "upper", folder / "work"));
  TRY(root.add_system());
  TRY(root.add(context.index.lists, "var/lib/apt/lists"));
  TRY(root.add(context.index.archives, "var/cache/apt/archives"));
  // A copy: scripts of packages may write to it, and this machine keeps its own.
  const auto names = root.path() / kBuildSettings / "resolv.conf";
  TRY_ASSIGN(const auto text, os::read_file("/etc/resolv.conf"));
  TRY(os::write_file(names, text));
  TRY(root.add(names, "etc/resolv.conf"));
  return root;
}

std::vector<std::string> install_arguments(const LayerPlan& layer) {
  std::vector<std::string> arguments = {"apt-get",
                                        "-q",
                                        "-y",
                                        "--no-install-recommends",
                                        "-oDpkg::Use-Pty=0",
                                        "-oAPT::Keep-Downloaded-Packages=true",
                                        "install"};
  arguments.insert(arguments.end(), layer.packages.begin(), layer.packages.end());
  for (const auto& deb : layer.debs) {
    arguments.push_back(std::format("/{}/{}", kDebs, deb.path.filename().string()));
  }
  return arguments;
}

/// Fails when a package file is no longer the one that the layer's key was made of.
Status check_debs(const LayerPlan& layer) {
  for (const auto& deb : layer.debs) {
    TRY_ASSIGN(const auto hash, os::sha256_file(deb.path));
    if (hash == deb.sha256) continue;
    return fail(std::format("package file '{}' changed while it was installed", deb.path.string()),
                "build again, and let no other build write that directory");
  }
  return {};
}

/// The settings of this machine's apt for one that runs in `root`; the path there.
Result<fs::path> write_apt_settings(const BuildContext& context, const MountedRoot& root) {
  const auto file = fs::path(kBuildSettings) / "apt.conf";
  TRY_ASSIGN(const auto inside, write_layer_apt(context.index, root.path(), kBuildSettings));
  TRY(os::write_file(root.path() / file, render_apt_settings(inside), {.mode = 0600}));
  return "/" / file;
}

Status install(const BuildContext& context, const LayerPlan& layer, MountedRoot& root) {
  if (layer.packages.empty() && layer.debs.empty()) return {};
  if (!layer.debs.empty()) {
    TRY(root.add(layer.debs.front().path.parent_path(), std::string(kDebs)));
  }
  // Nothing may be started while packages are installed (policy-rc.d, as invoke-rc.d documents it).
  const auto policy = root.path() / "usr/sbin/policy-rc.d";
  TRY(os::write_file(policy, "#!/bin/sh\nexit 101\n", {.mode = 0755}));
  TRY_ASSIGN(const auto settings, write_apt_settings(context, root));
  TRY(run_step(context, {.argv = install_arguments(layer),
                         .env = {{"APT_CONFIG", settings.string()}},
                         .root = root.path()}));
  TRY(check_debs(layer));
  return os::remove_tree(policy);
}

Status generate_locale(const BuildContext& context, MountedRoot& root) {
  const std::string wanted = render_locale_gen(context.spec.head);
  if (wanted.empty()) return {};
  // locale-gen itself ends well when it knows no such language.
  TRY_ASSIGN(const std::string known, os::read_file(root.path() / "usr/share/i18n/SUPPORTED"));
  if (!is_supported(context.spec.head, known)) {
    return fail(
        std::format("Debian has no locale '{}'", context.spec.head.locale),
        "change head.locale; /usr/share/i18n/SUPPORTED of its package 'locales' has all, such "
        "as 'de_DE.UTF-8'");
  }
  TRY(os::write_file(root.path() / "etc/locale.gen", wanted));
  return run_step(context, {.argv = {"locale-gen"}, .root = root.path()});
}

/// live-build's stages for the boot loaders, with the mounted tree as its chroot.
Status make_bootable(const BuildContext& context, const fs::path& lb) {
  const auto base = context.store.path_of(layer_named(context.layers, "base")) / "lb";
  for (const auto* name : {"config", ".build"}) {
    TRY(run_step(context, {.argv = {"cp", "-a", (base / name).string(), lb.string()}}));
  }
  return run_stages(context, boot_stages(), lb);
}

/// What the boot loaders need beyond live-build's tree.
Status add_boot_files(const fs::path& root, const fs::path& binary) {
  const std::vector<std::pair<std::string, std::string>> files = {
      {"usr/lib/ISOLINUX/isohdpfx.bin", kMbr},
      {"usr/lib/syslinux/modules/bios/menu.c32", "isolinux/menu.c32"},
      {"usr/lib/syslinux/modules/bios/libutil.c32", "isolinux/libutil.c32"},
      {"boot/memtest86+x64.bin", "live/memtest.bin"},
      {"boot/memtest86+x64.efi", "live/memtest.efi"},
      {"usr/lib/shim/mmx64.efi.signed", "EFI/boot/mmx64.efi"}};
  for (const auto& [from, to] : files) {
    std::error_code error;
    fs::copy_file(root / from, binary / to, fs::copy_options::overwrite_existing, error);
    if (error) return fail(std::format("cannot copy '{}' into the ISO: {}", from, error.message()));
  }
  return {};
}

Status build_tools(const BuildContext& context, const LayerPlan& layer, const fs::path& folder) {
  const auto lb = folder / "lb";
  {
    TRY_ASSIGN(auto root, mount_layer(context, layer, folder, lb / "chroot"));
    TRY(install(context, layer, root));
    // live-build moves downloads that it finds into a cache of its own; it shall find none.
    TRY(os::make_directory(folder / "empty"));
    TRY(root.add(folder / "empty", "var/cache/apt/archives"));
    TRY(make_bootable(context, lb));
    TRY(add_boot_files(root.path(), lb / "binary"));
    TRY(root.close());
  }
  std::error_code error;
  fs::rename(lb / "binary", folder / "binary", error);
  if (error) return fail(std::format("cannot move the bootable tree: {}", error.message()));
  for (const auto* name : {"lb", "work", "empty"}) TRY(os::remove_tree(folder / name));
  // Of what was installed to make the medium bootable.
  return keep_records(folder / "upper");
}

/// The manual pages of the base, which its own layer is packed without (squash-node.exclude).
Status take_manual_pages(const BuildContext& context, const fs::path& upper) {
  const auto pages = context.tree_of("base") / "usr/share/man";
  TRY(os::make_directory(upper / "usr/share/man"));
  return run_step(context, {.argv = {"cp", "-a", "--update=none", (pages / ".").string(),
                                     (upper / "usr/share/man").string()}});
}

}  // namespace

Status build_overlay(const BuildContext& context, const LayerPlan& layer, const fs::path& folder) {
  if (layer.kind == LayerKind::tools) return build_tools(context, layer, folder);
  {
    TRY_ASSIGN(auto root, mount_layer(context, layer, folder, folder / "root"));
    TRY(install(context, layer, root));
    const auto& data = context.inputs.data;
    TRY(copy_included(context, data.directory / "include" / folder_of(layer), root.path()));
    TRY(mask_units(root.path(), data.list(std::format("masked-{}.list", folder_of(layer)))));
    if (layer.kind == LayerKind::head || layer.kind == LayerKind::image) {
      TRY(generate_locale(context, root));
    } else {
      TRY(check_time_zone(context.spec.head, root.path()));
    }
    if (layer.kind == LayerKind::muster_head) {
      TRY(make_true(context, context.inputs.head_steps, root.path()));
      TRY(write_spec(context.inputs.spec_text, root.path()));
    }
    if (layer.kind == LayerKind::muster_image) {
      TRY(make_true(context, context.inputs.image_steps, root.path()));
      TRY(make_node_initrd(context, layer, root, folder));
    }
    TRY(root.close());
  }
  if (layer.kind == LayerKind::head) TRY(take_manual_pages(context, folder / "upper"));
  for (const auto* name : {"root", "work", "hooks", "no-hooks"})
    TRY(os::remove_tree(folder / name));
  return squash(context, layer.kind, folder, "upper");
}

}  // namespace muster::iso
