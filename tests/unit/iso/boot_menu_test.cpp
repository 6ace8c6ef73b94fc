#include "iso/boot_menu.h"

#include <gtest/gtest.h>

namespace muster::iso {
namespace {

BootMenu example() {
  return {.title = "Muster: cluster c1",
          .id = "0123456789ab",
          .kernel_arguments = live_arguments(),
          .memory_test = BootMenu::MemoryTest::present};
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(BootMenu, isolinux_shows_on_serial_and_screen_and_starts_by_itself) {
  const auto text = render_isolinux(example());
  EXPECT_TRUE(text.starts_with("serial 0 115200\n"));
  EXPECT_TRUE(has(text, "\ntimeout 100\n"));  // tenths of a second
  EXPECT_TRUE(has(text, "\ndefault live\n"));
  EXPECT_FALSE(has(text, "vesamenu"));
}

TEST(BootMenu, grub_shows_on_serial_and_screen_and_starts_by_itself) {
  const auto text = render_grub(example());
  EXPECT_TRUE(has(text, "serial --unit=0 --speed=115200\n"));
  EXPECT_TRUE(has(text, "terminal_output console serial\n"));
  EXPECT_TRUE(has(text, "terminal_input console serial\n"));
  EXPECT_TRUE(has(text, "set timeout=10\n"));
  EXPECT_TRUE(has(text, "set default=0\n"));
  EXPECT_FALSE(has(text, "gfxterm"));
}

TEST(BootMenu, the_kernel_talks_to_both_consoles_and_live_boot_leaves_the_network_alone) {
  for (const auto& text : {render_isolinux(example()), render_grub(example())}) {
    EXPECT_TRUE(
        has(text, "boot=live nonetworking noeject audit=0 console=tty0 console=ttyS0,115200 "));
  }
}

TEST(BootMenu, a_head_may_start_without_its_state_disk_and_never_takes_another_system_s) {
  for (const auto& text : {render_isolinux(example()), render_grub(example())}) {
    EXPECT_TRUE(has(text, " systemd.firstboot=no muster.state=no\n"));
    EXPECT_FALSE(has(text, "persistence"));
  }
}

TEST(BootMenu, a_head_may_talk_on_the_second_serial_line) {
  for (const auto& text : {render_isolinux(example()), render_grub(example())}) {
    EXPECT_TRUE(has(text, "Live head, on the second serial line"));
    EXPECT_TRUE(has(text, " console=tty0 console=ttyS1,115200 panic=30"));
    EXPECT_FALSE(has(text, "console=ttyS1,115200 console=ttyS0")) << "the kernel takes the first";
  }
}

TEST(BootMenu, a_head_may_leave_its_stick) {
  for (const auto& text : {render_isolinux(example()), render_grub(example())}) {
    EXPECT_TRUE(has(text, " systemd.firstboot=no toram\n"));
  }
}

// What is wrong would be gone from the screen with a restart.
TEST(BootMenu, checks_the_medium_and_waits_when_it_is_damaged) {
  for (const auto& text : {render_isolinux(example()), render_grub(example())}) {
    EXPECT_TRUE(has(text, "Check this ISO, then restart"));
    EXPECT_TRUE(has(text, " console=ttyS0,115200 systemd.firstboot=no verify-checksums=sha256\n"));
  }
}

TEST(BootMenu, the_kernel_reads_microcode_before_anything_else) {
  auto menu = example();
  menu.microcode = {"/muster/microcode/amd.img", "/muster/microcode/intel.img"};
  EXPECT_TRUE(has(render_isolinux(menu),
                  "  initrd "
                  "/muster/microcode/amd.img,/muster/microcode/intel.img,/live/initrd.img\n"));
  EXPECT_TRUE(has(render_grub(menu),
                  "  initrd /muster/microcode/amd.img /muster/microcode/intel.img "
                  "/live/initrd.img\n"));
  EXPECT_TRUE(has(render_isolinux(example()), "  initrd /live/initrd.img\n"));
}

TEST(BootMenu, a_head_that_panics_starts_again_and_one_with_a_black_screen_has_an_entry) {
  for (const auto& text : {render_isolinux(example()), render_grub(example())}) {
    EXPECT_TRUE(has(text, " panic=30 "));
    EXPECT_TRUE(has(text, " systemd.firstboot=no nomodeset\n"));
  }
}

TEST(BootMenu, both_offer_the_same_choices) {
  for (const auto& text : {render_isolinux(example()), render_grub(example())}) {
    for (const auto* entry :
         {"Live head", "Live head, without its state disk", "Live head, all in memory",
          "Live head, plain graphics", "Check this ISO", "Install on disk", "Boot from local disk",
          "Memory test"}) {
      EXPECT_TRUE(has(text, entry)) << entry;
    }
  }
}

TEST(BootMenu, leaves_out_a_memory_test_that_is_not_there) {
  auto menu = example();
  menu.memory_test = BootMenu::MemoryTest::absent;
  EXPECT_FALSE(has(render_isolinux(menu), "emtest"));
  EXPECT_FALSE(has(render_grub(menu), "emtest"));
}

TEST(BootMenu, uefi_finds_this_medium_by_its_own_marker_only) {
  const auto text = render_efi_grub(example());
  EXPECT_TRUE(has(text, "--file /.disk/muster-0123456789ab\n"));
  EXPECT_FALSE(has(text, ".disk/info"));
}

}  // namespace
}  // namespace muster::iso
