#include "lab/lab_memory.h"

#include <algorithm>
#include <format>

#include "core/os/file_lock.h"
#include "core/os/files.h"

namespace muster::lab {
namespace {

Bytes resident_of(const os::ProcessId& process) {
  return os::read_resident_memory(process).value_or(Bytes{});
}

/// Labs in directories of their own choice are not known here.
Result<Bytes> unclaimed_by_all() {
  Bytes sum;
  TRY_ASSIGN(const auto names, os::list_directory(labs_directory()));
  for (const std::string& name : names) {
    // Damaged records are told to whoever asks for that lab.
    if (const auto view = read_lab(labs_directory() / name)) {
      sum.count += unclaimed_memory(*view, resident_of).count;
    }
  }
  return sum;
}

}  // namespace

Bytes unclaimed_memory(const LabView& view, const ResidentMemory& resident) {
  Bytes sum;
  if (view.condition != Condition::up) return sum;
  for (const MachinePlan& machine : view.plan.machines) {
    const MachineState* state = view.state.find_machine(machine.name);
    const Bytes taken = state != nullptr && state->process ? resident(*state->process) : Bytes{};
    const Bytes promised = host_memory(machine);
    if (taken < promised) sum.count += promised.count - taken.count;
  }
  return sum;
}

Status check_memory(Bytes needed) {
  TRY_ASSIGN(const Bytes available, read_available_memory());
  TRY_ASSIGN(const Bytes unclaimed, unclaimed_by_all());
  const Bytes left{available.count - std::min(available.count, unclaimed.count)};
  if (needed <= left) return {};
  const std::string others = unclaimed.count == 0
                                 ? ""
                                 : std::format(
                                       ", without {} that labs which are up were promised and may "
                                       "still take",
                                       human(unclaimed));
  return fail(std::format("the lab needs {}, and this machine has {} to give{}", human(needed),
                          human(left), others),
              "ask for fewer nodes, or less with --memory and --head-memory");
}

Result<os::Handle> take_turn_for_memory() {
  const auto parent = labs_directory().parent_path();
  TRY(os::make_directory(parent));
  return os::lock_file(parent / "lab-memory.lock");
}

}  // namespace muster::lab
