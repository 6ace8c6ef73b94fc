#pragma once
// muster-exthost's work: answers what the daemon asks one extension.

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "core/base/result.h"
#include "core/os/handle.h"
#include "extensions/hook_runner.h"

namespace muster::extensions {

struct HostOptions {
  std::filesystem::path store;
  /// A host ends when nobody has asked for so long; systemd starts it again at the next question.
  std::chrono::milliseconds idle{0};
  /// Is told what goes wrong.
  std::function<void(const std::string& line)> say;
};

/// Answers whoever connects to `listener`, until the extension is not what is installed any more:
/// who waits then is served by the next host. Errors: the extension is not installed; the socket
/// fails.
Status serve_host(HookRunner& runner, const Installed& extension, const os::Handle& listener,
                  const HostOptions& options);

}  // namespace muster::extensions
