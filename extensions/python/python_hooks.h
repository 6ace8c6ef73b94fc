#pragma once
// Hooks that are functions of a Python module: one interpreter in this process, for one extension.
// What Python does there is in sdk/python/muster/_host.py.

#include <filesystem>

#include "extensions/hook_runner.h"

namespace muster::python {

/// The interpreter starts with the first hook, and never ends: its modules keep what they have from
/// one hook to the next. A hook that does not end in its time is told so by an exception; when it
/// goes on after that, the kernel kills this process.
class PythonHooks final : public extensions::HookRunner {
 public:
  /// `packages`: where the package `muster` is.
  explicit PythonHooks(std::filesystem::path packages) : packages_(std::move(packages)) {}
  extensions::HookAnswer run(const extensions::Installed& extension,
                             const extensions::Question& question,
                             const extensions::OnCall& call) override;

 private:
  void start();

  std::filesystem::path packages_;
  bool is_started_ = false;
};

}  // namespace muster::python
