#include "iso/inspect/layer.h"

#include <algorithm>
#include <format>
#include <iterator>
#include <set>

#include "core/base/units.h"
#include "core/os/files.h"
#include "iso/inspect/modules.h"
#include "iso/inspect/secrets.h"

namespace muster::inspect {
namespace {

constexpr unsigned kPrivileged = 06000;
constexpr unsigned kSticky = 01000;
constexpr auto kModules = "usr/lib/modules";

/// Debian's kernel has 0.1 GiB, and a tree may have several with drivers of others.
constexpr std::uint64_t kMostModules = 4ULL << 30U;

/// Debian gives such numbers to people (adduser.conf(5): FIRST_UID, LAST_UID).
bool is_persons(std::uint32_t number) { return number >= 1000 && number <= 59999; }

/// The kernels whose modules are in the tree.
struct Kernels {
  std::size_t modules = 0;
  /// Of all files, unpacked.
  std::uint64_t bytes = 0;
  /// Names of those that are there whole: with the lists that come with a kernel.
  std::set<std::string> whole;
};

Kernels kernels_in(const std::vector<TreeEntry>& entries) {
  const std::string start = std::string(kModules) + "/";
  Kernels kernels;
  // Plain files, as everything that is read of a tree of somebody else.
  std::set<std::string> builtin;
  std::set<std::string> order;
  for (const auto& entry : entries) {
    if (entry.type != '-' || !entry.path.starts_with(start)) continue;
    kernels.bytes += std::min(entry.size, kMostModules + 1);
    if (is_module(entry.path)) ++kernels.modules;
    const auto name = entry.path.substr(start.size());
    const auto slash = std::min(name.find('/'), name.size());
    const auto version = name.substr(0, slash);
    if (name.substr(slash) == "/modules.builtin") builtin.insert(version);
    if (name.substr(slash) == "/modules.order") order.insert(version);
  }
  std::ranges::set_intersection(builtin, order,
                                std::inserter(kernels.whole, kernels.whole.begin()));
  return kernels;
}

Status inspect_texts(os::CommandRunner& runner, const Tree& tree,
                     const std::vector<TreeEntry>& entries,
                     const std::vector<std::string>& archives, LayerReport& report) {
  for (const auto& entry : entries) {
    if (!is_text_of_interest(entry)) continue;
    if (entry.size > kLargestText) {
      report.findings.push_back(
          {std::format("'{}' has {} and was not read", entry.path, human(Bytes{entry.size})),
           "no package writes such a file: make the layer anew"});
      continue;
    }
    TRY_ASSIGN(const auto text, read_tree_file(runner, tree, entry.path));
    add(report.findings, find_secrets(entry.path, text));
    add(report.remarks, find_other_archives(entry.path, text, archives));
  }
  return {};
}

/// Modules are asked what they need by modinfo(8), which reads files only.
Status inspect_modules(os::CommandRunner& runner, const Tree& tree, const Kernels& kernels,
                       LayerReport& report) {
  if (kernels.whole.empty()) return {};
  if (kernels.bytes > kMostModules) {
    report.findings.push_back(
        {std::format("below '{}' is more than {}, and what the modules need was not looked at",
                     kModules, human(Bytes{kMostModules})),
         "no kernel has so much: make the layer anew"});
    return {};
  }
  TRY_ASSIGN(const auto unpacked, os::TemporaryDirectory::make());
  TRY(unpack_folder(runner, tree, kModules, unpacked.path()));
  for (const std::string& kernel : kernels.whole) {
    TRY_ASSIGN(const auto modules, read_modules(runner, unpacked.path(), kernel));
    std::set<std::string> present;
    for (const auto& module : modules.modules) present.insert(module.name);
    add(report.findings, find_missing_modules(modules, present, {}));
  }
  return {};
}

}  // namespace

std::vector<std::string> privileged_files(const std::vector<TreeEntry>& entries) {
  std::vector<std::string> files;
  for (const auto& entry : entries) {
    if (entry.type != '-' || (entry.mode & kPrivileged) == 0) continue;
    files.push_back(
        std::format("{:04o} {}:{} {}", entry.mode, entry.owner, entry.group, entry.path));
  }
  std::ranges::sort(files);
  return files;
}

std::vector<std::string> enabled_units(const std::vector<TreeEntry>& entries) {
  static constexpr std::string_view kUnits = "etc/systemd/system/";
  std::vector<std::string> units;
  for (const auto& entry : entries) {
    if (entry.type != 'l' || !entry.path.starts_with(kUnits)) continue;
    const std::string below = entry.path.substr(kUnits.size());
    const auto slash = below.find('/');
    if (slash == std::string::npos) {
      if (entry.target == "/dev/null") units.push_back("masked " + below);
      continue;
    }
    const std::string folder = below.substr(0, slash);
    const auto dot = folder.rfind('.');
    const auto how = dot == std::string::npos ? "" : folder.substr(dot + 1);
    if (how != "wants" && how != "requires") continue;
    units.push_back(std::format("{} {} {}", folder.substr(0, dot), how, below.substr(slash + 1)));
  }
  std::ranges::sort(units);
  return units;
}

std::vector<Finding> find_open_files(const std::vector<TreeEntry>& entries) {
  std::vector<Finding> findings;
  for (const auto& entry : entries) {
    if (entry.type == 'l') continue;
    const bool is_shared = entry.type == 'd' && (entry.mode & kSticky) != 0;
    if ((entry.type == '-' || entry.type == 'd') && (entry.mode & 0002U) != 0 && !is_shared) {
      findings.push_back({std::format("everybody may change '{}'", entry.path),
                          "take the right away where the layer is made"});
    } else if (entry.type == '-' && (entry.mode & kPrivileged) != 0 && (entry.mode & 0022U) != 0) {
      findings.push_back(
          {std::format("'{}' runs with other rights, and a group may change it", entry.path),
           "take the right away where the layer is made"});
    }
    if (is_persons(entry.owner) || is_persons(entry.group)) {
      findings.push_back({std::format("'{}' belongs to {}:{}, numbers that people get", entry.path,
                                      entry.owner, entry.group),
                          "give it to a system account of system-users.list"});
    }
  }
  return findings;
}

Result<LayerReport> inspect_layer(os::CommandRunner& runner, const Tree& tree,
                                  const std::string& name,
                                  const std::vector<std::string>& archives) {
  TRY_ASSIGN(const auto entries, list_tree(runner, tree));
  LayerReport report{.name = name,
                     .files = entries.size(),
                     .privileged = privileged_files(entries),
                     .units = enabled_units(entries),
                     .findings = find_secret_files(entries),
                     .remarks = find_open_files(entries)};
  for (const auto& entry : entries) {
    if (entry.type == '-') report.bytes += entry.size;
  }
  add(report.remarks, find_shared_keys(entries));
  TRY(inspect_texts(runner, tree, entries, archives, report));
  const auto kernels = kernels_in(entries);
  if (kernels.modules > 0) report.modules = kernels.modules;
  TRY(inspect_modules(runner, tree, kernels, report));
  return report;
}

}  // namespace muster::inspect
