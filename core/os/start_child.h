#pragma once
// The one place that forks.

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <string>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/result.h"
#include "core/os/exec_arguments.h"
#include "core/os/handle.h"
#include "core/os/uninterrupted.h"

namespace muster::os {

/// Becomes the program of `plan` when the child is `ready`, and else, or when that fails, writes
/// why to `plan.report` and ends: errno is the error of what was done last.
template <typename Plan>
[[noreturn]] void become_program(const Plan& plan, bool ready) {
  if (ready) {
    // Those of our parent must not run here: they end programs of others.
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
      struct sigaction known{};
      if (sigaction(number, nullptr, &known) == 0 && known.sa_handler != SIG_IGN) {
        signal(number, SIG_DFL);
      }
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    signal(SIGPIPE, SIG_DFL);
    execvpe(plan.argv[0], plan.argv, plan.envp);
  }
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(plan.report, &error, sizeof error);
  _exit(127);
}

/// Starts a child that becomes the program of `plan` when `prepare` says in it that all is ready.
/// `plan` has all that the child needs: only system calls may follow fork, and execvpe(3), which
/// glibc makes of such alone. `at_once` is called with the child's number before anybody waits for
/// it. Returns the child's number when the program runs. Errors: it does not, with what to install.
template <typename Plan, typename AtOnce>
Result<pid_t> start_child(const std::string& program, Plan plan, bool (*prepare)(const Plan&),
                          AtOnce at_once) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(std::format("cannot make a pipe: {}", std::strerror(errno)));
  }
  const Handle report_read(ends[0]);
  Handle report_write(ends[1]);
  plan.report = report_write.get();
  const pid_t pid = fork();
  if (pid < 0) return fail(std::format("cannot start '{}': {}", program, std::strerror(errno)));
  if (pid == 0) become_program(plan, prepare(plan));
  at_once(pid);
  report_write.close();
  const int error = read_start_error(report_read.get());
  if (error == 0) return pid;
  uninterrupted([&] { return waitpid(pid, nullptr, 0); });
  return fail(
      std::format("cannot start '{}': {}", program, std::strerror(error)),
      error == ENOENT ? std::format("install the package that provides '{}'", program) : "");
}

}  // namespace muster::os
