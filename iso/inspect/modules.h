#pragma once
// Kernel modules of a tree: what each needs (modinfo(8)), and whether what it needs is there. A
// module whose dependency is missing loads on no machine, and depmod(8) hides it: the list that it
// writes of a cut tree has no line about what was cut.

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"
#include "iso/inspect/finding.h"

namespace muster::inspect {

/// What a module's .modinfo section says.
struct Module {
  /// Below usr/lib/modules/VERSION: "kernel/drivers/net/tun.ko.xz".
  std::string path;
  /// As the kernel knows it, with '_' for every '-'.
  std::string name;
  /// Modules without which it does not load; names as above.
  std::vector<std::string> depends;
  /// Modules that it is to be loaded with where they exist (softdep and weakdep); aliases are among
  /// them, and names of what is built in.
  std::vector<std::string> soft;
  /// Files below usr/lib/firmware that it may ask for; '*' stands for anything.
  std::vector<std::string> firmware;
  bool operator==(const Module&) const = default;
};

/// The kernel's name of the module in a file: "kernel/a/snd-pcm.ko.xz" is snd_pcm.
std::string module_name(std::string_view path);

/// Whether this is the path of a module, compressed or not.
bool is_module(std::string_view path);

/// The output of `modinfo FILE…` for files below `folder`. Errors: a line that belongs to no file;
/// a file that is not below `folder`.
Result<std::vector<Module>> parse_modinfo(std::string_view text,
                                          const std::filesystem::path& folder);

/// The names in modules.order or modules.builtin, which have a path a line.
std::set<std::string> parse_module_names(std::string_view list);

/// The modules of one kernel, and the lists that came with it.
struct ModuleTree {
  std::vector<Module> modules;
  /// Names of what the kernel itself has.
  std::set<std::string> builtin;
  /// The paths of all modules that the kernel was made with, without the ending of a compressor.
  std::vector<std::string> made;
};

/// Reads usr/lib/modules/VERSION below `root`; modinfo is the caller's own.
/// Errors: modinfo fails; a list cannot be read.
Result<ModuleTree> read_modules(os::CommandRunner& runner, const std::filesystem::path& root,
                                const std::string& version);

/// A list of patterns by which files were left out, and what it is called.
struct CutList {
  std::string name;
  /// fnmatch(3) patterns of paths below usr/lib/modules/VERSION, where '*' crosses '/'; those that
  /// begin with '+' keep. The last that matches decides.
  std::vector<std::string> patterns;
};

/// The pattern that cuts this path; empty when none does.
std::string cutting_pattern(const std::vector<std::string>& patterns, const std::string& path);

/// One finding for each dependency of a module in `present` that is neither there nor built in, and
/// for each soft one that the kernel was made with; each names the list that cut it. `present`:
/// names. `tree` knows what every module needs and may have more than is present.
std::vector<Finding> find_missing_modules(const ModuleTree& tree,
                                          const std::set<std::string>& present,
                                          const std::vector<CutList>& cuts);

}  // namespace muster::inspect
