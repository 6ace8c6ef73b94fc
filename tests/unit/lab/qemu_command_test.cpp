#include "lab/qemu_command.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

namespace muster::lab {
namespace {

LabPlan blue_lab(LabRequest change = {}) {
  change.name = "blue";
  change.directory = "/labs/blue";
  if (change.iso.empty()) change.iso = "/iso/muster.iso";
  change.host_cpus = 2;
  return *plan_lab(change);
}

bool has(const os::Command& command, const std::string& option, const std::string& value) {
  const auto pair = {option, value};
  return std::ranges::search(command.argv, pair).size() == 2;
}

MacAddress spare_mac(const MachinePlan& machine) {
  MacAddress mac = machine.mac;
  mac.octets[2] = 1;
  return mac;
}

TEST(QemuCommand, of_a_node_that_boots_from_the_network) {
  const LabPlan lab = blue_lab();
  const os::Command command = qemu_command(lab.machines[1], lab);
  EXPECT_EQ(command.cwd, "/labs/blue/n1");
  EXPECT_EQ(os::to_string(command),
            "qemu-system-x86_64 -name blue-n1 -no-user-config -nodefaults -display none"
            " -sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"
            " -machine q35,smm=off,graphics=off -accel tcg,thread=multi,tb-size=256 -cpu qemu64"
            " -smp 1 -rtc base=utc,clock=vm -m 1536M -uuid " +
                lab.machines[1].uuid + " -smbios type=1,manufacturer=Muster,product=Lab,serial=" +
                lab.machines[1].serial + ",uuid=" + lab.machines[1].uuid +
                " -boot strict=on,menu=off"
                " -chardev socket,id=monitor,fd=3 -mon chardev=monitor,mode=control"
                " -chardev socket,id=console,path=console.sock,server=on,wait=off,"
                "logfile=console.log,logappend=on -device isa-serial,chardev=console"
                " -device virtio-serial-pci,id=ports"
                " -chardev socket,id=agent,path=agent.sock,server=on,wait=off"
                " -device virtserialport,id=agent-port,bus=ports.0,chardev=agent,"
                "name=org.qemu.guest_agent.0"
                " -device virtio-rng-pci"
                " -netdev tap,id=wire,ifname=tap-n1,script=no,downscript=no"
                " -device virtio-net-pci,netdev=wire,mac=" +
                muster::to_string(lab.machines[1].mac) +
                ",disable-legacy=on,bootindex=0"
                " -netdev hubport,id=spare,hubid=1"
                " -device virtio-net-pci,netdev=spare,mac=" +
                muster::to_string(spare_mac(lab.machines[1])) +
                ",disable-legacy=on,romfile="
                " -drive if=none,id=disk,format=raw,discard=unmap,file=disk.img"
                " -device virtio-blk-pci,drive=disk,serial=" +
                lab.machines[1].serial + "-d0");
}

TEST(QemuCommand, a_head_with_a_site_has_a_card_of_its_own_there) {
  LabRequest request;
  request.site = Site::present;
  const LabPlan lab = blue_lab(request);
  const os::Command command = qemu_command(lab.machines[0], lab);
  EXPECT_TRUE(has(command, "-netdev", "tap,id=site,ifname=tap-site,script=no,downscript=no"));
  MacAddress mac = lab.machines[0].mac;
  mac.octets[2] = 2;
  EXPECT_TRUE(has(
      command, "-device",
      "virtio-net-pci,netdev=site,mac=" + muster::to_string(mac) + ",disable-legacy=on,romfile="));
  EXPECT_FALSE(has(qemu_command(lab.machines[1], lab), "-netdev",
                   "tap,id=site,ifname=tap-site,script=no,downscript=no"));
}

TEST(QemuCommand, of_a_head_boots_from_its_medium_and_never_from_the_network) {
  const LabPlan lab = blue_lab();
  const os::Command command = qemu_command(lab.machines[0], lab);
  EXPECT_TRUE(has(command, "-drive",
                  "if=none,id=medium,media=cdrom,format=raw,readonly=on,file=/iso/muster.iso"));
  EXPECT_TRUE(has(command, "-device", "ide-cd,drive=medium,bootindex=0"));
  EXPECT_TRUE(has(command, "-device",
                  "virtio-net-pci,netdev=wire,mac=" + muster::to_string(lab.machines[0].mac) +
                      ",disable-legacy=on,romfile="));
}

TEST(QemuCommand, a_node_has_a_card_that_leads_nowhere_and_a_head_has_none) {
  const LabPlan lab = blue_lab({.nodes = 2});
  std::set<MacAddress> cards;
  for (const MachinePlan& machine : lab.machines) {
    cards.insert({machine.mac, spare_mac(machine)});
    EXPECT_EQ(has(qemu_command(machine, lab), "-netdev", "hubport,id=spare,hubid=1"),
              machine.role == Role::node);
  }
  EXPECT_EQ(cards.size(), 6U);
}

TEST(QemuCommand, takes_a_usb_stick_from_the_machines_own_file) {
  const LabPlan lab = blue_lab({.medium = Medium::usb});
  const os::Command command = qemu_command(lab.machines[0], lab);
  EXPECT_TRUE(has(command, "-drive", "if=none,id=medium,format=qcow2,file=usb.qcow2"));
  EXPECT_TRUE(has(command, "-device", "usb-storage,drive=medium,removable=on,bootindex=0"));
}

TEST(QemuCommand, keeps_a_comma_in_a_file_name_out_of_the_options) {
  const LabPlan lab = blue_lab({.iso = "/iso/a,readonly=off.iso"});
  EXPECT_TRUE(has(qemu_command(lab.machines[0], lab), "-drive",
                  "if=none,id=medium,media=cdrom,format=raw,readonly=on,"
                  "file=/iso/a,,readonly=off.iso"));
}

TEST(QemuCommand, for_uefi_has_own_variables_and_no_boot_rom) {
  const LabPlan lab = blue_lab({.firmware = Firmware::uefi});
  const os::Command command = qemu_command(lab.machines[1], lab);
  EXPECT_TRUE(has(command, "-drive",
                  "if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd"));
  EXPECT_TRUE(has(command, "-drive", "if=pflash,unit=1,format=raw,file=firmware-vars.fd"));
  EXPECT_TRUE(has(command, "-fw_cfg", "name=opt/org.tianocore/IPv6PXESupport,string=n"));
  EXPECT_TRUE(has(command, "-device",
                  "virtio-net-pci,netdev=wire,mac=" + muster::to_string(lab.machines[1].mac) +
                      ",disable-legacy=on,bootindex=0,romfile="));
}

TEST(QemuCommand, for_secure_boot_protects_the_variables) {
  const LabPlan lab = blue_lab({.firmware = Firmware::secureboot});
  const os::Command command = qemu_command(lab.machines[1], lab);
  EXPECT_TRUE(has(command, "-machine", "q35,smm=on,graphics=off"));
  EXPECT_TRUE(has(command, "-global", "driver=cfi.pflash01,property=secure,value=on"));
  EXPECT_EQ(firmware_variables_template(Firmware::secureboot),
            "/usr/share/OVMF/OVMF_VARS_4M.ms.fd");
}

TEST(QemuCommand, uses_the_host_processor_with_kvm) {
  const LabPlan lab = blue_lab({.accelerator = Accelerator::kvm});
  const os::Command command = qemu_command(lab.machines[1], lab);
  EXPECT_TRUE(has(command, "-accel", "kvm"));
  EXPECT_TRUE(has(command, "-cpu", "host"));
}

TEST(QemuCommand, gives_no_disk_when_none_is_asked_for) {
  const LabPlan lab = blue_lab({.node_disk = std::nullopt});
  EXPECT_FALSE(os::to_string(qemu_command(lab.machines[1], lab)).contains("disk.img"));
}

TEST(QemuCommand, of_a_lab_in_the_past_sets_the_clock_of_the_machine) {
  EXPECT_TRUE(clock_words(0, 1'764'000'090'000).empty());
  EXPECT_EQ(clock_words(90'500, 1'764'000'090'000),
            (std::vector<std::string>{"-rtc", "base=2025-11-24T15:59:59"}));
}

TEST(QemuCommand, of_another_card_boots_a_node_by_its_rom_and_a_head_without) {
  for (const Firmware firmware : {Firmware::bios, Firmware::uefi}) {
    const LabPlan lab = blue_lab({.firmware = firmware, .card = Card::e1000e});
    EXPECT_TRUE(
        has(qemu_command(lab.machines[0], lab), "-device",
            "e1000e,netdev=wire,mac=" + muster::to_string(lab.machines[0].mac) + ",romfile="));
    EXPECT_TRUE(
        has(qemu_command(lab.machines[1], lab), "-device",
            "e1000e,netdev=wire,mac=" + muster::to_string(lab.machines[1].mac) + ",bootindex=0"));
  }
}

TEST(QemuCommand, of_nodes_that_boot_by_http_leaves_them_no_other_way) {
  const std::string no_pxe = "name=opt/org.tianocore/IPv4PXESupport,string=n";
  const LabPlan http = blue_lab({.firmware = Firmware::uefi, .node_boot = NodeBoot::http});
  EXPECT_TRUE(has(qemu_command(http.machines[1], http), "-fw_cfg", no_pxe));
  const LabPlan pxe = blue_lab({.firmware = Firmware::uefi});
  EXPECT_FALSE(has(qemu_command(pxe.machines[1], pxe), "-fw_cfg", no_pxe));
}

}  // namespace
}  // namespace muster::lab
