#include "iso/package_status.h"

#include <algorithm>
#include <format>
#include <set>
#include <tuple>

#include "core/base/text.h"

namespace muster::iso {
namespace {

using Fields = std::map<std::string, std::string>;

/// "cli11 (= 2.4.1), nlohmann-json3 (= 3.11)".
std::vector<CompiledIn> parse_compiled_in(const std::string& field) {
  static constexpr std::string_view kEquals = " (= ";
  std::vector<CompiledIn> parts;
  for (const auto& part : split(field, ',')) {
    const auto text = trim(part);
    const auto equals = text.find(kEquals);
    if (equals == std::string_view::npos || !text.ends_with(')')) continue;
    const auto start = equals + kEquals.size();
    parts.push_back({.source = std::string(text.substr(0, equals)),
                     .version = std::string(text.substr(start, text.size() - start - 1))});
  }
  return parts;
}

void add_package(std::vector<InstalledPackage>& packages, const Fields& fields) {
  const auto field = [&](const char* name) {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
  };
  if (field("Status") != "install ok installed") return;
  InstalledPackage package{.name = field("Package"),
                           .version = field("Version"),
                           .architecture = field("Architecture"),
                           .source = field("Source"),
                           .source_version = {},
                           .compiled_in = parse_compiled_in(field("Static-Built-Using"))};
  for (auto& part : parse_compiled_in(field("Built-Using"))) {
    if (!std::ranges::contains(package.compiled_in, part)) package.compiled_in.push_back(part);
  }
  package.source_version = package.version;
  if (package.source.empty()) package.source = package.name;
  // "Source: name (version)" when the source has another version.
  if (const auto open = package.source.find(" ("); open != std::string::npos) {
    package.source_version = package.source.substr(open + 2, package.source.size() - open - 3);
    package.source.resize(open);
  }
  packages.push_back(std::move(package));
}

std::string key_of(const InstalledPackage& package) {
  return package.name + ":" + package.architecture;
}

void compare_ids(std::vector<std::string>& found, std::string_view kind, const SystemView& left,
                 const SystemView& right) {
  const auto& ours = kind == "user" ? left.users : left.groups;
  const auto& theirs = kind == "user" ? right.users : right.groups;
  std::map<std::uint32_t, std::string> names;
  for (const auto& [name, id] : theirs) names.emplace(id, name);
  for (const auto& [name, id] : ours) {
    if (const auto other = theirs.find(name); other != theirs.end()) {
      if (other->second != id) {
        found.push_back(std::format("{} '{}' is {} in {} and {} in {}", kind, name, id, left.name,
                                    other->second, right.name));
      }
      continue;
    }
    if (const auto other = names.find(id); other != names.end()) {
      found.push_back(std::format("{} {} is '{}' in {} and '{}' in {}", kind, id, name, left.name,
                                  other->second, right.name));
    }
  }
}

}  // namespace

std::vector<InstalledPackage> parse_dpkg_status(std::string_view text) {
  std::vector<InstalledPackage> packages;
  Fields fields;
  for (const auto& line : lines(text)) {
    if (line.empty()) {
      add_package(packages, fields);
      fields.clear();
    } else if (const auto colon = line.find(": "); colon != std::string::npos && line[0] != ' ') {
      fields[line.substr(0, colon)] = line.substr(colon + 2);
    }
  }
  add_package(packages, fields);
  std::ranges::sort(packages, {}, [](const auto& p) { return std::tie(p.name, p.architecture); });
  return packages;
}

std::vector<InstalledPackage> added_packages(const std::vector<InstalledPackage>& lower,
                                             const std::vector<InstalledPackage>& upper) {
  std::set<std::string> known;
  for (const auto& package : lower) known.insert(key_of(package) + "=" + package.version);
  std::vector<InstalledPackage> added;
  for (const auto& package : upper) {
    if (!known.contains(key_of(package) + "=" + package.version)) added.push_back(package);
  }
  return added;
}

std::map<std::string, std::uint32_t> parse_ids(std::string_view text) {
  std::map<std::string, std::uint32_t> ids;
  for (const auto& line : lines(text)) {
    const auto fields = split(line, ':');
    if (fields.size() < 3) continue;
    if (const auto id = parse_number(fields[2])) ids[fields[0]] = static_cast<std::uint32_t>(*id);
  }
  return ids;
}

std::vector<std::string> find_disagreements(const SystemView& left, const SystemView& right) {
  std::vector<std::string> found;
  compare_ids(found, "user", left, right);
  compare_ids(found, "group", left, right);
  std::map<std::string, std::string> versions;
  for (const auto& package : right.packages) versions[key_of(package)] = package.version;
  for (const auto& package : left.packages) {
    const auto other = versions.find(key_of(package));
    if (other == versions.end() || other->second == package.version) continue;
    found.push_back(std::format("package '{}' is {} in {} and {} in {}", package.name,
                                package.version, left.name, other->second, right.name));
  }
  return found;
}

}  // namespace muster::iso
