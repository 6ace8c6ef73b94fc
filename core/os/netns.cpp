#include "core/os/netns.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <sched.h>

namespace muster::os {

Status enter_new_network_namespace() {
  if (unshare(CLONE_NEWNET) == 0) return {};
  return fail(std::format("cannot make a network namespace: {}", std::strerror(errno)),
              errno == EPERM ? "run as root" : "");
}

Status enter_network_namespace_of(const ProcessId& process) {
  const std::string path = std::format("/proc/{}/ns/net", process.pid);
  const Handle space(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const int error = errno;
  // Compared after the open: what is open belongs to this process, whatever the pid is used for
  // later.
  if (!is_running(process)) return fail(std::format("process {} is gone", process.pid));
  if (!space) return fail(std::format("cannot open '{}': {}", path, std::strerror(error)));
  if (setns(space.get(), CLONE_NEWNET) == 0) return {};
  return fail(std::format("cannot enter '{}': {}", path, std::strerror(errno)),
              errno == EPERM ? "run as root" : "");
}

}  // namespace muster::os
