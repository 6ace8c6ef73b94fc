#pragma once
// Files of the machine that runs, or of a system in a directory.

#include <filesystem>

#include "core/apply/target/target.h"

namespace muster::apply {

class DiskFiles final : public Files {
 public:
  /// `root`: the directory that is the system's root; empty: the system is this one.
  explicit DiskFiles(std::filesystem::path root = {}) : root_(std::move(root)) {}

  Result<PathState> look(const std::string& path, Links links) const override;
  Result<std::string> read(const std::string& path, Links links) const override;
  Status write(const std::string& path, std::string_view content, os::FileMode mode) override;
  Status rewrite(const std::string& path, std::string_view content) override;
  Status write_link(const std::string& path, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status make_directory(const std::string& path, os::FileMode mode) override;
  bool is_empty(const std::string& path) const override;
  bool remove_directory(const std::string& path) override;
  Status set_mode(const std::string& path, os::FileMode mode) override;
  Result<std::shared_ptr<void>> try_lock_accounts(const std::string& settings) override;

 private:
  /// Where a path is on this machine, its last part as it is; none: a directory on the way is
  /// missing.
  Result<std::optional<std::filesystem::path>> find(const std::string& path) const;
  /// The same of something that must be there, all links followed.
  Result<std::filesystem::path> follow(const std::string& path) const;
  /// The same of something that may be written: its directory is made.
  Result<std::filesystem::path> make_way(const std::string& path) const;

  std::filesystem::path root_;
};

}  // namespace muster::apply
