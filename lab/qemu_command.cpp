#include "lab/qemu_command.h"

#include <chrono>
#include <format>
#include <initializer_list>

#include "lab/lab_state.h"

namespace muster::lab {
namespace {

using Words = std::vector<std::string>;

void add(Words& words, std::initializer_list<std::string> more) {
  words.insert(words.end(), more.begin(), more.end());
}

/// A file name inside an option: QEMU takes a comma for the next option unless it is doubled.
std::string file_name(const std::filesystem::path& path) {
  std::string result;
  for (const char c : path.string()) result += c == ',' ? std::string(",,") : std::string(1, c);
  return result;
}

void add_machine(Words& words, const MachinePlan& machine, const LabPlan& lab) {
  const bool secure = machine.firmware == Firmware::secureboot;
  const bool kvm = machine.accelerator == Accelerator::kvm;
  add(words, {"qemu-system-x86_64", "-name", std::format("{}-{}", lab.name, machine.name),
              "-no-user-config", "-nodefaults", "-display", "none"});
  // A guest that breaks out of its devices starts no program (qemu(1), -sandbox).
  add(words,
      {"-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"});
  // Secure Boot keeps its variables behind system management mode; it costs time elsewhere.
  std::string board = std::format("q35,smm={}", secure ? "on" : "off");
  // A node has no screen: SeaBIOS and its boot ROM then write on the serial line, where we can
  // read.
  if (machine.role == Role::node) board += ",graphics=off";
  add(words, {"-machine", board});
  // QEMU would take 1 GiB for translated code; 256 MiB is enough for a guest of this kind.
  add(words, {"-accel", kvm ? "kvm" : "tcg,thread=multi,tb-size=256"});
  add(words, {"-cpu", kvm ? "host" : "qemu64"});
  add(words, {"-smp", std::to_string(machine.cpus)});
  // A machine that was saved goes on in the past, and so does the clock that it keeps while off.
  add(words, {"-rtc", "base=utc,clock=vm"});
  add(words, {"-m", std::format("{}M", machine.memory.mib())});
  add(words, {"-uuid", machine.uuid});
  add(words, {"-smbios", std::format("type=1,manufacturer=Muster,product=Lab,serial={},uuid={}",
                                     machine.serial, machine.uuid)});
}

void add_firmware(Words& words, const MachinePlan& machine) {
  // Nothing but what has a boot index is tried; the wait for a key is left out.
  add(words, {"-boot", "strict=on,menu=off"});
  if (machine.firmware == Firmware::bios) return;
  const bool secure = machine.firmware == Firmware::secureboot;
  add(words, {"-drive",
              std::format("if=pflash,unit=0,format=raw,readonly=on,file={}/{}", kFirmwareDirectory,
                          secure ? "OVMF_CODE_4M.secboot.fd" : "OVMF_CODE_4M.fd")});
  add(words, {"-drive", std::format("if=pflash,unit=1,format=raw,file={}",
                                    MachineFiles::kFirmwareVariables)});
  if (secure) {
    add(words, {"-global", "driver=cfi.pflash01,property=secure,value=on"});
    add(words, {"-global", "ICH9-LPC.disable_s3=1"});
  }
  // OVMF asks by IPv6 as well and waits long for an answer that no lab has.
  add(words, {"-fw_cfg", "name=opt/org.tianocore/IPv6PXESupport,string=n"});
  // It offers both, TFTP first.
  if (machine.node_boot == NodeBoot::http) {
    add(words, {"-fw_cfg", "name=opt/org.tianocore/IPv4PXESupport,string=n"});
  }
}

void add_channels(Words& words) {
  add(words, {"-chardev", std::format("socket,id=monitor,fd={}", kMonitorDescriptor)});
  add(words, {"-mon", "chardev=monitor,mode=control"});
  add(words, {"-chardev",
              std::format("socket,id=console,path={},server=on,wait=off,logfile={},logappend=on",
                          MachineFiles::kConsoleSocket, MachineFiles::kConsole)});
  add(words, {"-device", "isa-serial,chardev=console"});
  add(words, {"-device", "virtio-serial-pci,id=ports"});
  add(words, {"-chardev", std::format("socket,id=agent,path={},server=on,wait=off",
                                      MachineFiles::kAgentSocket)});
  // Only a port with an id of its own is reported by the monitor when the guest opens it.
  add(words,
      {"-device",
       std::format("virtserialport,id=agent-port,bus=ports.0,chardev=agent,name={}", kAgentPort)});
}

/// A server has more cards than one, and what waits for all of them waits for ever: a card that
/// leads nowhere, and from which nothing boots.
void add_spare_card(Words& words, const MachinePlan& machine) {
  MacAddress mac = machine.mac;
  // The lab's own addresses have 0 there.
  mac.octets[2] = 1;
  add(words, {"-netdev", "hubport,id=spare,hubid=1"});
  add(words,
      {"-device", std::format("virtio-net-pci,netdev=spare,mac={},disable-legacy=on,romfile=",
                              to_string(mac))});
}

/// The head's card to the site.
void add_site_card(Words& words, const MachinePlan& machine) {
  MacAddress mac = machine.mac;
  // The lab's own addresses have 0 there.
  mac.octets[2] = 2;
  add(words, {"-netdev", std::format("tap,id=site,ifname={},script=no,downscript=no", kSiteTap)});
  add(words, {"-device", std::format("virtio-net-pci,netdev=site,mac={},disable-legacy=on,romfile=",
                                     to_string(mac))});
}

/// A card on the lab's wire. OVMF has a driver of its own for the virtio device only; SeaBIOS finds
/// the boot ROM of the modern virtio device only.
std::string card_device(const MachinePlan& machine) {
  const bool is_virtio = machine.card == Card::virtio;
  std::string device =
      std::format("{},netdev=wire,mac={}", is_virtio ? "virtio-net-pci" : to_string(machine.card),
                  to_string(machine.mac));
  if (is_virtio) device += ",disable-legacy=on";
  if (machine.role == Role::node) device += ",bootindex=0";
  // OVMF gains a second without the ROM; the head never boots from the network.
  const bool needs_rom =
      machine.role == Role::node && (machine.firmware == Firmware::bios || !is_virtio);
  return needs_rom ? device : device + ",romfile=";
}

void add_network(Words& words, const MachinePlan& machine) {
  add(words, {"-netdev", std::format("tap,id=wire,ifname={},script=no,downscript=no",
                                     tap_name(machine.name))});
  add(words, {"-device", card_device(machine)});
  if (machine.role == Role::node) add_spare_card(words, machine);
  if (machine.site == Site::present) add_site_card(words, machine);
}

void add_medium(Words& words, const MachinePlan& machine) {
  if (!machine.iso) return;
  if (machine.medium == Medium::cdrom) {
    add(words,
        {"-drive", std::format("if=none,id=medium,media=cdrom,format=raw,readonly=on,file={}",
                               file_name(*machine.iso))});
    add(words, {"-device", "ide-cd,drive=medium,bootindex=0"});
    return;
  }
  add(words,
      {"-drive", std::format("if=none,id=medium,format=qcow2,file={}", MachineFiles::kUsbStick)});
  add(words, {"-device", "qemu-xhci"});
  add(words, {"-device", "usb-storage,drive=medium,removable=on,bootindex=0"});
}

}  // namespace

std::filesystem::path firmware_variables_template(Firmware firmware) {
  const std::filesystem::path directory(kFirmwareDirectory);
  switch (firmware) {
    case Firmware::bios:
      return {};
    case Firmware::uefi:
      return directory / "OVMF_VARS_4M.fd";
    // Microsoft's keys are enrolled in this one: what a bought machine has.
    case Firmware::secureboot:
      return directory / "OVMF_VARS_4M.ms.fd";
  }
  CHECK(!"a firmware");
}

os::Command qemu_command(const MachinePlan& machine, const LabPlan& lab) {
  Words words;
  add_machine(words, machine, lab);
  add_firmware(words, machine);
  add_channels(words);
  // Without a source of random numbers OVMF offers no network boot, and Linux waits for one.
  add(words, {"-device", "virtio-rng-pci"});
  add_network(words, machine);
  add_medium(words, machine);
  if (machine.disk) {
    add(words, {"-drive", std::format("if=none,id=disk,format=raw,discard=unmap,file={}",
                                      MachineFiles::kDisk)});
    add(words, {"-device", std::format("virtio-blk-pci,drive=disk,serial={}-d0", machine.serial)});
  }
  // A head shows its menus on a screen as well; without one that path would never be run.
  if (machine.role == Role::head) add(words, {"-device", "VGA"});
  return os::Command{.argv = std::move(words), .cwd = lab.directory / machine.name};
}

Words clock_words(std::int64_t lag_ms, std::int64_t now_ms) {
  if (lag_ms == 0) return {};
  const std::chrono::sys_time<std::chrono::milliseconds> then{
      std::chrono::milliseconds(now_ms - lag_ms)};
  return {"-rtc", std::format("base={:%FT%T}", std::chrono::floor<std::chrono::seconds>(then))};
}

}  // namespace muster::lab
