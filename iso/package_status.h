#pragma once
// What dpkg says is installed in a tree, and whether two trees that share a base still agree. A
// user whose number differs between head and node owns another's files; a library whose version
// differs breaks a job on one side only. Both must fail the build, not the cluster. Pure.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace muster::iso {

/// A source package of which something is compiled into another.
struct CompiledIn {
  std::string source;
  std::string version;
  bool operator==(const CompiledIn&) const = default;
};

struct InstalledPackage {
  std::string name;
  std::string version;
  std::string architecture;
  /// Its source package and that one's version.
  std::string source;
  std::string source_version;
  /// Its fields Static-Built-Using and Built-Using (Debian policy, 7.8): headers, static libraries,
  /// and what it is a signed copy of.
  std::vector<CompiledIn> compiled_in = {};
  bool operator==(const InstalledPackage&) const = default;
};

/// The installed packages in a dpkg status file, sorted by name and architecture.
std::vector<InstalledPackage> parse_dpkg_status(std::string_view text);

/// Those in `upper` that are not the same in `lower`: what a layer added or changed.
std::vector<InstalledPackage> added_packages(const std::vector<InstalledPackage>& lower,
                                             const std::vector<InstalledPackage>& upper);

/// Names and numbers of passwd(5) or group(5).
std::map<std::string, std::uint32_t> parse_ids(std::string_view text);

/// What one side of the cluster has.
struct SystemView {
  std::string name;
  std::vector<InstalledPackage> packages;
  std::map<std::string, std::uint32_t> users;
  std::map<std::string, std::uint32_t> groups;
};

/// Every disagreement of two views, as sentences; empty when they agree. A number that stands for
/// different names on the two sides is one, too.
std::vector<std::string> find_disagreements(const SystemView& left, const SystemView& right);

}  // namespace muster::iso
