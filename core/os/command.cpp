#include "core/os/command.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <format>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "core/base/text.h"
#include "core/os/exec_arguments.h"
#include "core/os/handle.h"
#include "core/os/held_signals.h"
#include "core/os/start_child.h"
#include "core/os/uninterrupted.h"

namespace muster::os {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  Handle read;
  Handle write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> fds{};
  if (pipe2(fds.data(), O_CLOEXEC) != 0) {
    return fail(std::format("cannot make a pipe: {}", std::strerror(errno)));
  }
  return Pipe{Handle(fds[0]), Handle(fds[1])};
}

/// What the child still needs after fork, prepared before it: no allocation may follow fork.
struct ChildPlan {
  char* const* argv;
  char* const* envp;
  const char* root;
  const char* cwd;
  int in;
  int out;
  int err;
  int report = -1;
};

/// Groups of the programs that run now, for a signal's handler: 0 is a free place.
constexpr std::size_t kMostAtOnce = 64;
std::array<std::atomic<pid_t>, kMostAtOnce> running_groups;
/// The first signal that came; 0: none.
std::atomic<int> interrupted_by = 0;
/// When the last one came that counts, and how many counted. Units: milliseconds of the clock that
/// nobody sets.
std::atomic<std::int64_t> interrupted_ms = 0;
std::atomic<int> interruptions = 0;
/// timeout(1) signals a program and then its group, and a terminal that is closed signals twice.
constexpr std::int64_t kSameMs = 100;
/// Whether the caller puts things in order before we end.
std::atomic<bool> is_orderly = false;

/// Whether a program was there. Async-signal-safe (signal-safety(7)).
bool signal_programs(int number) {
  bool any = false;
  for (const auto& group : running_groups) {
    const pid_t pid = group.load();
    if (pid == 0) continue;
    any = true;
    kill(-pid, number);
  }
  return any;
}

/// Whether a signal is one that came already, told once more. Async-signal-safe.
bool is_told_again() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const std::int64_t now_ms = std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
  const std::int64_t last_ms = interrupted_ms;
  if (last_ms != 0 && now_ms - last_ms < kSameMs) return true;
  interrupted_ms = now_ms;
  return false;
}

/// Async-signal-safe.
void end_programs(int signal_number) {
  if (is_told_again()) return;
  int none = 0;
  ++interruptions;
  const bool is_first = interrupted_by.compare_exchange_strong(none, signal_number);
  if (is_orderly) {
    signal_programs(is_first ? SIGTERM : SIGKILL);
    return;
  }
  // Not the signal itself: what a shell runs in the background ignores SIGINT.
  if (is_first && signal_programs(SIGTERM)) return;
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

/// A program's place in running_groups while it runs.
class RunningGroup {
 public:
  explicit RunningGroup(pid_t pid) {
    for (auto& place : running_groups) {
      pid_t free = 0;
      if (!place.compare_exchange_strong(free, pid)) continue;
      place_ = &place;
      return;
    }
  }
  RunningGroup(const RunningGroup&) = delete;
  RunningGroup& operator=(const RunningGroup&) = delete;
  ~RunningGroup() {
    if (place_ != nullptr) place_->store(0);
  }

 private:
  std::atomic<pid_t>* place_ = nullptr;
};

bool prepare_child(const ChildPlan& plan) {
  setpgid(0, 0);
  // Whoever wanted the program is gone: nobody would wait for it or put its work in order.
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  return dup2(plan.in, 0) >= 0 && dup2(plan.out, 1) >= 0 && dup2(plan.err, 2) >= 0 &&
         (plan.root == nullptr || chroot(plan.root) == 0) &&
         chdir(plan.cwd == nullptr ? "/" : plan.cwd) == 0;
}

/// Cuts what arrives into lines for on_line.
class LineFeed {
 public:
  explicit LineFeed(const std::function<void(std::string_view)>& on_line) : on_line_(on_line) {}
  void add(std::string_view bytes) {
    if (!on_line_) return;
    pending_ += bytes;
    std::size_t start = 0;
    for (std::size_t end; (end = pending_.find('\n', start)) != std::string::npos;
         start = end + 1) {
      on_line_(std::string_view(pending_).substr(start, end - start));
    }
    pending_.erase(0, start);
  }

 private:
  const std::function<void(std::string_view)>& on_line_;
  std::string pending_;
};

/// The running child with the pipes to it.
struct Running {
  pid_t pid = 0;
  Handle in;
  Handle out;
  Handle err;
};

Result<Running> start(const Command& command) {
  TRY_ASSIGN(Pipe in, make_pipe());
  TRY_ASSIGN(Pipe out, make_pipe());
  TRY_ASSIGN(Pipe err, make_pipe());
  Handle null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  std::vector<std::string> argv = command.argv;
  std::vector<std::string> env = clean_environment(command.env);
  const std::vector<char*> argv_pointers = pointers(argv);
  const std::vector<char*> env_pointers = pointers(env);
  const std::string root = command.root ? command.root->string() : "";
  const std::string cwd = command.cwd    ? command.cwd->string()
                          : command.root ? "/"
                                         : std::filesystem::current_path().string();
  const ChildPlan plan{.argv = argv_pointers.data(),
                       .envp = env_pointers.data(),
                       .root = root.empty() ? nullptr : root.c_str(),
                       .cwd = cwd.c_str(),
                       .in = command.input ? in.read.get() : null.get(),
                       .out = out.write.get(),
                       .err = err.write.get()};
  TRY_ASSIGN(const pid_t pid, start_child(argv[0], plan, &prepare_child,
                                          [](pid_t child) { setpgid(child, child); }));
  if (!command.input) in.write.close();
  return Running{pid, std::move(in.write), std::move(out.read), std::move(err.read)};
}

/// For poll(2); -1: for ever.
int remaining_ms(std::optional<Clock::time_point> deadline) {
  if (!deadline) return -1;
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(*deadline - Clock::now()).count();
  return left < 0 ? 0 : static_cast<int>(std::min<long long>(left, 1'000'000));
}

/// Moves bytes between the child and us until both its outputs are closed or time runs out.
class Pump {
 public:
  Pump(const Command& command, Running& child, CommandResult& result)
      : command_(command), child_(child), result_(result), feed_(command.on_line) {}

  Status run(std::optional<Clock::time_point> deadline) {
    while (child_.out.get() >= 0 || child_.err.get() >= 0) {
      std::array<pollfd, 3> waits = {pollfd{child_.out.get(), POLLIN, 0},
                                     pollfd{child_.err.get(), POLLIN, 0},
                                     pollfd{child_.in.get(), POLLOUT, 0}};
      const int ready = poll(waits.data(), waits.size(), remaining_ms(deadline));
      if (ready == 0) return fail(std::format("'{}' did not end in time", command_.argv[0]));
      if (ready < 0 && errno != EINTR) return fail(std::format("poll: {}", std::strerror(errno)));
      if (ready < 0) continue;
      if (waits[0].revents != 0) TRY(take(child_.out, result_.out));
      if (waits[1].revents != 0) TRY(take(child_.err, result_.err));
      if (waits[2].revents != 0) give();
    }
    return {};
  }

 private:
  Status take(Handle& from, std::string& into) {
    std::array<char, 65536> buffer{};
    const ssize_t count =
        uninterrupted([&] { return read(from.get(), buffer.data(), buffer.size()); });
    if (count <= 0) {
      from.close();
      return {};
    }
    const std::string_view piece(buffer.data(), static_cast<std::size_t>(count));
    keep(piece, into);
    feed_.add(piece);
    return log(piece);
  }

  void keep(std::string_view piece, std::string& into) {
    const std::size_t room =
        command_.most_output ? *command_.most_output - into.size() : piece.size();
    const std::string_view kept = piece.substr(0, room);
    into += kept;
    result_.dropped += piece.size() - kept.size();
  }

  Status log(std::string_view piece) {
    if (!command_.log) return {};
    if (log_.get() < 0) {
      log_ = Handle(open(command_.log->c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    }
    const int error = write_all(log_.get(), piece);
    if (error == 0) return {};
    return fail(std::format("cannot write '{}': {}", command_.log->string(), std::strerror(error)));
  }

  void give() {
    const std::string_view rest = std::string_view(*command_.input).substr(given_);
    const std::size_t size = std::min<std::size_t>(rest.size(), 4096);
    const ssize_t count =
        size == 0 ? 0 : uninterrupted([&] { return write(child_.in.get(), rest.data(), size); });
    if (count > 0) given_ += static_cast<std::size_t>(count);
    // A program may end without reading all of its input; its status tells whether that is an
    // error.
    if (count < 0 || given_ == command_.input->size()) child_.in.close();
  }

  const Command& command_;
  Running& child_;
  CommandResult& result_;
  LineFeed feed_;
  Handle log_;
  std::size_t given_ = 0;
};

/// Waits until the child ends, and leaves it to be collected. One that closed its outputs may still
/// run. Errors: the time is over.
Status wait_until_ended(pid_t pid, std::string_view program,
                        std::optional<Clock::time_point> deadline) {
  if (!deadline) return {};
  const Handle end(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  // Who ignores SIGCHLD has no children to collect.
  if (!end && errno == ESRCH) return {};
  if (!end) return fail(std::format("cannot wait for '{}': {}", program, std::strerror(errno)));
  pollfd ended{end.get(), POLLIN, 0};
  const int ready = uninterrupted([&] { return poll(&ended, 1, remaining_ms(deadline)); });
  if (ready > 0) return {};
  return fail(std::format("'{}' did not end in time", program));
}

/// The child's exit status in the shell's form.
int wait_for(pid_t pid) {
  int status = 0;
  uninterrupted([&] { return waitpid(pid, &status, 0); });
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::string quoted(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,@%+";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string result = "'";
  for (const char c : word) {
    if (c == '\'') {
      result += "'\\''";
    } else {
      result += c;
    }
  }
  return result + "'";
}

std::unexpected<Error> interrupted(const Command& command) {
  return fail(std::format("'{}' was interrupted", command.argv[0]));
}

std::string last_lines(const std::string& text, std::size_t count) {
  std::vector<std::string> all = lines(text);
  if (all.size() > count) all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(count));
  return join(all, "\n  ");
}

}  // namespace

OrderlyEnd::OrderlyEnd() { is_orderly = true; }

OrderlyEnd::~OrderlyEnd() {
  is_orderly = false;
  const int signal_number = interrupted_by;
  if (signal_number == 0) return;
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

bool is_interrupted() { return interrupted_by != 0; }

bool is_interrupted_again() { return interruptions > 1; }

void end_programs_on_signals() {
  struct sigaction action{};
  action.sa_handler = &end_programs;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before{};
    CHECK(sigaction(number, nullptr, &before) == 0);
    // nohup(1) wants it ignored.
    if (before.sa_handler == SIG_IGN) continue;
    CHECK(sigaction(number, &action, nullptr) == 0);
  }
}

std::string to_string(const Command& command) {
  std::vector<std::string> words;
  if (command.root) words = {"chroot", quoted(command.root->string())};
  for (const auto& [name, value] : command.env) words.push_back(quoted(name + "=" + value));
  for (const std::string& word : command.argv) words.push_back(quoted(word));
  return join(words, " ");
}

Result<CommandResult> PosixCommandRunner::run(const Command& command) {
  CHECK(!command.argv.empty());
  // A child that ends early must not end us when we still write to it.
  static const bool pipe_ignored = signal(SIGPIPE, SIG_IGN) != SIG_ERR;
  CHECK(pipe_ignored);
  // A signal that came before the program has its place would end us and not it.
  std::optional<HeldSignals> held(std::in_place);
  const bool interrupted_before = is_interrupted();
  if (interrupted_before && is_orderly) return interrupted(command);
  TRY_ASSIGN(Running child, start(command));
  const RunningGroup group(child.pid);
  held.reset();
  std::optional<Clock::time_point> deadline;
  if (command.timeout.count() > 0) deadline = Clock::now() + command.timeout;
  CommandResult result;
  Status pumped = Pump(command, child, result).run(deadline);
  if (pumped) pumped = wait_until_ended(child.pid, command.argv[0], deadline);
  if (!pumped) kill(-child.pid, SIGKILL);
  result.status = wait_for(child.pid);
  if (is_interrupted() && !interrupted_before) return interrupted(command);
  if (!pumped) return std::unexpected(pumped.error());
  return result;
}

Status check_status(const Command& command, const CommandResult& result) {
  if (result.status == 0) return {};
  const std::string& said = trim(result.err).empty() ? result.out : result.err;
  return fail(std::format("'{}' ended with status {}{}{}", to_string(command), result.status,
                          said.empty() ? "" : ":\n  ", last_lines(said, 20)));
}

Result<std::string> run_checked(CommandRunner& runner, const Command& command) {
  TRY_ASSIGN(CommandResult result, runner.run(command));
  TRY(check_status(command, result));
  return std::move(result.out);
}

}  // namespace muster::os
