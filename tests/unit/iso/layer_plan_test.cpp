#include "iso/layer_plan.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

#include "iso/medium.h"

namespace muster::iso {
namespace {

PlanInputs inputs() {
  PlanInputs inputs;
  inputs.data.texts = {{"base.list", "systemd\n"},
                       {"head.list", "nginx-light\n"},
                       {"compute.list", "slurmd\n"},
                       {"tools.list", "mtools\n"},
                       {"firmware-network.list", "firmware-bnx2\n"},
                       {"muster-head.list", "muster\nmusterd\n"},
                       {"muster-image.list", "muster\nmuster-agent\n"},
                       {"squash.exclude", "tmp/*\n"}};
  inputs.debs = {{"/p/muster_1_amd64.deb", "muster", "aa"},
                 {"/p/musterd_1_amd64.deb", "musterd", "bb"},
                 {"/p/muster-agent_1_amd64.deb", "muster-agent", "cc"}};
  for (const auto* layer : {"base", "head", "image-compute", "tools", "microcode", "muster-head",
                            "muster-image-compute"}) {
    inputs.closures[layer] = {{.name = "systemd", .version = "257", .sha256 = "a1"}};
  }
  inputs.epoch = 1757146150;
  return inputs;
}

std::vector<LayerPlan> plan(const spec::ClusterSpec& spec, const PlanInputs& in) {
  auto layers = plan_layers(spec, in);
  EXPECT_TRUE(layers) << layers.error().text();
  return layers ? *layers : std::vector<LayerPlan>{};
}

std::vector<std::string> changed(const std::vector<LayerPlan>& a, const std::vector<LayerPlan>& b) {
  std::vector<std::string> names;
  for (const auto& layer : a) {
    if (layer_named(b, layer.name).key != layer.key) names.push_back(layer.name);
  }
  return names;
}

TEST(LayerPlan, puts_node_layers_outside_the_folder_that_live_boot_stacks) {
  for (const auto& layer : plan({}, inputs())) {
    const bool head = layer.kind == LayerKind::base || layer.kind == LayerKind::head ||
                      layer.kind == LayerKind::muster_head;
    EXPECT_EQ(layer.medium_path.starts_with("live/"), head) << layer.name;
  }
}

TEST(LayerPlan, stacks_on_the_head_in_the_order_of_names) {
  const auto layers = plan({}, inputs());
  EXPECT_EQ(layer_named(layers, "base").medium_path, "live/10-base.squashfs");
  EXPECT_EQ(layer_named(layers, "head").medium_path, "live/20-head.squashfs");
  EXPECT_EQ(layer_named(layers, "muster-head").medium_path, "live/90-muster-head.squashfs");
  EXPECT_EQ(layer_named(layers, "image-compute").medium_path, "muster/20-compute.squashfs");
  EXPECT_EQ(layer_named(layers, "muster-image-compute").medium_path,
            "muster/90-muster-compute.squashfs");
}

TEST(LayerPlan, no_name_of_an_image_is_that_of_another_layer) {
  spec::ClusterSpec spec;
  for (const auto* name : {"base", "head", "tools", "compute", "muster-head", "muster-compute",
                           "image-compute", "image", "muster-image-compute"}) {
    spec.images.push_back({.name = name, .packages = {}, .kernel_arguments = {}});
  }
  const auto layers = plan(spec, inputs());
  std::set<std::string> names;
  std::set<std::string> paths;
  for (const auto& layer : layers) {
    EXPECT_TRUE(names.insert(layer.name).second) << layer.name;
    if (layer.kind == LayerKind::tools) continue;
    EXPECT_TRUE(paths.insert(layer.medium_path).second) << layer.medium_path;
  }
  EXPECT_EQ(layer_named(layers, "head").kind, LayerKind::head);
  EXPECT_EQ(layer_named(layers, image_layer("head")).medium_path, "muster/20-head.squashfs");
}

TEST(LayerPlan, same_inputs_same_keys) { EXPECT_EQ(plan({}, inputs()), plan({}, inputs())); }

TEST(LayerPlan, a_change_of_our_code_touches_the_last_layers_only) {
  auto other = inputs();
  other.debs[0].sha256 = "dd";
  EXPECT_EQ(changed(plan({}, inputs()), plan({}, other)),
            (std::vector<std::string>{"muster-head", "muster-image-compute"}));
}

TEST(LayerPlan, a_change_of_the_specification_touches_the_heads_last_layer_only) {
  auto other = inputs();
  other.spec_text = "name: other\n";
  EXPECT_EQ(changed(plan({}, inputs()), plan({}, other)), std::vector<std::string>{"muster-head"});
}

TEST(LayerPlan, a_new_package_of_an_image_leaves_base_and_head) {
  spec::ClusterSpec spec;
  spec.images = {{.name = "compute", .packages = {"libfftw3-double3"}, .kernel_arguments = {}}};
  EXPECT_EQ(changed(plan({}, inputs()), plan(spec, inputs())),
            (std::vector<std::string>{"image-compute", "muster-image-compute"}));
}

TEST(LayerPlan, a_change_of_the_code_that_makes_all_layers_makes_them_anew) {
  auto other = inputs();
  other.recipe.base = "changed";
  EXPECT_EQ(changed(plan({}, inputs()), plan({}, other)).size(), plan({}, inputs()).size());
}

TEST(LayerPlan, a_change_of_the_code_that_stacks_layers_keeps_the_base) {
  auto other = inputs();
  other.recipe.overlay = "changed";
  auto names = changed(plan({}, inputs()), plan({}, other));
  EXPECT_EQ(names.size(), plan({}, inputs()).size() - 1);
  EXPECT_FALSE(std::ranges::contains(names, "base"));
}

TEST(LayerPlan, a_change_of_the_code_that_makes_the_medium_keeps_every_layer) {
  auto other = inputs();
  other.recipe.medium = "changed";
  EXPECT_TRUE(changed(plan({}, inputs()), plan({}, other)).empty());
  EXPECT_NE(medium_id(plan({}, inputs()), inputs(), {}), medium_id(plan({}, other), other, {}));
}

TEST(Recipe, knows_the_code_that_this_program_was_compiled_from) {
  const auto recipe = own_recipe();
  EXPECT_EQ(recipe.base.size(), 64U);
  EXPECT_EQ((std::set{recipe.base, recipe.overlay, recipe.medium}).size(), 3U);
}

TEST(LayerPlan, a_new_version_of_a_package_touches_the_layers_that_have_it_and_those_above) {
  auto other = inputs();
  other.closures["head"].front().version = "257.1";
  EXPECT_EQ(changed(plan({}, inputs()), plan({}, other)),
            (std::vector<std::string>{"head", "tools", "muster-head"}));
  other = inputs();
  other.closures["base"].front().sha256 = "a2";
  const auto names = changed(plan({}, inputs()), plan({}, other));
  EXPECT_EQ(names.size(), plan({}, inputs()).size() - 1);
  EXPECT_FALSE(std::ranges::contains(names, "microcode"));
}

TEST(LayerPlan, the_kernel_flavour_is_a_package_of_the_base) {
  const auto layers = plan({.kernel = spec::KernelFlavour::cloud}, inputs());
  const auto& packages = layer_named(layers, "base").packages;
  EXPECT_TRUE(std::ranges::contains(packages, "linux-image-cloud-amd64"));
  EXPECT_FALSE(std::ranges::contains(packages, "linux-image-amd64"));
}

TEST(LayerPlan, no_firmware_when_none_is_wanted) {
  const auto layers = plan({.firmware = spec::Firmware::none}, inputs());
  EXPECT_FALSE(std::ranges::contains(layer_named(layers, "base").packages, "firmware-bnx2"));
}

TEST(LayerPlan, has_microcode_unless_there_is_no_firmware_at_all) {
  auto with = inputs();
  with.data.texts["microcode.list"] = "amd64-microcode\nintel-microcode\n";
  for (const auto firmware : {spec::Firmware::network, spec::Firmware::all}) {
    EXPECT_EQ(layer_named(plan({.firmware = firmware}, with), "microcode").packages,
              (std::vector<std::string>{"amd64-microcode", "intel-microcode"}));
  }
  const auto none = plan({.firmware = spec::Firmware::none}, with);
  EXPECT_FALSE(std::ranges::contains(none, LayerKind::microcode, &LayerPlan::kind));
}

TEST(LayerPlan, the_base_is_another_when_a_list_of_what_it_leaves_out_is) {
  for (const auto* list :
       {"unpack.exclude", "modules.exclude", "modules-graphics.exclude", "firmware-keep.list"}) {
    auto other = inputs();
    other.data.texts[list] = "kernel/sound/*\n";
    EXPECT_TRUE(std::ranges::contains(changed(plan({}, inputs()), plan({}, other)), "base"))
        << list;
  }
}

TEST(LayerPlan, graphics_drivers_stay_where_all_firmware_is_wanted) {
  EXPECT_EQ(module_lists({.firmware = spec::Firmware::network}),
            (std::vector<std::string>{"modules.exclude", "modules-graphics.exclude"}));
  EXPECT_EQ(module_lists({.firmware = spec::Firmware::all}),
            std::vector<std::string>{"modules.exclude"});
}

TEST(LayerPlan, names_a_package_of_ours_that_is_missing) {
  auto lacking = inputs();
  lacking.debs.pop_back();
  const auto layers = plan_layers({}, lacking);
  ASSERT_FALSE(layers);
  EXPECT_NE(layers.error().message.find("'muster-agent'"), std::string::npos);
}

TEST(LayerPlan, does_without_our_packages_when_there_are_none) {
  auto bare = inputs();
  bare.debs.clear();
  EXPECT_TRUE(layer_named(plan({}, bare), "muster-head").debs.empty());
}

TEST(LayerPlan, brings_locales_to_head_and_nodes_for_a_language_that_needs_them) {
  spec::ClusterSpec german;
  german.head.locale = "de_DE.UTF-8";
  for (const auto* name : {"head", "image-compute"}) {
    const auto with = layer_named(plan(german, inputs()), name);
    const auto without = layer_named(plan({}, inputs()), name);
    EXPECT_TRUE(std::ranges::contains(with.packages, "locales")) << name;
    EXPECT_FALSE(std::ranges::contains(without.packages, "locales")) << name;
    EXPECT_NE(with.key, without.key) << name;
  }
}

TEST(LayerPlan, makes_only_our_own_layers_anew_for_other_steps_in_them) {
  PlanInputs moved = inputs();
  moved.head_steps.add(plan::WriteFile{.path = "/etc/timezone", .content = "Europe/Berlin"});
  moved.image_steps = moved.head_steps;
  const auto before = plan({}, inputs());
  const auto after = plan({}, moved);
  for (const auto* name : {"base", "head", "image-compute"}) {
    EXPECT_EQ(layer_named(before, name).key, layer_named(after, name).key) << name;
  }
  for (const auto* name : {"muster-head", "muster-image-compute"}) {
    EXPECT_NE(layer_named(before, name).key, layer_named(after, name).key) << name;
  }
}

}  // namespace
}  // namespace muster::iso
