#include "core/os/confine.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <format>
#include <grp.h>
#include <memory>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace muster::os {
namespace {

// Debian's account "nobody" and its group (Debian policy §9.2.2).
constexpr uid_t kNobody = 65534;

/// What a program needs that only computes. A sanitizer tries with a pipe whether memory is there.
constexpr std::array kAllowed = {
    SCMP_SYS(write),          SCMP_SYS(close),         SCMP_SYS(fstat),
    SCMP_SYS(lseek),          SCMP_SYS(brk),           SCMP_SYS(mmap),
    SCMP_SYS(munmap),         SCMP_SYS(mremap),        SCMP_SYS(mprotect),
    SCMP_SYS(madvise),        SCMP_SYS(futex),         SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),  SCMP_SYS(sigaltstack),
    SCMP_SYS(getrandom),      SCMP_SYS(clock_gettime), SCMP_SYS(getpid),
    SCMP_SYS(gettid),
#ifdef __SANITIZE_ADDRESS__
    SCMP_SYS(pipe2),          SCMP_SYS(read),
#endif
    SCMP_SYS(exit),           SCMP_SYS(exit_group),    SCMP_SYS(restart_syscall)};

std::unexpected<Error> cannot_confine(std::string_view what, int error) {
  return fail(
      std::format("this process cannot give up its rights: {}: {}", what, std::strerror(error)));
}

Status limit(int resource, std::uint64_t most) {
  const rlimit both{.rlim_cur = most, .rlim_max = most};
  if (setrlimit(static_cast<__rlimit_resource_t>(resource), &both) == 0) return {};
  return cannot_confine("setrlimit", errno);
}

Status limit_resources(const Confinement& confinement) {
  TRY(limit(RLIMIT_CORE, 0));
  // A write fails then; without this the kernel would end the process.
  signal(SIGXFSZ, SIG_IGN);
  TRY(limit(RLIMIT_FSIZE, 0));
  TRY(limit(RLIMIT_CPU, confinement.seconds));
#ifndef __SANITIZE_ADDRESS__
  // The sanitizer's own map of memory is larger than any limit.
  TRY(limit(RLIMIT_AS, confinement.memory));
#endif
  return {};
}

Status become_nobody() {
  if (geteuid() != 0) return {};
  if (setgroups(0, nullptr) != 0) return cannot_confine("setgroups", errno);
  if (setresgid(kNobody, kNobody, kNobody) != 0) return cannot_confine("setresgid", errno);
  if (setresuid(kNobody, kNobody, kNobody) != 0) return cannot_confine("setresuid", errno);
  return {};
}

Status allow_only_computing() {
  const std::unique_ptr<void, decltype([](void* rules) { seccomp_release(rules); })> rules(
      seccomp_init(SCMP_ACT_ERRNO(EPERM)));
  if (rules == nullptr) return cannot_confine("seccomp", ENOSYS);
  for (const int number : kAllowed) {
    const int added = seccomp_rule_add(rules.get(), SCMP_ACT_ALLOW, number, 0);
    if (added != 0) return cannot_confine("seccomp", -added);
  }
  // It sets PR_SET_NO_NEW_PRIVS, too.
  const int loaded = seccomp_load(rules.get());
  return loaded == 0 ? Status() : cannot_confine("seccomp", -loaded);
}

}  // namespace

Status confine(const Confinement& confinement) {
  TRY(limit_resources(confinement));
  TRY(become_nobody());
  return allow_only_computing();
}

}  // namespace muster::os
