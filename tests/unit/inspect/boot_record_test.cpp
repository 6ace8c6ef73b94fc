#include "iso/inspect/boot_record.h"

#include <gtest/gtest.h>

#include "tests/unit/inspect/messages.h"

namespace muster::inspect {
namespace {

// xorriso 1.5.6 of an ISO of Muster, shortened.
constexpr std::string_view kBootReport =
    "El Torito catalog  : 2362  1\n"
    "El Torito cat path : /isolinux/boot.cat\n"
    "El Torito images   :   N  Pltf  B   Emul  Ld_seg  Hdpt  Ldsiz         LBA\n"
    "El Torito boot img :   1  BIOS  y   none  0x0000  0x00      4        2610\n"
    "El Torito boot img :   2  UEFI  y   none  0x0000  0x00   6144          74\n"
    "El Torito img path :   1  /isolinux/isolinux.bin\n"
    "El Torito img opts :   1  boot-info-table isohybrid-suitable\n"
    "El Torito img path :   2  /boot/grub/efi.img\n"
    "System area options: 0x00000102\n"
    "System area summary: MBR isohybrid cyl-align-on GPT APM\n"
    "MBR partition table:   N Status  Type        Start       Blocks\n"
    "MBR partition      :   2   0x00  0xef          296         6144\n"
    "MBR partition path :   2  /boot/grub/efi.img\n";

const std::set<std::string> kEfiFiles = {"efi/boot/bootx64.efi", "efi/boot/grubx64.efi",
                                         "efi/boot/mmx64.efi", "boot/grub/grub.cfg"};

Texts boot_faults(const BootRecord& record, const std::set<std::string>& efi = kEfiFiles) {
  return messages(find_boot_faults(record, efi));
}

TEST(BootRecords, say_what_firmware_finds) {
  const auto record = parse_boot_report(kBootReport);
  EXPECT_EQ(record, (BootRecord{.bios = "/isolinux/isolinux.bin",
                                .uefi = "/boot/grub/efi.img",
                                .tables = {"MBR", "isohybrid", "cyl-align-on", "GPT", "APM"},
                                .has_efi_partition = true}));
  EXPECT_EQ(ways_to_start(record), (Texts{"BIOS disc", "UEFI disc", "BIOS stick", "UEFI stick"}));
  EXPECT_EQ(boot_faults(record), Texts{});
}

TEST(BootRecords, that_lack_a_way_to_start_are_told) {
  auto record = parse_boot_report(kBootReport);
  record.has_efi_partition = false;
  EXPECT_EQ(boot_faults(record), Texts{"the medium does not start as a 'UEFI stick'"});
  record.tables.erase("isohybrid");
  EXPECT_EQ(boot_faults(record).size(), 2U);
  EXPECT_EQ(boot_faults({}, {}).size(), 8U);
}

TEST(BootRecords, whose_image_is_not_bootable_do_not_start) {
  std::string text(kBootReport);
  text.replace(text.find("UEFI  y"), 7, "UEFI  n");
  EXPECT_EQ(ways_to_start(parse_boot_report(text)), (Texts{"BIOS disc", "BIOS stick"}));
}

TEST(BootRecords, need_what_shim_looks_for) {
  auto efi = kEfiFiles;
  efi.erase("efi/boot/mmx64.efi");
  EXPECT_EQ(boot_faults(parse_boot_report(kBootReport), efi),
            Texts{"the image for UEFI has no 'efi/boot/mmx64.efi'"});
}

}  // namespace
}  // namespace muster::inspect
