#include "lab/lab_files.h"

#include <algorithm>
#include <array>
#include <format>
#include <unistd.h>

#include "core/os/files.h"
#include "lab/lab_memory.h"
#include "lab/qemu_command.h"

namespace muster::lab {
namespace {

namespace fs = std::filesystem;

constexpr std::array kLabFiles = {LabFiles::kPlan, LabFiles::kState, LabFiles::kKeeperSocket,
                                  LabFiles::kKeeperLog};
/// What a down with kept consoles leaves of a machine.
constexpr std::array kConsoleFiles = {MachineFiles::kConsole, MachineFiles::kEmulatorLog};
/// Where a CD says that it is bootable as a CD: the name in its boot record, sector 17 (El Torito
/// §2.0). The record itself must stay, or the volume's descriptors after it are not found.
constexpr std::string_view kBootSystemName = "0x8807 32";

Status check_iso(const fs::path& iso) {
  std::error_code error;
  const auto status = fs::status(iso, error);
  if (!fs::exists(status)) {
    return fail(std::format("there is no '{}'", iso.string()), "make it with: make iso");
  }
  if (!fs::is_regular_file(status) || fs::file_size(iso, error) == 0) {
    return fail(std::format("'{}' is no ISO", iso.string()), "give a file that is not empty");
  }
  return {};
}

Status check_firmware(Firmware firmware) {
  const fs::path variables = firmware_variables_template(firmware);
  if (variables.empty() || fs::exists(variables)) return {};
  return fail(std::format("there is no '{}'", variables.string()), "install the package ovmf");
}

/// A stick that can be written without changing the ISO. Its CD boot record loses its name, because
/// OVMF would take it even from a disk, and the way that a real stick boots would never be run.
Status make_usb_stick(os::CommandRunner& runner, const MachinePlan& machine, const fs::path& in) {
  const std::string stick = (in / MachineFiles::kUsbStick).string();
  TRY(os::run_checked(runner, {.argv = {"qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw",
                                        "-b", machine.iso->string(), stick}}));
  TRY(os::run_checked(runner, {.argv = {"qemu-io", "-f", "qcow2", "-c",
                                        std::format("write -q -P 0 {}", kBootSystemName), stick}}));
  return {};
}

}  // namespace

Status check_directory(const fs::path& directory) {
  std::error_code error;
  if (!fs::exists(directory, error) || fs::is_empty(directory, error)) return {};
  if (fs::exists(directory / LabFiles::kLock, error)) return {};
  return fail(std::format("'{}' is not empty, and is not a lab", directory.string()),
              "give an empty directory");
}

Status check_host(const LabPlan& plan) {
  if (geteuid() != 0) {
    return fail("a lab needs a network namespace and tap devices", "run as root");
  }
  if (!fs::exists("/dev/net/tun")) {
    return fail("there is no '/dev/net/tun'", "load the kernel module tun");
  }
  for (const MachinePlan& machine : plan.machines) {
    if (machine.iso) TRY(check_iso(*machine.iso));
    TRY(check_firmware(machine.firmware));
  }
  return check_memory(host_memory(plan));
}

Status prepare_machine(os::CommandRunner& runner, const MachinePlan& machine, const LabPlan& plan) {
  const fs::path directory = plan.directory / machine.name;
  TRY(os::make_directory(directory, {.mode = 0700}));
  if (const fs::path variables = firmware_variables_template(machine.firmware);
      !variables.empty()) {
    TRY_ASSIGN(const std::string content, os::read_file(variables));
    TRY(os::write_file(directory / MachineFiles::kFirmwareVariables, content, {.mode = 0600}));
  }
  if (machine.disk) {
    TRY(os::run_checked(runner, {.argv = {"qemu-img", "create", "-q", "-f", "raw",
                                          (directory / MachineFiles::kDisk).string(),
                                          std::to_string(machine.disk->count)}}));
  }
  if (machine.iso && machine.medium == Medium::usb)
    return make_usb_stick(runner, machine, directory);
  return {};
}

Status copy_sparse(os::CommandRunner& runner, const fs::path& from, const fs::path& to) {
  TRY(os::run_checked(runner, {.argv = {"cp", "--sparse=always", "--reflink=auto", "--",
                                        from.string(), to.string()}}));
  return {};
}

Status prepare_saved_machine(os::CommandRunner& runner, const MachinePlan& machine,
                             const LabPlan& plan, const fs::path& saved) {
  const fs::path directory = plan.directory / machine.name;
  TRY(os::make_directory(directory, {.mode = 0700}));
  TRY_ASSIGN(const auto names, os::list_directory(saved / machine.name));
  for (const std::string& name : names) {
    const fs::path from = saved / machine.name / name;
    if (name == MachineFiles::kMemory) {
      TRY(os::write_symlink(directory / name, from));
      continue;
    }
    TRY(copy_sparse(runner, from, directory / name));
  }
  return {};
}

Result<std::vector<fs::path>> remove_files(const LabPlan& plan, Leftovers leftovers) {
  std::vector<fs::path> kept;
  for (const MachinePlan& machine : plan.machines) {
    const fs::path directory = plan.directory / machine.name;
    TRY_ASSIGN(const auto names, os::list_directory(directory));
    for (const std::string& name : names) {
      const bool console = std::ranges::contains(kConsoleFiles, name);
      if (console && leftovers == Leftovers::keep_consoles) {
        kept.push_back(directory / name);
      } else {
        TRY(os::remove_tree(directory / name));
      }
    }
    if (leftovers == Leftovers::remove) TRY(os::remove_tree(directory));
  }
  for (const std::string_view name : kLabFiles) {
    const bool needed_later = leftovers == Leftovers::keep_consoles && name == LabFiles::kPlan;
    if (!needed_later) TRY(os::remove_tree(plan.directory / name));
  }
  return kept;
}

}  // namespace muster::lab
