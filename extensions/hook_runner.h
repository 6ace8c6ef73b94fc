#pragma once
// Who runs the hooks of an extension: one implementation for each language.

#include "core/os/command.h"
#include "extensions/host.h"

namespace muster::extensions {

/// Threads: one.
class HookRunner {
 public:
  virtual ~HookRunner() = default;
  /// Never fails: an answer says why there is no output. Whatever the hook does is an answer with
  /// an error: it fails, runs too long, says too much, or what it answers is no JSON object.
  /// `call`: asks the daemon.
  virtual HookAnswer run(const Installed& extension, const Question& question,
                         const OnCall& call) = 0;
};

/// Hooks that are programs: hooks/NAME in the archive. They read the input and print the output.
class ShellHooks final : public HookRunner {
 public:
  explicit ShellHooks(os::CommandRunner& runner) : runner_(runner) {}
  /// A program calls nothing.
  HookAnswer run(const Installed& extension, const Question& question, const OnCall& call) override;

 private:
  os::CommandRunner& runner_;
};

/// What a hook is told, as JSON.
std::string render_input(const Question& question);

/// The answer whose output is `text`, or that says why it is none. `verb`: how the hook gave it,
/// such as "printed".
HookAnswer with_output(HookAnswer answer, std::string_view text, std::string_view verb);

}  // namespace muster::extensions
