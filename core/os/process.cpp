#include "core/os/process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <signal.h>
#include <span>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/text.h"
#include "core/os/exec_arguments.h"
#include "core/os/start_child.h"
#include "core/os/uninterrupted.h"

namespace muster::os {
namespace {

Handle open_pidfd(pid_t pid) { return Handle(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))); }

/// What the child needs after fork, prepared before it: no allocation may follow fork.
struct ProcessPlan {
  char* const* argv;
  char* const* envp;
  const char* cwd;
  int in;
  int out;
  int report = -1;
  pid_t parent;
  OnParentDeath on_parent_death;
  std::span<const PassedDescriptor> descriptors;
};

/// Asks the kernel to end us with our parent, unless it is gone already.
bool follow_parent(const ProcessPlan& plan) {
  if (plan.on_parent_death == OnParentDeath::keep) return true;
  return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == plan.parent;
}

/// Puts every passed descriptor in its place. All were moved above the places before fork, so that
/// none is overwritten by another's.
bool place_descriptors(const ProcessPlan& plan) {
  return std::ranges::all_of(plan.descriptors, [](const PassedDescriptor& passed) {
    return dup2(passed.ours, passed.theirs) >= 0;
  });
}

bool prepare_process(const ProcessPlan& plan) {
  setsid();
  return follow_parent(plan) && dup2(plan.in, 0) >= 0 &&
         (plan.out < 0 || (dup2(plan.out, 1) >= 0 && dup2(plan.out, 2) >= 0)) &&
         place_descriptors(plan) && chdir(plan.cwd) == 0;
}

/// Copies of the passed descriptors with numbers that no place has.
struct Lifted {
  std::vector<Handle> owned;
  std::vector<PassedDescriptor> descriptors;
};

Result<Lifted> lift(const std::vector<PassedDescriptor>& passed) {
  constexpr int kAbovePlaces = 64;
  Lifted lifted;
  for (const PassedDescriptor& one : passed) {
    CHECK(one.theirs > 2 && one.theirs < kAbovePlaces);
    Handle copy(fcntl(one.ours, F_DUPFD_CLOEXEC, kAbovePlaces));
    if (!copy) return fail(std::format("cannot pass a descriptor: {}", std::strerror(errno)));
    lifted.descriptors.push_back({.ours = copy.get(), .theirs = one.theirs});
    lifted.owned.push_back(std::move(copy));
  }
  return lifted;
}

Result<Handle> open_log(const std::optional<std::filesystem::path>& log) {
  if (!log) return Handle();
  Handle file(open(log->c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!file) return fail(std::format("cannot write '{}': {}", log->string(), std::strerror(errno)));
  return file;
}

}  // namespace

std::string to_string(const ExitReason& reason) {
  if (!reason.signal) return std::format("ended with status {}", reason.status);
  return std::format("was killed by signal {} ({})", *reason.signal, strsignal(*reason.signal));
}

Result<Child> spawn(const SpawnOptions& options) {
  CHECK(!options.argv.empty());
  TRY_ASSIGN(const Handle log, open_log(options.log));
  TRY_ASSIGN(const Lifted lifted, lift(options.descriptors));
  const Handle null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  std::vector<std::string> argv = options.argv;
  std::vector<std::string> env = clean_environment(options.env);
  const std::vector<char*> argv_pointers = pointers(argv);
  const std::vector<char*> env_pointers = pointers(env);
  const ProcessPlan plan{.argv = argv_pointers.data(),
                         .envp = env_pointers.data(),
                         .cwd = options.cwd.c_str(),
                         .in = null.get(),
                         .out = log.get(),
                         .parent = getpid(),
                         .on_parent_death = options.on_parent_death,
                         .descriptors = lifted.descriptors};
  TRY_ASSIGN(const pid_t pid, start_child(argv[0], plan, &prepare_process, [](pid_t) {}));
  TRY_ASSIGN(const ProcessId id, read_process(pid));
  return Child{.id = id, .pidfd = open_pidfd(pid)};
}

Result<std::optional<ExitReason>> reap(const Child& child) {
  int status = 0;
  const pid_t ended = uninterrupted([&] { return waitpid(child.id.pid, &status, WNOHANG); });
  if (ended == 0) return std::nullopt;
  if (ended < 0) {
    return fail(std::format("cannot wait for process {}: {}", child.id.pid, std::strerror(errno)));
  }
  if (WIFSIGNALED(status)) {
    return ExitReason{.status = 128 + WTERMSIG(status), .signal = WTERMSIG(status)};
  }
  return ExitReason{.status = WEXITSTATUS(status)};
}

Error become(const std::vector<std::string>& argv) {
  CHECK(!argv.empty());
  std::vector<std::string> words = argv;
  const std::vector<char*> pointers_to_words = pointers(words);
  execvp(words[0].c_str(), pointers_to_words.data());
  return {.message = std::format("cannot start '{}': {}", words[0], std::strerror(errno)),
          .hint = errno == ENOENT ? "install the package that provides it" : ""};
}

Error become_reader_of(std::string_view text, const std::vector<std::string>& argv) {
  const Handle file(memfd_create("text", MFD_CLOEXEC));
  if (!file || write_all(file.get(), text) != 0 || lseek(file.get(), 0, SEEK_SET) != 0 ||
      dup2(file.get(), STDIN_FILENO) < 0) {
    return {
        .message = std::format("cannot give '{}' its text: {}", argv.at(0), std::strerror(errno)),
        .hint = ""};
  }
  return become(argv);
}

void open_standard_streams() {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(number, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number is this one. Nothing can be written to what is open for reading only.
    if (open("/dev/null", O_RDONLY) < 0) return;
  }
}

Handle adopt_descriptor(int number) {
  fcntl(number, F_SETFD, FD_CLOEXEC);
  return Handle(number);
}

namespace {

/// The fields of /proc/PID/stat after the name, which is in parentheses and may hold anything.
Result<std::vector<std::string>> read_stat(pid_t pid) {
  std::ifstream file(std::format("/proc/{}/stat", pid));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return fail(std::format("there is no process {}", pid));
  return split(trim(std::string_view(text).substr(name_end + 1)), ' ');
}

constexpr std::size_t kState = 0;       // field 3 of proc_pid_stat(5)
constexpr std::size_t kStartTime = 19;  // field 22
constexpr std::size_t kResident = 21;   // field 24, in pages

}  // namespace

Result<ProcessId> read_process(pid_t pid) {
  TRY_ASSIGN(const auto fields, read_stat(pid));
  if (fields.size() <= kStartTime) return fail(std::format("process {} has no start time", pid));
  return ProcessId{.pid = pid, .start_time = parse_number(fields[kStartTime]).value_or(0)};
}

bool is_running(const ProcessId& process) {
  const auto fields = read_stat(process.pid);
  if (!fields || fields->size() <= kStartTime) return false;
  const std::string& state = (*fields)[kState];
  return parse_number((*fields)[kStartTime]) == process.start_time && state != "Z" && state != "X";
}

Result<Bytes> read_resident_memory(const ProcessId& process) {
  if (!is_running(process)) return fail(std::format("process {} is gone", process.pid));
  TRY_ASSIGN(const auto fields, read_stat(process.pid));
  const auto pages = fields.size() > kResident ? parse_number(fields[kResident]) : std::nullopt;
  if (!pages) return fail(std::format("'/proc/{}/stat' does not say the memory", process.pid));
  return Bytes{*pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))};
}

Status signal_process(const ProcessId& process, int signal) {
  // The pidfd is opened first and compared second: from then on it means this process or none.
  const Handle pidfd = open_pidfd(process.pid);
  if (!pidfd || !is_running(process)) return {};
  if (syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0) != 0 && errno != ESRCH) {
    return fail(std::format("cannot signal process {}: {}", process.pid, std::strerror(errno)));
  }
  return {};
}

Status wait_until_gone(const ProcessId& process, std::chrono::milliseconds timeout) {
  const Handle pidfd = open_pidfd(process.pid);
  if (!pidfd || !is_running(process)) return {};
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd wait{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
    const int ready = poll(&wait, 1, static_cast<int>(std::max<long long>(left.count(), 0)));
    if (ready > 0) return {};
    if (ready == 0) return fail(std::format("process {} does not end", process.pid));
    if (errno != EINTR) return fail(std::format("poll: {}", std::strerror(errno)));
  }
}

Result<std::filesystem::path> read_own_program() {
  std::error_code error;
  auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return fail(std::format("cannot read '/proc/self/exe': {}", error.message()));
  return program;
}

Result<std::string> read_boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string text;
  if (!std::getline(file, text)) {
    return fail("cannot read '/proc/sys/kernel/random/boot_id'", "is /proc mounted?");
  }
  return text;
}

}  // namespace muster::os
