#include "iso/inspect/menu.h"

#include <gtest/gtest.h>

#include "tests/unit/inspect/messages.h"

namespace muster::inspect {
namespace {

const std::set<std::string> kOnMedium = {"live/vmlinuz", "live/initrd.img", "live/memtest.bin",
                                         "muster/microcode/amd.img", "muster/microcode/intel.img"};

MenuEntry system_entry() {
  return {.title = "Muster",
          .kernel = "live/vmlinuz",
          .arguments = "boot=live quiet",
          .initrds = {"muster/microcode/amd.img", "muster/microcode/intel.img", "live/initrd.img"}};
}

Texts menu_faults(const std::vector<MenuEntry>& entries,
                  const std::set<std::string>& files = kOnMedium) {
  return messages(find_menu_faults("menu", entries, files));
}

TEST(Menus, of_grub_are_read) {
  const auto entries = parse_grub_menu(
      "set timeout=5\n"
      "menuentry 'Muster' --id head {\n"
      "    linux /live/vmlinuz boot=live quiet\n"
      "    initrd /muster/microcode/amd.img /muster/microcode/intel.img /live/initrd.img\n"
      "}\n"
      "menuentry 'Firmware settings' {\n    fwsetup\n}\n");
  EXPECT_EQ(entries, (std::vector<MenuEntry>{system_entry(),
                                             {.title = "Firmware settings", .initrds = {}}}));
}

TEST(Menus, of_isolinux_are_read) {
  const auto entries = parse_isolinux_menu(
      "default head\n"
      "label head\n"
      "  menu label Muster\n"
      "  linux /live/vmlinuz\n"
      "  initrd /muster/microcode/amd.img,/muster/microcode/intel.img,/live/initrd.img\n"
      "  append boot=live quiet\n"
      "label memtest\n"
      "  linux /live/memtest.bin\n");
  EXPECT_EQ(entries, (std::vector<MenuEntry>{
                         system_entry(),
                         {.title = "memtest", .kernel = "live/memtest.bin", .initrds = {}}}));
}

TEST(Menus, whose_files_are_there_have_no_fault) {
  EXPECT_EQ(menu_faults({system_entry()}), Texts{});
}

TEST(Menus, that_start_no_system_are_told) {
  EXPECT_EQ(menu_faults({}), Texts{"menu: no entry starts the system"});
}

TEST(Menus, that_load_what_is_not_there_are_told) {
  auto entry = system_entry();
  entry.kernel = "live/vmlinux";
  EXPECT_EQ(menu_faults({entry}), Texts{"menu: 'Muster' loads 'live/vmlinux', which is not there"});
  entry = system_entry();
  entry.initrds.clear();
  EXPECT_EQ(menu_faults({entry}).front(), "menu: 'Muster' loads no initial RAM disk");
}

// The kernel looks for microcode before it unpacks anything.
TEST(Menus, with_microcode_behind_the_system_or_without_are_told) {
  auto entry = system_entry();
  std::swap(entry.initrds[1], entry.initrds[2]);
  EXPECT_EQ(menu_faults({entry}), Texts{"menu: 'Muster' loads microcode behind another archive"});
  entry = system_entry();
  entry.initrds.erase(entry.initrds.begin());
  EXPECT_EQ(menu_faults({entry}), Texts{"menu: 'Muster' does not load 'muster/microcode/amd.img'"});
  EXPECT_EQ(menu_faults({{.title = "Muster",
                          .kernel = "live/vmlinuz",
                          .arguments = "boot=live",
                          .initrds = {"live/initrd.img"}}},
                        {"live/vmlinuz", "live/initrd.img"}),
            Texts{})
      << "a medium without any";
}

TEST(Microcode, is_known_by_the_name_of_its_file) {
  EXPECT_TRUE(is_microcode("070701 and then kernel/x86/microcode/GenuineIntel.bin"));
  EXPECT_FALSE(is_microcode("070701 and then kernel/x86/microcode/README"));
  EXPECT_FALSE(is_microcode("\x28\xb5\x2f\xfd kernel/x86/microcode/GenuineIntel.bin"));
}

}  // namespace
}  // namespace muster::inspect
