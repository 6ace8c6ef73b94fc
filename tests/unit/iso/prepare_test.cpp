#include "iso/prepare.h"

#include <algorithm>

#include "core/crypto/hash.h"
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

TEST_F(PlanIso, tells_what_takes_its_time) {
  std::vector<std::string> told;
  options.listener = [&](const ProgressEvent& event) { told.push_back(event.text); };
  ASSERT_TRUE(plan_iso(programs, options));
  EXPECT_EQ(told, (std::vector<std::string>{"asking the archives what they have",
                                            "asking apt what it would install"}));
}

TEST_F(PlanIso, needs_no_cache) {
  EXPECT_TRUE(plan_iso(programs, options));
  EXPECT_FALSE(std::filesystem::exists(options.cache));
}

TEST_F(PlanIso, says_what_the_archives_lack_and_what_cannot_be_installed) {
  options.spec.head_packages = {"vmi"};
  const auto lacking = plan_iso(programs, options);
  ASSERT_FALSE(lacking);
  EXPECT_TRUE(lacking.error().message.contains("'vmi'")) << lacking.error().text();
  options.spec.head_packages = {};
  programs.conflict = "E: Unable to correct problems, you have held broken packages.";
  const auto plan = plan_iso(programs, options);
  ASSERT_FALSE(plan);
  EXPECT_TRUE(plan.error().message.starts_with(
      "the packages of layer 'base' cannot be installed together: Unable"))
      << plan.error().text();
}

TEST_F(PlanIso, names_layers_by_the_packages_that_they_get) {
  const auto before = plan_iso(programs, options);
  programs.version = "258";
  const auto after = plan_iso(programs, options);
  ASSERT_TRUE(before && after);
  EXPECT_NE(before->layers.front().plan.key, after->layers.front().plan.key);
  EXPECT_NE(before->id, after->id);
}

TEST_F(PlanIso, takes_the_lists_of_the_last_build_that_are_whole) {
  const auto lists = options.cache / "apt/lists";
  const std::string start = "m.example_dists_trixie_";
  ASSERT_TRUE(os::write_file(lists / (start + "main_binary-amd64_Packages"), "Package: a\n"));
  ASSERT_TRUE(os::write_file(lists / (start + "contrib_binary-amd64_Packages"), "Package: b\n"));
  ASSERT_TRUE(os::write_file(
      lists / (start + "InRelease"),
      std::format("Date: Sat, 06 Sep 2025 08:09:10 UTC\nSHA256:\n {} 11 "
                  "main/binary-amd64/Packages\n {} 11 contrib/binary-amd64/Packages\n",
                  crypto::sha256("Package: a\n"), crypto::sha256("Package: other\n"))));
  take_lists(lists, scratch.path() / "taken");
  EXPECT_EQ(os::list_directory(scratch.path() / "taken").value(),
            (std::vector<std::string>{start + "InRelease", start + "main_binary-amd64_Packages"}));
  EXPECT_EQ(last_write_time(scratch.path() / "taken" / (start + "InRelease")),
            last_write_time(lists / (start + "InRelease")));
}

TEST_F(PlanIso, with_a_lock_file_has_its_packages_or_fails) {
  options.lock = Lock{.archives_time = 1757146150,
                      .closures = {{"base", {{.name = "systemd", .version = "257"}}}}};
  const auto plan = plan_iso(programs, options);
  ASSERT_FALSE(plan);
  EXPECT_TRUE(plan.error().message.contains("other than when the ISO was built"))
      << plan.error().text();
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
