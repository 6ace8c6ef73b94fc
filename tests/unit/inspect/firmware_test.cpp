#include "iso/inspect/firmware.h"

#include <gtest/gtest.h>

#include "core/os/files.h"

namespace muster::inspect {
namespace {

const FirmwareFiles kFiles = {{"nfp/nic_a.nffw", "nfp/nic/a.nffw"},
                              {"nfp/nic/a.nffw", ""},
                              {"e100/d101m.bin.xz", ""},
                              {"loop", "loop"}};

TEST(Firmware, of_a_name_is_the_file_and_what_it_is_a_link_to) {
  EXPECT_EQ(firmware_named(kFiles, "nfp/nic_a.nffw"),
            (std::set<std::string>{"nfp/nic_a.nffw", "nfp/nic/a.nffw"}));
  EXPECT_EQ(firmware_named(kFiles, "loop"), std::set<std::string>{"loop"});
  EXPECT_TRUE(firmware_named(kFiles, "nfp").empty());
}

TEST(Firmware, of_a_name_may_be_compressed_and_of_a_pattern_are_all_that_match) {
  EXPECT_EQ(firmware_named(kFiles, "e100/d101m.bin"), std::set<std::string>{"e100/d101m.bin.xz"});
  EXPECT_EQ(firmware_named(kFiles, "nfp/*").size(), 2U);
}

class MissingFirmware : public testing::Test {
 protected:
  ModuleTree tree = {
      .modules = {{.path = "kernel/drivers/net/nfp.ko.xz",
                   .name = "nfp",
                   .firmware = {"nfp/nic_a.nffw", "nfp/nic_b.nffw"}},
                  {.path = "kernel/sound/x.ko", .name = "x", .firmware = {"x.bin"}}}};
};

TEST_F(MissingFirmware, names_the_driver_and_the_file) {
  const auto findings =
      find_missing_firmware(tree, {"nfp", "x"}, {"kernel/drivers/net/"}, kFiles, {});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].message,
            "driver 'nfp' may ask for the firmware 'nfp/nic_b.nffw', which is not there");
}

TEST_F(MissingFirmware, that_is_known_to_be_absent_is_not_told) {
  EXPECT_TRUE(find_missing_firmware(tree, {"nfp"}, {"kernel/drivers/net/"}, kFiles, {"nfp/nic_b*"})
                  .empty());
  EXPECT_TRUE(find_missing_firmware(tree, {}, {"kernel/drivers/net/"}, kFiles, {}).empty());
}

TEST(Firmware, is_read_with_its_links) {
  const auto scratch = os::TemporaryDirectory::make();
  ASSERT_TRUE(scratch);
  const auto folder = scratch->path() / "usr/lib/firmware";
  ASSERT_TRUE(os::write_file(folder / "a/nic/one.bin", ""));
  ASSERT_TRUE(os::write_symlink(folder / "a/one.bin", "nic/one.bin"));
  EXPECT_EQ(read_firmware(scratch->path()),
            (FirmwareFiles{{"a/nic/one.bin", ""}, {"a/one.bin", "a/nic/one.bin"}}));
  EXPECT_TRUE(read_firmware(scratch->path() / "usr").empty());
}

}  // namespace
}  // namespace muster::inspect
