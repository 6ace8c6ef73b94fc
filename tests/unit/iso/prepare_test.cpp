#include "iso/prepare.h"

#include <algorithm>

#include "iso/inputs.h"
#include "tests/unit/iso/machine.h"

namespace muster::iso {
namespace {

using PlanIso = Machine;

TEST_F(PlanIso, goes_beside_a_build_and_makes_nothing) {
  const auto building = LayerStore::open(options.cache / "layers");
  ASSERT_TRUE(building);
  const auto plan = plan_iso(programs, options);
  ASSERT_TRUE(plan) << plan.error().text();
  EXPECT_EQ(plan->layers.size(), 7U);
  EXPECT_FALSE(plan->layers.front().kept);
  EXPECT_EQ(os::list_directory(options.cache).value(), std::vector<std::string>{"layers"});
}

TEST_F(PlanIso, needs_no_cache) {
  EXPECT_TRUE(plan_iso(programs, options));
  EXPECT_FALSE(std::filesystem::exists(options.cache));
}

TEST_F(PlanIso, asks_for_the_state_of_the_archives_and_for_no_index) {
  ASSERT_TRUE(plan_iso(programs, options));
  EXPECT_TRUE(std::ranges::any_of(programs.commands, [](const auto& argv) {
    return std::ranges::contains(argv,
                                 "-oAcquire::IndexTargets::deb::Packages::DefaultEnabled=false");
  }));
}

TEST_F(PlanIso, shows_what_a_build_left) {
  const auto before = plan_iso(programs, options);
  ASSERT_TRUE(before);
  const auto& base = before->layers.front().plan;
  const auto store = LayerStore::open(options.cache / "layers");
  ASSERT_TRUE(store);
  const auto folder = store->begin(base);
  ASSERT_TRUE(folder && store->commit(base, *folder, {}));
  const auto after = plan_iso(programs, options);
  ASSERT_TRUE(after);
  EXPECT_TRUE(after->layers.front().kept);
  EXPECT_FALSE(after->layers.back().kept);
  EXPECT_EQ(after->id, before->id);
}

TEST_F(PlanIso, a_program_that_is_missing_is_a_lack_of_this_machine) {
  programs.missing = "live-build";
  const auto plan = plan_iso(programs, options);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().cause, BuildError::Cause::machine);
  EXPECT_EQ(plan.error().message, "this machine has no live-build");
}

TEST_F(PlanIso, a_mirror_that_does_not_answer_is_a_failure_told_in_the_same_words_each_time) {
  programs.update_error = "E: Failed to fetch http://m.example/\nE: Some index files failed\n";
  const auto first = plan_iso(programs, options);
  const auto second = plan_iso(programs, options);
  ASSERT_FALSE(first || second);
  EXPECT_EQ(first.error().cause, BuildError::Cause::failed);
  EXPECT_EQ(first.error().text(), second.error().text());
  EXPECT_NE(first.error().message.find("E: Failed to fetch http://m.example/; E: Some"),
            std::string::npos)
      << first.error().message;
}

TEST_F(PlanIso, the_toolchain_is_part_of_every_key) {
  const auto toolchain = read_toolchain(programs);
  ASSERT_TRUE(toolchain);
  for (const auto* package : {"apt", "dpkg", "libzstd1", "mmdebstrap", "squashfs-tools"}) {
    EXPECT_NE(toolchain->versions.find(std::format("{} 1.0\n", package)), std::string::npos);
  }
}

}  // namespace
}  // namespace muster::iso
