#pragma once
// The recipe that comes with the program: lists of packages, of files left out, of fixed accounts.
// They are data so that a site can read and change them; their content is part of every layer's
// key.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace muster::iso {

/// One account or group with a number that never changes.
struct SystemAccount {
  std::string name;
  /// Absent for a group without an account.
  std::optional<std::uint32_t> uid;
  std::uint32_t gid = 0;
  std::string group;
  std::string home;
  bool operator==(const SystemAccount&) const = default;
};

/// The words of a line, without what is blank between them.
std::vector<std::string> words(std::string_view line);

/// The entries of a list: one a line, without comments and blanks.
std::vector<std::string> parse_list(std::string_view text);

/// Errors: a line that is not NAME UID GID GROUP HOME (or NAME - GID GROUP); a number twice.
Result<std::vector<SystemAccount>> parse_accounts(std::string_view text);

/// dpkg's configuration for "keep" ('+' in front) and "leave out" patterns, in their order.
std::string render_dpkg_excludes(const std::vector<std::string>& patterns);

/// The lines of passwd, group, shadow and gshadow for the accounts, to append to a new system's
/// files.
struct AccountFiles {
  std::string passwd;
  std::string group;
  std::string shadow;
  std::string gshadow;
};
AccountFiles render_accounts(const std::vector<SystemAccount>& accounts);

/// All lists, by file name; and where further files lie that are copied into a layer as they are.
struct DataFiles {
  std::filesystem::path directory;
  std::map<std::string, std::string> texts;

  /// The entries of a list; empty when there is no such list.
  std::vector<std::string> list(const std::string& name) const;
};

/// Errors: the directory is missing or has no base.list.
Result<DataFiles> read_data_files(const std::filesystem::path& directory);

}  // namespace muster::iso
