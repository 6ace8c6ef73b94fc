#include "iso/inspect/firmware.h"

#include <algorithm>
#include <array>
#include <fnmatch.h>
#include <format>

namespace muster::inspect {
namespace {

namespace fs = std::filesystem;

bool matches(const std::string& pattern, const std::string& path) {
  return fnmatch(pattern.c_str(), path.c_str(), 0) == 0;
}

/// The name that a driver asks for: the kernel looks for a compressed file as well.
std::string asked_name(const std::string& file) {
  for (const auto* ending : {".xz", ".zst"}) {
    if (file.ends_with(ending)) return file.substr(0, file.rfind('.'));
  }
  return file;
}

}  // namespace

FirmwareFiles read_firmware(const fs::path& root) {
  const auto folder = root / "usr/lib/firmware";
  FirmwareFiles files;
  if (!fs::is_directory(folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_directory() && !entry.is_symlink()) continue;
    const auto name = entry.path().lexically_relative(folder);
    std::string target;
    if (entry.is_symlink()) {
      target = (name.parent_path() / fs::read_symlink(entry.path())).lexically_normal().string();
    }
    files[name.string()] = std::move(target);
  }
  return files;
}

std::set<std::string> firmware_named(const FirmwareFiles& files, const std::string& pattern) {
  std::set<std::string> named;
  for (const auto& [file, target] : files) {
    if (!matches(pattern, asked_name(file)) && !matches(pattern, file)) continue;
    // A chain of links ends where a file is, or where it would begin anew.
    for (auto at = files.find(file); at != files.end() && named.insert(at->first).second;) {
      at = files.find(at->second);
    }
  }
  return named;
}

std::vector<Finding> find_missing_firmware(const ModuleTree& tree,
                                           const std::set<std::string>& present,
                                           const std::vector<std::string>& folders,
                                           const FirmwareFiles& files,
                                           const std::vector<std::string>& absent) {
  std::vector<Finding> findings;
  for (const auto& module : tree.modules) {
    const bool is_looked_at =
        present.contains(module.name) &&
        std::ranges::any_of(folders, [&](const auto& f) { return module.path.starts_with(f); });
    if (!is_looked_at) continue;
    for (const auto& file : module.firmware) {
      const bool is_known =
          std::ranges::any_of(absent, [&](const auto& pattern) { return matches(pattern, file); });
      if (is_known || !firmware_named(files, file).empty()) continue;
      findings.push_back(
          {.message = std::format("driver '{}' may ask for the firmware '{}', which is not there",
                                  module.name, file),
           .hint = "add the package that has the file, or name the file where it is known to be "
                   "absent"});
    }
  }
  return findings;
}

}  // namespace muster::inspect
