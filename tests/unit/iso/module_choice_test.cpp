#include "iso/module_choice.h"

#include <algorithm>
#include <fnmatch.h>
#include <gtest/gtest.h>

#include "iso/data_files.h"

namespace muster::iso {
namespace {

using inspect::Module;

std::vector<Module> modules() {
  return {{.path = "kernel/drivers/gnss/gnss.ko.xz", .name = "gnss"},
          {.path = "kernel/drivers/gnss/gnss-usb.ko.xz", .name = "gnss_usb", .depends = {"gnss"}},
          {.path = "kernel/drivers/net/ice.ko.xz",
           .name = "ice",
           .depends = {"gnss", "built_in"},
           .firmware = {"intel/ice.pkg"}},
          {.path = "kernel/drivers/net/irdma.ko.xz", .name = "irdma", .depends = {"ice"}},
          {.path = "kernel/drivers/dma/dw.ko.xz", .name = "dw", .depends = {"dw_core"}},
          {.path = "kernel/drivers/dma/dw_core.ko.xz", .name = "dw_core"},
          {.path = "kernel/sound/snd.ko.xz", .name = "snd", .firmware = {"snd.bin"}},
          {.path = "kernel/drivers/tty/lpss.ko.xz", .name = "lpss", .soft = {"dw", "an_alias"}}};
}

TEST(ModuleChoice, keeps_what_a_kept_module_needs_in_spite_of_the_list) {
  const auto choice = choose_modules(modules(), {"kernel/drivers/gnss/*", "kernel/sound/*"});
  EXPECT_EQ(choice.cut, (std::vector<std::string>{"kernel/drivers/gnss/gnss-usb.ko.xz",
                                                  "kernel/sound/snd.ko.xz"}));
  EXPECT_EQ(choice.needed, std::vector<std::string>{"kernel/drivers/gnss/gnss.ko.xz"});
  EXPECT_TRUE(choice.kept.contains("gnss"));
  EXPECT_FALSE(choice.kept.contains("built_in"));
}

TEST(ModuleChoice, follows_what_is_needed_to_the_end) {
  const auto choice = choose_modules(modules(), {"kernel/drivers/dma/*"});
  EXPECT_EQ(choice.needed, (std::vector<std::string>{"kernel/drivers/dma/dw.ko.xz",
                                                     "kernel/drivers/dma/dw_core.ko.xz"}));
  EXPECT_TRUE(choice.cut.empty());
}

TEST(ModuleChoice, cuts_what_only_a_cut_module_needs) {
  const auto choice =
      choose_modules(modules(), {"kernel/drivers/dma/*", "kernel/drivers/tty/lpss.ko*"});
  EXPECT_EQ(choice.cut.size(), 3U);
}

TEST(FirmwareChoice, is_what_kept_drivers_name_and_what_a_list_keeps) {
  const inspect::FirmwareFiles files = {{"intel/ice.pkg", "intel/ice-1.3.pkg"},
                                        {"intel/ice-1.3.pkg", ""},
                                        {"cxgb4/t6-config.txt", ""},
                                        {"snd.bin", ""},
                                        {"other.bin", ""}};
  EXPECT_EQ(choose_firmware(modules(), {"ice"}, files, {"cxgb4/*config*"}),
            (std::vector<std::string>{"other.bin", "snd.bin"}));
}

DataFiles shipped() {
  const auto data = read_data_files(std::filesystem::path(MUSTER_SOURCE) / "packaging/layers");
  EXPECT_TRUE(data) << data.error().text();
  return data.value_or(DataFiles{});
}

TEST(ShippedLists, cut_no_driver_of_a_wired_adapter_or_fabric) {
  const auto patterns = shipped().list("modules.exclude");
  ASSERT_FALSE(patterns.empty());
  for (const std::string path :
       {"kernel/drivers/net/ethernet/intel/ice/ice.ko.xz", "kernel/drivers/net/ethernet/x/y.ko.xz",
        "kernel/drivers/infiniband/hw/irdma/irdma.ko.xz", "kernel/drivers/net/phy/realtek.ko.xz",
        "kernel/drivers/net/usb/r8152.ko.xz", "kernel/drivers/scsi/mpt3sas/mpt3sas.ko.xz"}) {
    EXPECT_EQ(inspect::cutting_pattern(patterns, path), "") << path;
  }
}

TEST(ShippedLists, bring_the_firmware_of_wired_adapters) {
  const auto packages = shipped().list("firmware-network.list");
  for (const std::string name :
       {"firmware-bnx2", "firmware-bnx2x", "firmware-cavium", "firmware-intel-misc",
        "firmware-misc-nonfree", "firmware-myricom", "firmware-netronome", "firmware-netxen",
        "firmware-qlogic", "firmware-realtek"}) {
    EXPECT_TRUE(std::ranges::contains(packages, name)) << name;
  }
}

TEST(ShippedLists, leave_out_sound_and_wireless) {
  const auto patterns = shipped().list("modules.exclude");
  for (const std::string path :
       {"kernel/sound/core/snd.ko.xz", "kernel/drivers/net/wireless/ath/ath.ko.xz",
        "kernel/drivers/net/ethernet/8390/pcnet_cs.ko.xz"}) {
    EXPECT_NE(inspect::cutting_pattern(patterns, path), "") << path;
  }
}

}  // namespace
}  // namespace muster::iso
