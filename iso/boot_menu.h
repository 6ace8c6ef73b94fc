#pragma once
// The menus that the medium shows, on screen and serial line at once: isolinux for BIOS, GRUB for
// UEFI. Both start the live head by themselves after ten seconds: a machine without a keyboard
// boots.

#include <string>
#include <vector>

namespace muster::iso {

/// What the menus offer.
struct BootMenu {
  /// Shown as the title.
  std::string title = "Muster";
  /// Names this medium among others: the file /.disk/muster-ID is on it.
  std::string id;
  std::vector<std::string> kernel_arguments;
  /// Paths of early initial RAM disks, which the kernel reads before the head's own.
  std::vector<std::string> microcode;
  /// Whether the memory test is on the medium, as /live/memtest.bin and /live/memtest.efi.
  enum class MemoryTest { absent, present } memory_test = MemoryTest::absent;
  /// Units: seconds.
  int timeout = 10;
};

/// Kernel arguments of the live head: both consoles (the serial one last, so that it is
/// /dev/console) and free of audit records, and live-boot kept from touching the network or waiting
/// for a key at power-off.
std::vector<std::string> live_arguments();

/// isolinux/isolinux.cfg (syslinux(1), menu.c32).
std::string render_isolinux(const BootMenu& menu);

/// boot/grub/grub.cfg.
std::string render_grub(const BootMenu& menu);

/// The grub.cfg inside the UEFI boot image: it finds this medium by its marker and nothing else, so
/// that another Debian medium in the machine is not taken for it.
std::string render_efi_grub(const BootMenu& menu);

}  // namespace muster::iso
