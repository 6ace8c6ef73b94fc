#pragma once
// Pretend machines on one wire for a test: what machines.py makes, and ways into it.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"
#include "core/os/files.h"
#include "core/os/process.h"
#include "core/plan/plan.h"

namespace muster::hpc::testing {

/// A machine to make: its name and its address with prefix, "10.77.0.1/16".
struct MachineSpec {
  std::string name;
  std::string address;
};

/// Runs commands in one machine.
class MachineRunner : public os::CommandRunner {
 public:
  explicit MachineRunner(pid_t pid) : pid_(pid) {}
  Result<os::CommandResult> run(const os::Command& command) override;
  /// The command line that runs `argv` in the machine.
  std::vector<std::string> inside(std::vector<std::string> argv) const;

 private:
  pid_t pid_;
  os::PosixCommandRunner runner_;
};

/// Owns: the machines; they end with it. Each knows the names of all.
class Machines {
 public:
  static Result<std::unique_ptr<Machines>> start(const std::vector<MachineSpec>& specs);
  ~Machines();

  MachineRunner& on(const std::string& name) { return runners_.at(name); }

  /// Makes the plan's directories and files, with owner and mode; other steps are passed over.
  Status write_files(const std::string& machine, const plan::Plan& plan);

  /// Starts a daemon that stays in the foreground.
  Status start_daemon(const std::string& machine, std::vector<std::string> argv);

  /// What the daemons of a machine wrote.
  std::string log(const std::string& machine) const;

 private:
  explicit Machines(os::TemporaryDirectory directory) : directory_(std::move(directory)) {}
  Status write_names(const std::vector<MachineSpec>& specs);

  os::TemporaryDirectory directory_;
  std::optional<os::Child> wire_;
  std::map<std::string, MachineRunner> runners_;
};

}  // namespace muster::hpc::testing
