#include "iso/layer_plan.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "core/crypto/hash.h"
#include "iso/closure.h"
#include "iso/region.h"

namespace muster::iso {
namespace {

std::string firmware_list(spec::Firmware firmware) {
  switch (firmware) {
    case spec::Firmware::none:
      return "firmware-none.list";
    case spec::Firmware::network:
      return "firmware-network.list";
    case spec::Firmware::all:
      return "firmware-all.list";
  }
  return {};
}

void normalise(std::vector<std::string>& names) {
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
}

void add(std::vector<std::string>& names, const std::vector<std::string>& more) {
  names.insert(names.end(), more.begin(), more.end());
}

Result<std::vector<DebFile>> pick_debs(const PlanInputs& inputs, const std::string& list) {
  std::vector<DebFile> picked;
  if (inputs.debs.empty()) return picked;
  for (const auto& name : inputs.data.list(list)) {
    const auto found = std::ranges::find(inputs.debs, name, &DebFile::package);
    if (found == inputs.debs.end()) {
      return fail(std::format("no package file of '{}', which {} names", name, list),
                  "make the packages, or give their directory with --packages DIR");
    }
    picked.push_back(*found);
  }
  return picked;
}

class Planner {
 public:
  Planner(const spec::ClusterSpec& spec, const PlanInputs& inputs) : spec_(spec), inputs_(inputs) {}

  Result<std::vector<LayerPlan>> plan() {
    add_base();
    add_head();
    for (const auto& image : images_of(spec_)) add_image(image);
    push({.name = "tools",
          .kind = LayerKind::tools,
          .lower = {"base", "head"},
          .packages = inputs_.data.list("tools.list")},
         {});
    add_microcode();
    TRY(add_muster_layers());
    return std::move(layers_);
  }

 private:
  void add_base() {
    auto packages = inputs_.data.list("base.list");
    packages.push_back(kernel_package(spec_.kernel));
    add(packages, inputs_.data.list(firmware_list(spec_.firmware)));
    std::string settings = text_of("system-users.list") + inputs_.sources;
    settings += text_of("unpack.exclude");
    for (const auto& list : module_lists(spec_)) settings += text_of(list);
    settings += std::format("firmware {}\n", firmware_list(spec_.firmware));
    settings += text_of("firmware-keep.list");
    push({.name = "base",
          .kind = LayerKind::base,
          .packages = std::move(packages),
          .medium_path = "live/10-base.squashfs"},
         settings);
  }

  void add_head() {
    auto packages = inputs_.data.list("head.list");
    add(packages, spec_.head_packages);
    add(packages, region_packages(spec_.head));
    push({.name = "head",
          .kind = LayerKind::head,
          .lower = {"base"},
          .packages = std::move(packages),
          .medium_path = "live/20-head.squashfs"},
         render_locale_gen(spec_.head));
  }

  void add_image(const spec::Image& image) {
    auto packages = inputs_.data.list("compute.list");
    add(packages, image.packages);
    add(packages, region_packages(spec_.head));
    push({.name = image_layer(image.name),
          .kind = LayerKind::image,
          .image = image.name,
          .lower = {"base"},
          .packages = std::move(packages),
          .medium_path = std::format("muster/20-{}.squashfs", image.name)},
         render_locale_gen(spec_.head));
  }

  void add_microcode() {
    if (spec_.firmware == spec::Firmware::none) return;
    push({.name = "microcode",
          .kind = LayerKind::microcode,
          .packages = inputs_.data.list("microcode.list")},
         {});
  }

  Status add_muster_layers() {
    TRY_ASSIGN(auto head_debs, pick_debs(inputs_, "muster-head.list"));
    push({.name = "muster-head",
          .kind = LayerKind::muster_head,
          .lower = {"base", "head"},
          .debs = std::move(head_debs),
          .medium_path = "live/90-muster-head.squashfs"},
         head_settings());
    for (const auto& image : images_of(spec_)) {
      TRY_ASSIGN(auto debs, pick_debs(inputs_, "muster-image.list"));
      push({.name = muster_image_layer(image.name),
            .kind = LayerKind::muster_image,
            .image = image.name,
            .lower = {"base", image_layer(image.name)},
            .debs = std::move(debs),
            .medium_path = std::format("muster/90-muster-{}.squashfs", image.name)},
           plan::generation(inputs_.image_steps));
    }
    return {};
  }

  std::string head_settings() const {
    return plan::generation(inputs_.head_steps) + "\n" + inputs_.spec_text;
  }

  std::string text_of(const std::string& list) const {
    const auto found = inputs_.data.texts.find(list);
    return found == inputs_.data.texts.end() ? std::string() : found->second;
  }

  std::string included(const LayerPlan& layer) const {
    const auto found = inputs_.includes.find(folder_of(layer));
    return found == inputs_.includes.end() ? std::string() : found->second;
  }

  void push(LayerPlan layer, const std::string& settings) {
    normalise(layer.packages);
    std::string input =
        std::format("recipe {} {}\nname {}\nepoch {}\ntools {}\nincluded {}\n", inputs_.recipe.base,
                    layer.kind == LayerKind::base ? "" : inputs_.recipe.overlay, layer.name,
                    inputs_.epoch, inputs_.toolchain, included(layer));
    if (const auto found = inputs_.closures.find(layer.name); found != inputs_.closures.end()) {
      input += render_closure(found->second);
    }
    for (const auto& name : layer.lower) {
      input += std::format("below {}\n", layer_named(layers_, name).key);
    }
    for (const auto& package : layer.packages) input += std::format("package {}\n", package);
    for (const auto& deb : layer.debs) input += std::format("deb {} {}\n", deb.package, deb.sha256);
    for (const auto& list : squash_lists(layer.kind)) input += text_of(list);
    input += text_of(std::format("masked-{}.list", folder_of(layer)));
    input += "settings\n" + settings;
    layer.key = crypto::sha256(input).substr(0, 16);
    layers_.push_back(std::move(layer));
  }

  const spec::ClusterSpec& spec_;
  const PlanInputs& inputs_;
  std::vector<LayerPlan> layers_;
};

}  // namespace

Result<std::vector<LayerPlan>> plan_layers(const spec::ClusterSpec& spec,
                                           const PlanInputs& inputs) {
  return Planner(spec, inputs).plan();
}

std::string image_layer(const std::string& image) { return "image-" + image; }

std::string muster_image_layer(const std::string& image) { return "muster-image-" + image; }

std::string folder_of(const LayerPlan& layer) {
  switch (layer.kind) {
    case LayerKind::image:
      return "compute";
    case LayerKind::muster_image:
      return "muster-image";
    default:
      return layer.name;
  }
}

std::vector<spec::Image> images_of(const spec::ClusterSpec& spec) {
  if (!spec.images.empty()) return spec.images;
  return {spec::Image{.name = "compute", .packages = {}, .kernel_arguments = {}}};
}

std::string kernel_package(spec::KernelFlavour flavour) {
  return flavour == spec::KernelFlavour::cloud ? "linux-image-cloud-amd64" : "linux-image-amd64";
}

std::vector<std::string> module_lists(const spec::ClusterSpec& spec) {
  std::vector<std::string> lists = {"modules.exclude"};
  if (spec.firmware != spec::Firmware::all) lists.emplace_back("modules-graphics.exclude");
  return lists;
}

std::vector<std::string> squash_lists(LayerKind kind) {
  std::vector<std::string> lists = {"squash.exclude"};
  if (kind != LayerKind::base) lists.emplace_back("squash-upper.exclude");
  if (kind == LayerKind::base || kind == LayerKind::image || kind == LayerKind::muster_image) {
    lists.emplace_back("squash-node.exclude");
  }
  return lists;
}

const LayerPlan& layer_named(const std::vector<LayerPlan>& layers, const std::string& name) {
  const auto found = std::ranges::find(layers, name, &LayerPlan::name);
  CHECK(found != layers.end());
  return *found;
}

}  // namespace muster::iso
