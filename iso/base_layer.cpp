// The base layer: live-build on a tree that mmdebstrap made, with our accounts in place before any
// package could take a number of its own.

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "core/os/files.h"
#include "iso/build_context.h"
#include "iso/layer_apt.h"
#include "iso/live_build.h"
#include "iso/squash.h"
#include "iso/trim.h"

namespace muster::iso {
namespace {

namespace fs = std::filesystem;

Status copy_lists(const fs::path& lists, const fs::path& to) {
  TRY(os::make_directory(to));
  TRY_ASSIGN(const auto names, os::list_directory(lists));
  for (const auto& name : names) {
    if (!name.ends_with("_Packages") && !name.ends_with("Release")) continue;
    std::error_code error;
    fs::copy_file(lists / name, to / name, fs::copy_options::overwrite_existing, error);
    if (error) {
      return fail(std::format("cannot copy '{}' to '{}': {}", name, to.string(), error.message()));
    }
  }
  return {};
}

Status append_accounts(const BuildContext& context, const fs::path& etc) {
  const auto& texts = context.inputs.data.texts;
  const auto found = texts.find("system-users.list");
  if (found == texts.end()) return {};
  TRY_ASSIGN(const auto accounts, parse_accounts(found->second));
  const auto files = render_accounts(accounts);
  TRY(os::append_file(etc / "passwd", files.passwd));
  TRY(os::append_file(etc / "group", files.group));
  TRY(os::append_file(etc / "shadow", files.shadow));
  return os::append_file(etc / "gshadow", files.gshadow);
}

/// Where apt's settings lie in the tree while it is made.
constexpr std::string_view kSettings = "etc/apt/apt.conf.d/99muster-build";
constexpr std::string_view kSettingsFolder = "etc/apt/muster-build";

/// First for mmdebstrap, whose apt runs outside the tree, then for live-build's, which runs in it.
Status bootstrap(const BuildContext& context, const fs::path& tree, os::Command mmdebstrap) {
  static constexpr os::FileMode kSecret = {.mode = 0600};
  const auto outside = outer_settings(context.index);
  TRY(os::write_file(tree / kSettings, render_apt_settings(outside), kSecret));
  TRY(run_step(context, std::move(mmdebstrap)));
  TRY_ASSIGN(const auto inside, write_layer_apt(context.index, tree, kSettingsFolder));
  return os::write_file(tree / kSettings, render_apt_settings(inside), kSecret);
}

Status make_bootstrap(const BuildContext& context, const fs::path& lb) {
  const auto tree = lb / "cache/bootstrap";
  const auto sources = lb / "bootstrap.list";
  const auto options = lb / "dpkg.cfg";
  TRY(copy_lists(context.index.lists, tree / "var/lib/apt/lists"));
  TRY(share_archives(context.index.archives, tree / "var/cache/apt/archives"));
  TRY(os::write_file(sources, render_sources(verified_sources(context.index))));
  TRY(os::write_file(options, render_dpkg_excludes(context.inputs.data.list("unpack.exclude"))));
  TRY(bootstrap(
      context, tree,
      {.argv = bootstrap_arguments(context.index.sources.front().suite, tree, sources, options)}));
  TRY(share_archives(tree / "var/cache/apt/archives", context.index.archives));
  TRY(os::remove_tree(tree / "var/cache/apt/archives"));
  TRY(os::make_directory(tree / "var/cache/apt/archives/partial"));
  // live-build writes the sources that are published, and the build has its own.
  TRY(os::remove_tree(sources));
  TRY(os::remove_tree(tree / "etc/apt/sources.list.d"));
  TRY(os::make_directory(tree / "etc/apt/sources.list.d"));
  return append_accounts(context, tree / "etc");
}

Status configure(const BuildContext& context, const LayerPlan& layer, const fs::path& lb) {
  TRY(run_step(context, {.argv = live_build_arguments(
                             context.spec, published_sources(context.spec, context.index.sources)),
                         .cwd = lb}));
  // None of live-build's own hooks: what they clean is left out when the layer is packed.
  for (const auto* folder : {"config/hooks", "config/package-lists"}) {
    TRY(os::remove_tree(lb / folder));
    TRY(os::make_directory(lb / folder));
  }
  TRY(os::write_file(lb / "config/package-lists/base.list.chroot_install",
                     render_live_package_list(layer)));
  const auto included = context.inputs.data.directory / "include/base";
  TRY(os::make_directory(lb / "config/includes.chroot_after_packages"));
  TRY(copy_included(context, included, lb / "config/includes.chroot_after_packages"));
  TRY(copy_lists(context.index.lists, lb / "cache/indices.bootstrap"));
  return share_archives(context.index.archives, lb / "cache/packages.chroot");
}

Status take_file(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::copy_file(from, to, error);
  if (error) {
    return fail(
        std::format("cannot copy '{}' to '{}': {}", from.string(), to.string(), error.message()));
  }
  return {};
}

/// The kernel, and the head's initial RAM disk once it is known that its modules load.
Status take_boot_files(const BuildContext& context, const fs::path& tree, const fs::path& folder) {
  TRY_ASSIGN(const auto version, only_kernel(tree));
  const auto initrd = fs::path("boot") / ("initrd.img-" + version);
  TRY_ASSIGN(const auto listing,
             run_checked(context.runner,
                         {.argv = {"lsinitramfs", ("/" / initrd).string()}, .root = tree}));
  TRY(check_initrd(context, tree, listing));
  TRY(take_file(tree / initrd, folder / "initrd.img"));
  return take_file(tree / "boot" / ("vmlinuz-" + version), folder / "vmlinuz");
}

Status finish_tree(const BuildContext& context, const fs::path& tree) {
  for (const auto ours : {kSettings, kSettingsFolder}) TRY(os::remove_tree(tree / ours));
  TRY(os::write_file(tree / "etc/apt/sources.list",
                     render_sources(published_sources(context.spec, context.index.sources))));
  // An empty machine-id is filled at each boot; a missing one makes systemd take the first boot for
  // an unfinished installation.
  TRY(os::write_file(tree / "etc/machine-id", ""));
  TRY(os::write_file(tree / "etc/resolv.conf", ""));
  TRY(os::write_file(tree / "etc/fstab", "# the root is stacked by the initial RAM disk\n"));
  return mask_units(tree, context.inputs.data.list("masked-base.list"));
}

}  // namespace

Status build_base(const BuildContext& context, const LayerPlan& layer, const fs::path& folder) {
  const auto lb = folder / "lb";
  TRY(os::make_directory(lb / "cache"));
  TRY(make_bootstrap(context, lb));
  TRY(configure(context, layer, lb));
  TRY(run_step(context, {.argv = {"lb", "bootstrap"}, .cwd = lb}));
  TRY(run_stages(context, install_stages(), lb));
  // Before the head's initial RAM disk is made, which takes its drivers from the tree.
  TRY(trim_base(context, lb / "chroot"));
  TRY(run_stages(context, finish_stages(), lb));
  TRY(share_archives(lb / "cache/packages.chroot", context.index.archives));
  TRY(os::remove_tree(lb / "cache"));
  const auto tree = folder / "tree";
  std::error_code error;
  fs::rename(lb / "chroot", tree, error);
  if (error) return fail(std::format("cannot move live-build's tree: {}", error.message()));
  TRY(finish_tree(context, tree));
  TRY(take_boot_files(context, tree, folder));
  return squash(context, layer.kind, folder, "tree");
}

}  // namespace muster::iso
