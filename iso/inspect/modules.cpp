#include "iso/inspect/modules.h"

#include <algorithm>
#include <fnmatch.h>
#include <format>
#include <map>

#include "core/base/text.h"
#include "core/os/files.h"

namespace muster::inspect {
namespace {

namespace fs = std::filesystem;

/// modinfo takes them as arguments; more than this could be too long for one call (execve(2)).
constexpr std::size_t kFilesACall = 1000;

std::string kernel_name(std::string_view word) {
  std::string name(word);
  std::ranges::replace(name, '-', '_');
  return name;
}

std::string without_compression(std::string_view path) {
  const auto end = path.rfind(".ko");
  return std::string(path.substr(0, end == std::string_view::npos ? end : end + 3));
}

void add_names(std::vector<std::string>& names, std::string_view words, char separator) {
  for (const auto& word : split(words, separator)) {
    if (!word.empty()) names.push_back(kernel_name(word));
  }
}

/// "pre: a b post: c", or names alone.
void add_soft(std::vector<std::string>& names, std::string_view words) {
  for (const auto& word : split(words, ' ')) {
    if (!word.empty() && word != "pre:" && word != "post:") names.push_back(kernel_name(word));
  }
}

void add_field(Module& module, std::string_view name, std::string_view value) {
  if (name == "depends") add_names(module.depends, value, ',');
  if (name == "softdep") add_soft(module.soft, value);
  if (name == "weakdep") add_names(module.soft, value, ' ');
  if (name == "firmware") module.firmware.emplace_back(value);
}

Finding missing(const Module& module, const std::string& lacks, const std::string& path,
                const std::vector<CutList>& cuts) {
  Finding finding{
      .message = std::format("module '{}' needs '{}', which is not there", module.name, lacks),
      .hint = "the kernel's package lacks it: leave the module out as well"};
  if (path.empty()) return finding;
  finding.hint = "look at what unpacks the kernel's package";
  for (const auto& list : cuts) {
    const auto pattern = cutting_pattern(list.patterns, path);
    if (pattern.empty()) continue;
    return {
        .message = std::format("module '{}' needs '{}', which the pattern '{}' of '{}' cuts",
                               module.name, lacks, pattern, list.name),
        .hint = std::format("take the pattern out of '{}', or cut the module as well", list.name)};
  }
  return finding;
}

/// Links are not followed: a link may lead anywhere.
Result<std::vector<std::string>> module_files(const fs::path& folder) {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  while (!error && entry != fs::recursive_directory_iterator()) {
    if (is_module(entry->path().string()) &&
        entry->symlink_status(error).type() == fs::file_type::regular) {
      files.push_back(entry->path().string());
    }
    if (!error) entry.increment(error);
  }
  if (error) return fail(std::format("cannot read '{}': {}", folder.string(), error.message()));
  std::ranges::sort(files);
  return files;
}

}  // namespace

std::string module_name(std::string_view path) {
  const auto file = path.substr(path.rfind('/') + 1);
  return kernel_name(file.substr(0, file.find(".ko")));
}

bool is_module(std::string_view path) {
  return path.ends_with(".ko") || path.ends_with(".ko.xz") || path.ends_with(".ko.zst") ||
         path.ends_with(".ko.gz");
}

Result<std::vector<Module>> parse_modinfo(std::string_view text, const fs::path& folder) {
  std::vector<Module> modules;
  const std::string start = folder.string() + "/";
  for (const auto& line : lines(text)) {
    // The lines of a signature that go on begin with a blank.
    const auto colon = line.find(':');
    if (colon == std::string::npos || line.starts_with('\t')) continue;
    const auto name = std::string_view(line).substr(0, colon);
    const auto value = trim(std::string_view(line).substr(colon + 1));
    if (name == "filename") {
      if (!value.starts_with(start)) {
        return fail(std::format("modinfo names '{}', which is not in '{}'", printable(value),
                                folder.string()));
      }
      const auto path = value.substr(start.size());
      modules.push_back({.path = std::string(path), .name = module_name(path)});
      continue;
    }
    if (modules.empty()) return fail(std::format("modinfo says '{}' of no file", printable(line)));
    add_field(modules.back(), name, value);
  }
  return modules;
}

std::set<std::string> parse_module_names(std::string_view list) {
  std::set<std::string> names;
  for (const auto& line : lines(list)) {
    if (const auto path = trim(line); !path.empty()) names.insert(module_name(path));
  }
  return names;
}

Result<ModuleTree> read_modules(os::CommandRunner& runner, const fs::path& root,
                                const std::string& version) {
  const auto folder = root / "usr/lib/modules" / version;
  ModuleTree tree;
  TRY_ASSIGN(const auto order, os::read_file(folder / "modules.order"));
  for (const auto& line : lines(order)) tree.made.push_back(without_compression(trim(line)));
  TRY_ASSIGN(const auto builtin, os::read_file(folder / "modules.builtin"));
  tree.builtin = parse_module_names(builtin);
  TRY_ASSIGN(const auto files, module_files(folder));
  for (std::size_t at = 0; at < files.size(); at += kFilesACall) {
    os::Command modinfo{.argv = {"modinfo"}};
    const auto end = std::min(at + kFilesACall, files.size());
    modinfo.argv.insert(modinfo.argv.end(), files.begin() + static_cast<std::ptrdiff_t>(at),
                        files.begin() + static_cast<std::ptrdiff_t>(end));
    TRY_ASSIGN(const auto text, run_checked(runner, modinfo));
    TRY_ASSIGN(const auto found, parse_modinfo(text, folder));
    tree.modules.insert(tree.modules.end(), found.begin(), found.end());
  }
  return tree;
}

std::string cutting_pattern(const std::vector<std::string>& patterns, const std::string& path) {
  std::string cutting;
  for (const auto& pattern : patterns) {
    const bool keeps = pattern.starts_with('+');
    if (fnmatch(pattern.c_str() + (keeps ? 1 : 0), path.c_str(), 0) != 0) continue;
    cutting = keeps ? std::string() : pattern;
  }
  return cutting;
}

std::vector<Finding> find_missing_modules(const ModuleTree& tree,
                                          const std::set<std::string>& present,
                                          const std::vector<CutList>& cuts) {
  std::map<std::string, std::string> made;
  for (const auto& path : tree.made) made[module_name(path)] = path;
  std::vector<Finding> findings;
  const auto look_for = [&](const Module& module, const std::string& lacks) {
    if (present.contains(lacks) || tree.builtin.contains(lacks)) return;
    const auto at = made.find(lacks);
    findings.push_back(missing(module, lacks, at == made.end() ? "" : at->second, cuts));
  };
  for (const auto& module : tree.modules) {
    if (!present.contains(module.name)) continue;
    for (const auto& name : module.depends) look_for(module, name);
    // One that no kernel of this kind was made with is missed by nobody, or it is an alias.
    for (const auto& name : module.soft) {
      if (made.contains(name)) look_for(module, name);
    }
  }
  return findings;
}

}  // namespace muster::inspect
