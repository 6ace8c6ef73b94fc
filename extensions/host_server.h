#pragma once
// muster-exthost's work: answers what the daemon asks one extension.

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "core/base/result.h"
#include "core/os/command.h"
#include "core/os/handle.h"

namespace muster::extensions {

struct HostOptions {
  std::filesystem::path store;
  /// The extension.
  std::string name;
  /// A host ends when nobody has asked for so long; systemd starts it again at the next question.
  std::chrono::milliseconds idle{0};
  /// Is told what goes wrong.
  std::function<void(const std::string& line)> say;
};

/// Serves `listener`. Errors: the extension is not installed; the socket fails.
Status serve_host(os::CommandRunner& runner, const os::Handle& listener,
                  const HostOptions& options);

}  // namespace muster::extensions
