#pragma once
// The only door to other programs. A command is an argument vector, never a shell string.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace muster::os {

/// One program to run.
struct Command {
  /// Program and arguments; a program without '/' is looked up in PATH.
  std::vector<std::string> argv;
  std::optional<std::filesystem::path> cwd = {};
  /// Added to a clean environment (PATH, LANG=C.UTF-8, HOME); nothing else is inherited.
  std::map<std::string, std::string> env = {};
  /// Given to the program's standard input; /dev/null when absent.
  std::optional<std::string> input = {};
  /// When set, the program's root directory (chroot(2), before cwd).
  std::optional<std::filesystem::path> root = {};
  /// The program and its children are killed when it runs longer. 0: no limit.
  std::chrono::milliseconds timeout{0};
  /// Called with every line of output (stdout and stderr) as it comes, for progress. May be empty.
  std::function<void(std::string_view)> on_line = {};
  /// When set, stdout and stderr are appended to this file as well.
  std::optional<std::filesystem::path> log = {};
  /// When set, so many bytes of each output are kept from its beginning; the rest is read and
  /// counted.
  std::optional<std::size_t> most_output = {};
};

/// How a program ended.
struct CommandResult {
  /// Exit status, or 128 + signal number.
  int status = 0;
  std::string out;
  std::string err;
  /// Bytes of both outputs that were not kept.
  std::uint64_t dropped = 0;
};

/// The command as a person would paste it into a terminal.
std::string to_string(const Command& command);

/// A signal that comes within a tenth of a second of another is the same one: what ends a program
/// may tell it twice. From now on the first SIGINT, SIGTERM or SIGHUP ends the programs that run,
/// whose run() then fails with "interrupted", so that the caller can put things in order; the
/// second one, or one while no program runs, ends us. For programs of a person; a daemon has a
/// StopSignal. Threads: before any is started.
void end_programs_on_signals();

/// While one lives, these signals do not end us: no program is started any more ("interrupted"), a
/// read from the terminal fails (EINTR), and the caller puts things in order. At the end of its
/// life we end by the first of them. Programs that do not end at the first are killed at the
/// second. Only after end_programs_on_signals; one at a time.
class OrderlyEnd {
 public:
  OrderlyEnd();
  OrderlyEnd(const OrderlyEnd&) = delete;
  OrderlyEnd& operator=(const OrderlyEnd&) = delete;
  ~OrderlyEnd();
};

/// Whether the first signal came.
bool is_interrupted();

/// Whether another came after it.
bool is_interrupted_again();

/// Runs commands. Threads: implementations may be called from several threads.
class CommandRunner {
 public:
  virtual ~CommandRunner() = default;

  /// Runs to the end and returns its status and output, whatever the status is.
  /// Errors: the program cannot be started; the time ran out.
  virtual Result<CommandResult> run(const Command& command) = 0;
};

/// Errors: the status is not 0, with the last lines of stderr, or of stdout where that is empty.
Status check_status(const Command& command, const CommandResult& result);

/// Runs `command` and returns its stdout.
/// Errors: as CommandRunner::run; and a status other than 0, with the last lines of stderr.
Result<std::string> run_checked(CommandRunner& runner, const Command& command);

/// Starts real processes: own process group, descriptors closed on exec.
class PosixCommandRunner : public CommandRunner {
 public:
  Result<CommandResult> run(const Command& command) override;
};

}  // namespace muster::os
