// What the finished layers hold: read from their trees, compared between head and images.

#include <format>

#include "core/base/text.h"
#include "core/os/files.h"
#include "iso/medium.h"

namespace muster::iso {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShown = 10;

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
    if (layer.kind == LayerKind::tools) continue;
    TRY_ASSIGN(auto packages, read_packages(context, layer));
    if (!layer.lower.empty()) {
      TRY_ASSIGN(const auto below,
                 read_packages(context, layer_named(context.layers, layer.lower.back())));
      packages = added_packages(below, packages);
    }
    contents.push_back({layer.name, std::move(packages)});
  }
  return contents;
}

}  // namespace muster::iso
