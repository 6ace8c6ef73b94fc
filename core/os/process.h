#pragma once
// Long-lived children and the identity of processes. Command (command.h) runs a program to its end;
// this starts one that stays, knows it again later, and ends exactly it. A pid alone is no
// identity: the kernel gives it to another process once it is free, so a pid goes with its start
// time.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "core/base/result.h"
#include "core/base/units.h"
#include "core/os/handle.h"

namespace muster::os {

/// One process for as long as this machine is up.
struct ProcessId {
  pid_t pid = 0;
  /// Units: clock ticks since the machine's boot (proc_pid_stat(5), field 22).
  std::uint64_t start_time = 0;
  bool operator==(const ProcessId&) const = default;
};

/// What happens to a child when the process that started it is gone.
enum class OnParentDeath { keep, kill };

/// A descriptor of ours that the child gets under a fixed number of three or more.
struct PassedDescriptor {
  int ours = -1;
  int theirs = -1;
};

struct SpawnOptions {
  /// Program and arguments; a program without '/' is looked up in PATH.
  std::vector<std::string> argv;
  std::filesystem::path cwd = "/";
  /// Added to a clean environment, as for Command.
  std::map<std::string, std::string> env = {};
  /// Both outputs are appended to this file; the caller's own outputs when absent.
  std::optional<std::filesystem::path> log = {};
  std::vector<PassedDescriptor> descriptors = {};
  OnParentDeath on_parent_death = OnParentDeath::keep;
};

/// How a child ended: its status, or the signal that ended it.
struct ExitReason {
  int status = 0;
  std::optional<int> signal = {};
  bool operator==(const ExitReason&) const = default;
};

/// "ended with status 1" or "was killed by signal 9 (Killed)".
std::string to_string(const ExitReason& reason);

/// A running child. Owns: the pidfd, which becomes readable when the child ends.
struct Child {
  ProcessId id;
  Handle pidfd;
};

/// Starts a program in a session of its own, with /dev/null as its input.
/// Errors: the program cannot be started.
Result<Child> spawn(const SpawnOptions& options);

/// Becomes another program, with our descriptors, environment and terminal; returns only when that
/// fails.
Error become(const std::vector<std::string>& argv);

/// As `become`, with a text as its standard input in place of ours.
Error become_reader_of(std::string_view text, const std::vector<std::string>& argv);

/// Opens those of standard input, output and error that our starter closed, so that no file or
/// socket of ours gets their numbers: reading finds the end, and writing fails as it would.
void open_standard_streams();

/// Collects a child that has ended; none while it still runs.
Result<std::optional<ExitReason>> reap(const Child& child);

/// Owns a descriptor that our starter passed to us; children of ours do not get it.
Handle adopt_descriptor(int number);

/// The process with this pid now. Errors: there is none.
Result<ProcessId> read_process(pid_t pid);

/// Whether exactly this process still runs; one that ended but was not collected does not.
bool is_running(const ProcessId& process);

/// What exactly this process has in memory, with files that it maps (proc_pid_stat(5), rss).
/// Errors: it is gone.
Result<Bytes> read_resident_memory(const ProcessId& process);

/// Sends a signal to exactly this process; nothing is sent when its pid is another's by now.
/// Errors: not permitted.
Status signal_process(const ProcessId& process, int signal);

/// Waits until the process is gone. Errors: it still runs when the time is over.
Status wait_until_gone(const ProcessId& process, std::chrono::milliseconds timeout);

/// The file of the program that runs now.
Result<std::filesystem::path> read_own_program();

/// This machine's boot, as a text that no other boot has.
Result<std::string> read_boot_id();

}  // namespace muster::os
