#include "iso/inspect/modules.h"

#include <gtest/gtest.h>

#include "core/os/files.h"

namespace muster::inspect {
namespace {

/// What modinfo 34 says, shortened.
constexpr std::string_view kModinfo =
    "filename:       /t/lib/6.12/kernel/drivers/net/ethernet/intel/ice/ice.ko.xz\n"
    "firmware:       intel/ice/ddp/ice.pkg\n"
    "description:    a driver: of a card\n"
    "softdep:        pre: realtek post: libie-fw\n"
    "depends:        gnss,libie,snd-pcm\n"
    "name:           ice\n"
    "signature:      30:66\n"
    "\t\tF2:17\n"
    "parm:           debug:level (int)\n"
    "filename:       /t/lib/6.12/kernel/lib/crc8.ko\n"
    "depends:        \n"
    "weakdep:        phy-a phy_b\n";

TEST(Modules, are_known_by_the_names_that_the_kernel_gives_them) {
  EXPECT_EQ(module_name("kernel/sound/core/snd-pcm.ko.xz"), "snd_pcm");
  EXPECT_EQ(module_name("crc8.ko"), "crc8");
  EXPECT_TRUE(is_module("usr/lib/modules/6/kernel/a.ko.zst"));
  EXPECT_FALSE(is_module("usr/lib/modules/6/modules.dep"));
}

TEST(Modules, say_what_they_need) {
  const auto modules = parse_modinfo(kModinfo, "/t/lib/6.12");
  ASSERT_TRUE(modules) << modules.error().text();
  ASSERT_EQ(modules->size(), 2U);
  EXPECT_EQ((*modules)[0], (Module{.path = "kernel/drivers/net/ethernet/intel/ice/ice.ko.xz",
                                   .name = "ice",
                                   .depends = {"gnss", "libie", "snd_pcm"},
                                   .soft = {"realtek", "libie_fw"},
                                   .firmware = {"intel/ice/ddp/ice.pkg"}}));
  EXPECT_TRUE((*modules)[1].depends.empty());
  EXPECT_EQ((*modules)[1].soft, (std::vector<std::string>{"phy_a", "phy_b"}));
}

TEST(Modules, of_another_folder_are_refused) {
  EXPECT_FALSE(parse_modinfo(kModinfo, "/t/lib/6.1"));
  EXPECT_FALSE(parse_modinfo("depends: a\n", "/t"));
}

TEST(Modules, the_last_pattern_that_matches_decides) {
  const std::vector<std::string> patterns = {"kernel/hid/*", "+kernel/hid/usbhid/*"};
  EXPECT_EQ(cutting_pattern(patterns, "kernel/hid/hid-a.ko.xz"), "kernel/hid/*");
  EXPECT_EQ(cutting_pattern(patterns, "kernel/hid/usbhid/usbhid.ko.xz"), "");
  EXPECT_EQ(cutting_pattern(patterns, "kernel/net/a.ko.xz"), "");
}

class MissingModules : public testing::Test {
 protected:
  ModuleTree tree = {
      .modules = {{.path = "kernel/net/ice.ko.xz", .name = "ice", .depends = {"gnss"}},
                  {.path = "kernel/tty/lpss.ko.xz", .name = "lpss", .soft = {"dw", "crypto_x"}}},
      .builtin = {"libphy"},
      .made = {"kernel/net/ice.ko", "kernel/drivers/gnss/gnss.ko", "kernel/dma/dw.ko"}};
  std::vector<CutList> cuts = {{"modules.exclude", {"kernel/drivers/gnss/*"}}};
};

TEST_F(MissingModules, name_the_module_what_it_lacks_and_the_list_that_cut_it) {
  const auto findings = find_missing_modules(tree, {"ice"}, cuts);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].message,
            "module 'ice' needs 'gnss', which the pattern 'kernel/drivers/gnss/*' of "
            "'modules.exclude' cuts");
  EXPECT_EQ(findings[0].hint,
            "take the pattern out of 'modules.exclude', or cut the module as well");
  EXPECT_FALSE(refuse(findings));
}

TEST_F(MissingModules, are_told_without_a_list_when_none_cut_them) {
  const auto findings = find_missing_modules(tree, {"ice"}, {});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].message, "module 'ice' needs 'gnss', which is not there");
}

TEST_F(MissingModules, are_none_where_a_module_is_there_or_built_in) {
  EXPECT_TRUE(find_missing_modules(tree, {"ice", "gnss"}, cuts).empty());
  tree.builtin.insert("gnss");
  EXPECT_TRUE(find_missing_modules(tree, {"ice"}, cuts).empty());
}

TEST_F(MissingModules, of_a_module_that_is_not_present_are_missed_by_nobody) {
  EXPECT_TRUE(find_missing_modules(tree, {"lpss", "dw"}, cuts).empty());
}

TEST_F(MissingModules, are_soft_ones_too_where_the_kernel_was_made_with_them) {
  const auto findings = find_missing_modules(tree, {"lpss"}, cuts);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].message, "module 'lpss' needs 'dw', which is not there");
}

TEST(Refuse, shows_a_few_of_many) {
  EXPECT_TRUE(refuse({}));
  const auto refused = refuse(std::vector<Finding>(12, {"a", "look"}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "a; a; a; a; a; a; a; a; a; a; and 2 more");
  EXPECT_EQ(refused.error().hint, "look");
}

/// Answers for modinfo: every file has the name of the last one.
class Modinfo : public os::CommandRunner {
 public:
  Result<os::CommandResult> run(const os::Command& command) override {
    os::CommandResult result;
    for (std::size_t i = 1; i < command.argv.size(); ++i) {
      result.out += std::format("filename: {}\ndepends: other\n", command.argv[i]);
    }
    files += command.argv.size() - 1;
    return result;
  }
  std::size_t files = 0;
};

TEST(ModuleTree, is_read_from_the_kernels_folder) {
  const auto scratch = os::TemporaryDirectory::make();
  ASSERT_TRUE(scratch);
  const auto folder = scratch->path() / "usr/lib/modules/6.12";
  ASSERT_TRUE(os::write_file(folder / "modules.order", "kernel/a/one.ko\nkernel/b/two.ko\n"));
  ASSERT_TRUE(os::write_file(folder / "modules.builtin", "kernel/c/built-in.ko\n"));
  ASSERT_TRUE(os::write_file(folder / "modules.dep", "no module"));
  ASSERT_TRUE(os::write_file(folder / "kernel/a/one.ko.xz", ""));
  Modinfo modinfo;
  const auto tree = read_modules(modinfo, scratch->path(), "6.12");
  ASSERT_TRUE(tree) << tree.error().text();
  EXPECT_EQ(modinfo.files, 1U);
  ASSERT_EQ(tree->modules.size(), 1U);
  EXPECT_EQ(tree->modules[0].path, "kernel/a/one.ko.xz");
  EXPECT_EQ(tree->builtin, std::set<std::string>{"built_in"});
  EXPECT_EQ(tree->made, (std::vector<std::string>{"kernel/a/one.ko", "kernel/b/two.ko"}));
}

}  // namespace
}  // namespace muster::inspect
