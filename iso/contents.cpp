// What the finished layers hold: read from their trees, compared between head and images.

#include <array>
#include <format>
#include <ranges>

#include "core/base/text.h"
#include "core/os/files.h"
#include "iso/medium.h"

namespace muster::iso {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShown = 10;
constexpr auto kDocuments = "usr/share/doc";

/// A file as the highest layer of a stack has it.
Result<std::string> read_stacked(const BuildContext& context, const LayerPlan& top,
                                 const std::string& file) {
  if (const auto path = context.tree_of(top.name) / file; fs::exists(path))
    return os::read_file(path);
  for (auto at = top.lower.rbegin(); at != top.lower.rend(); ++at) {
    if (const auto path = context.tree_of(*at) / file; fs::exists(path)) return os::read_file(path);
  }
  return fail(std::format("no '{}' in the layers of '{}'", file, top.name));
}

Result<std::vector<InstalledPackage>> read_packages(const BuildContext& context,
                                                    const LayerPlan& layer) {
  TRY_ASSIGN(const auto text, read_stacked(context, layer, "var/lib/dpkg/status"));
  return parse_dpkg_status(text);
}

/// The layer and those below it, highest first.
std::vector<fs::path> trees_of(const BuildContext& context, const LayerPlan& top) {
  std::vector<fs::path> trees = {context.tree_of(top.name)};
  for (const auto& name : top.lower | std::views::reverse) trees.push_back(context.tree_of(name));
  return trees;
}

/// The name of another package when a link leads to that one's documents, or to its copyright file
/// (Debian policy, 12.5). Links are read and never followed: they lead out of the tree.
std::string linked_package(const fs::path& documents) {
  std::error_code error;
  if (fs::is_symlink(documents)) return fs::read_symlink(documents, error).filename().string();
  const auto file = documents / "copyright";
  if (!fs::is_symlink(file)) return {};
  return fs::read_symlink(file, error).parent_path().filename().string();
}

/// The text of the package's copyright file; empty when there is no such file.
Result<std::string> read_copyright(const std::vector<fs::path>& trees, std::string package) {
  constexpr int kMostLinks = 4;
  for (int links = 0; links < kMostLinks; ++links) {
    const auto has = [&](const fs::path& tree) {
      return fs::exists(fs::symlink_status(tree / kDocuments / package));
    };
    const auto tree = std::ranges::find_if(trees, has);
    if (tree == trees.end()) break;
    const auto documents = *tree / kDocuments / package;
    const auto linked = linked_package(documents);
    if (linked.empty()) {
      if (!fs::is_regular_file(documents / "copyright")) break;
      return os::read_file(documents / "copyright");
    }
    package = linked;
  }
  return std::string();
}

/// Whether the medium has a boot loader of this package; the others of its layer are programs that
/// put it there.
Result<bool> has_boot_loader(const BuildContext& context, const LayerPlan& layer,
                             const InstalledPackage& package) {
  static constexpr std::array kBootLoaders = {"/usr/lib/ISOLINUX/", "/usr/lib/syslinux/",
                                              "/usr/lib/grub/", "/usr/lib/shim/", "/boot/memtest"};
  const auto name = std::format("var/lib/dpkg/info/{}", package.name);
  auto list = read_stacked(context, layer, name + ".list");
  if (!list) list = read_stacked(context, layer, name + ":" + package.architecture + ".list");
  if (!list) return std::unexpected(std::move(list).error());
  return std::ranges::any_of(lines(*list), [&](const auto& file) {
    return std::ranges::any_of(kBootLoaders,
                               [&](const char* start) { return file.starts_with(start); });
  });
}

Status keep_boot_loaders(const BuildContext& context, const LayerPlan& layer,
                         std::vector<InstalledPackage>& packages) {
  std::vector<InstalledPackage> kept;
  for (auto& package : packages) {
    TRY_ASSIGN(const bool is_kept, has_boot_loader(context, layer, package));
    if (is_kept) kept.push_back(std::move(package));
  }
  packages = std::move(kept);
  return {};
}

Result<SystemView> read_view(const BuildContext& context, const LayerPlan& top) {
  SystemView view{.name = top.name, .packages = {}, .users = {}, .groups = {}};
  TRY_ASSIGN(view.packages, read_packages(context, top));
  TRY_ASSIGN(const auto passwd, read_stacked(context, top, "etc/passwd"));
  TRY_ASSIGN(const auto group, read_stacked(context, top, "etc/group"));
  view.users = parse_ids(passwd);
  view.groups = parse_ids(group);
  return view;
}

}  // namespace

Status check_agreement(const BuildContext& context) {
  TRY_ASSIGN(const auto head, read_view(context, layer_named(context.layers, "muster-head")));
  for (const auto& image : images_of(context.spec)) {
    TRY_ASSIGN(const auto node,
               read_view(context, layer_named(context.layers, muster_image_layer(image.name))));
    auto found = find_disagreements(head, node);
    if (found.empty()) continue;
    const auto count = found.size();
    if (count > kShown) found.resize(kShown);
    return fail(std::format("head and image '{}' disagree in {} places: {}", image.name, count,
                            join(found, "; ")),
                "give accounts a number in system-users.list; put what both need into base.list");
  }
  return {};
}

Result<std::vector<LayerContents>> read_contents(const BuildContext& context) {
  std::vector<LayerContents> contents;
  for (const auto& layer : context.layers) {
    TRY_ASSIGN(auto packages, read_packages(context, layer));
    if (!layer.lower.empty()) {
      TRY_ASSIGN(const auto below,
                 read_packages(context, layer_named(context.layers, layer.lower.back())));
      packages = added_packages(below, packages);
    }
    if (layer.kind == LayerKind::tools) TRY(keep_boot_loaders(context, layer, packages));
    LayerContents added{.layer = layer.name, .packages = std::move(packages)};
    const auto trees = trees_of(context, layer);
    for (const auto& package : added.packages) {
      TRY_ASSIGN(auto text, read_copyright(trees, package.name));
      added.licences[package.name] = parse_copyright(text);
      const bool is_on_medium = !layer.medium_path.empty();
      if (!is_on_medium && !text.empty()) added.texts[package.name] = std::move(text);
    }
    contents.push_back(std::move(added));
  }
  return contents;
}

}  // namespace muster::iso
