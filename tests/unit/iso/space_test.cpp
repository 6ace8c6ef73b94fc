#include "iso/space.h"

#include <gtest/gtest.h>

#include "core/os/files.h"

namespace muster::iso {
namespace {

constexpr std::uintmax_t kMib = std::uintmax_t{1} << 20;

std::vector<LayerPlan> layers(std::initializer_list<LayerKind> kinds) {
  std::vector<LayerPlan> plans;
  for (const auto kind : kinds) plans.push_back({.name = "layer", .kind = kind});
  return plans;
}

TEST(Space, a_change_of_our_code_needs_less_than_a_first_build) {
  const auto changed = needed_space(layers({LayerKind::muster_head, LayerKind::muster_image}));
  const auto first =
      needed_space(layers({LayerKind::base, LayerKind::head, LayerKind::image, LayerKind::tools,
                           LayerKind::muster_head, LayerKind::muster_image}));
  EXPECT_LT(changed.cache, 1024 * kMib);
  EXPECT_GT(first.cache, 3 * 1024 * kMib);
  EXPECT_EQ(changed.medium, first.medium);
}

TEST(Space, each_image_needs_its_own) {
  EXPECT_LT(needed_space(layers({LayerKind::image})).cache,
            needed_space(layers({LayerKind::image, LayerKind::image})).cache);
}

TEST(Space, a_disk_that_is_too_full_is_a_lack_of_this_machine) {
  const auto scratch = os::TemporaryDirectory::make();
  ASSERT_TRUE(scratch);
  const auto out = scratch->path() / "not/there/yet/a.iso";
  EXPECT_TRUE(check_space({.cache = 1, .medium = 1}, scratch->path(), out));
  const std::uintmax_t half = std::uintmax_t{1} << 62;
  const auto checked = check_space({.cache = half, .medium = half}, scratch->path(), out);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().cause, BuildError::Cause::machine);
  EXPECT_NE(checked.error().message.find(std::format("may need {}", (half + half) / kMib)),
            std::string::npos)
      << "what lies on one disk is added: " << checked.error().message;
}

}  // namespace
}  // namespace muster::iso
