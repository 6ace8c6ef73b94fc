#include "provisioning/pci_names.h"

#include <gtest/gtest.h>

namespace muster::provisioning {
namespace {

constexpr std::string_view kDatabase =
    "# a comment\n"
    "1002  Advanced Micro Devices, Inc. [AMD/ATI]\n"
    "\t740f  Aldebaran/MI200 [Instinct MI210]\n"
    "\t\t1002 0c34  a subsystem\n"
    "10de  NVIDIA Corporation\n"
    "\t20b2  GA100 [A100 SXM4 80GB]\n"
    "\t20f1  GA100 [A100 PCIe 40GB]\n"
    "8086  Intel Corporation\n"
    "\t0bd5  Ponte Vecchio XT (2 Tile) [Data Center GPU Max 1550]\n"
    "C 03  Display controller\n"
    "\t00  VGA compatible controller\n";

Accelerator card(std::uint16_t vendor, std::uint16_t device) {
  return {.address = "0000:3b:00.0", .vendor = vendor, .device = device, .pci_class = 0x0302};
}

TEST(PciNames, name_a_card_and_its_type) {
  const PciNames names = PciNames::parse(kDatabase);
  EXPECT_EQ(names.name_of(card(0x10de, 0x20b2)), "NVIDIA GA100 [A100 SXM4 80GB]");
  EXPECT_EQ(names.type_of(card(0x10de, 0x20b2)), "a100");
  EXPECT_EQ(names.type_of(card(0x10de, 0x20f1)), "a100") << "one type for one model";
  EXPECT_EQ(names.type_of(card(0x1002, 0x740f)), "mi210");
  EXPECT_EQ(names.type_of(card(0x8086, 0x0bd5)), "max1550");
}

TEST(PciNames, a_card_without_a_name_is_called_by_its_numbers) {
  for (const PciNames& names : {PciNames(), PciNames::parse(kDatabase)}) {
    EXPECT_EQ(names.name_of(card(0x10de, 0x2b85)), "NVIDIA device 2b85");
    EXPECT_EQ(names.type_of(card(0x10de, 0x2b85)), "nvidia-2b85");
    EXPECT_EQ(names.type_of(card(0x10ee, 0x5000)), "pci-10ee-5000");
  }
}

TEST(PciNames, types_are_those_that_people_say) {
  EXPECT_EQ(type_of_name("nvidia", "GH100 [H100 SXM5 80GB]"), "h100");
  EXPECT_EQ(type_of_name("nvidia", "GV100GL [Tesla V100 PCIe 16GB]"), "v100");
  EXPECT_EQ(type_of_name("nvidia", "AD102 [GeForce RTX 4090]"), "rtx4090");
  EXPECT_EQ(type_of_name("nvidia", "AD102GL [L40S]"), "l40s");
  EXPECT_EQ(type_of_name("amd", "Navi 31 [Radeon RX 7900 XT/7900 XTX/7900 GRE/7900M]"), "rx7900xt");
  EXPECT_EQ(type_of_name("intel", "ATS-M [Data Center GPU Flex 170]"), "flex170");
  EXPECT_EQ(type_of_name("nvidia", "GA102 [3090]"), "nvidia3090")
      << "Slurm reads a number as a count";
}

TEST(PciNames, a_name_that_tells_no_model_gives_no_type) {
  EXPECT_EQ(type_of_name("nvidia", "GA100"), "");
  EXPECT_EQ(type_of_name("amd", "Vega 20 [Radeon VII]"), "");
  EXPECT_EQ(type_of_name("amd", "Fiji ["), "");
  EXPECT_EQ(type_of_name("amd", "] ["), "");
}

TEST(PciNames, lines_that_say_nothing_name_nothing) {
  const PciNames names =
      PciNames::parse("10de\n\t20b2\nzzzz  Nobody\n\t20b2  X [A100]\n\t\n\t\t\n");
  EXPECT_EQ(names.type_of(card(0x10de, 0x20b2)), "nvidia-20b2");
}

}  // namespace
}  // namespace muster::provisioning
