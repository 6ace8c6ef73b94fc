#pragma once
// One word of the kernel's command line: what cluster.yaml takes is what the boot loaders pass on.
//
// iPXE splits a line at blanks, takes "||", "&&" and ";" as ends of a command and "#" as the start
// of a comment when a word is or starts so, and replaces "${…}" (ipxe.org/scripting). GRUB passes
// on what stands between single quotes as it is, but for the quote itself, and some versions put a
// backslash before quotes and backslashes. The kernel reads double quotes (admin-guide/
// kernel-parameters). So a word starts with a letter, a digit, '-' or '_', and has no quote, no
// backslash and no "${": `memmap=4G!8G` and `memmap=4G$8G` are words.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace muster::spec {

class KernelArgument {
 public:
  /// An empty word, in the place of one that could not be read.
  KernelArgument() = default;

  /// Errors: empty, longer than 256, "--" or "---", or a character that a loader reads as its own.
  static Result<KernelArgument> parse(std::string_view text);

  /// Tells the agent which profile the machine was started as. `name` is that of a profile of a
  /// valid specification, whose characters are all allowed.
  static KernelArgument profile(std::string_view name);
  /// Tells the agent which image the machine was started with: "NAME@ID".
  static KernelArgument image(std::string_view reference);

  const std::string& text() const { return text_; }
  /// What stands before the first '='.
  std::string_view name() const;

  bool operator==(const KernelArgument&) const = default;

 private:
  explicit KernelArgument(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// As texts, for files and answers.
std::vector<std::string> texts_of(std::span<const KernelArgument> arguments);

}  // namespace muster::spec
