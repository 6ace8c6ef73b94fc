#pragma once
// A directory that will be the root of a system: an image, or an installation, while it is made.
// Nothing runs there. A service that shall run is one that the system's own start begins, and a
// file system cannot be mounted. Whoever may write the directory while steps are applied is
// trusted.

#include "core/apply/programs.h"
#include "core/apply/target/disk_files.h"
#include "core/apply/target/file_names.h"
#include "core/apply/target/running_machine.h"

namespace muster::apply {

class OfflineServices final : public Services {
 public:
  OfflineServices(const Programs& programs, const std::filesystem::path& root)
      : programs_(programs), systemctl_({"systemctl", "--root=" + root.string()}) {}
  Result<bool> is_running(const std::string& unit) override;
  Status start(const std::string& unit) override;
  Status stop(const std::string& unit) override;
  Status reload(const std::string&) override { return {}; }
  Status restart(const std::string&) override { return {}; }
  Status forget_failure(const std::string&) override { return {}; }
  Status read_units() override { return {}; }
  Result<std::optional<StartState>> state_at_start(const std::string& unit) override;
  Status set_state_at_start(const std::string& unit, plan::Unit::State state) override;

 private:
  Programs programs_;
  std::vector<std::string> systemctl_;
};

class NoMounts final : public Mounts {
 public:
  Result<std::string> mounted_at(const std::string&) override { return std::string(); }
  Result<std::vector<Mount>> list() override { return std::vector<Mount>(); }
  bool is_same_directory(const std::string&, const std::string&) override { return false; }
  bool is_safe_to_bind(const std::string&, const std::string&) override { return false; }
  Status mount(const plan::MountFileSystem& step) override;
  Status make_slave(const std::string&) override { return {}; }
  Status unmount(const std::string&, Below) override { return {}; }
};

/// Owns: nothing; `runner` must live longer.
class Directory final : public Target {
 public:
  /// Packages and commands run with the directory as their root, so what they need is there.
  Directory(os::CommandRunner& runner, std::filesystem::path root);

  Files& files() override { return files_; }
  Services& services() override { return services_; }
  Mounts& mounts() override { return mounts_; }
  Packages& packages() override { return packages_; }
  Names& names() override { return names_; }
  Result<std::optional<std::string>> running_name() override { return std::nullopt; }
  Status set_running_name(const std::string&) override { return {}; }
  Status make_home(const plan::EnsureUser& user) override;
  Status forget_accounts() override { return {}; }
  Result<os::CommandResult> run(const std::vector<std::string>& argv,
                                std::chrono::seconds limit) override;
  Result<std::string> boot_id() override { return "none"; }

 private:
  std::filesystem::path root_;
  Programs here_;
  Programs inside_;
  DiskFiles files_;
  OfflineServices services_;
  NoMounts mounts_;
  DebianPackages packages_;
  FileNames names_;
};

}  // namespace muster::apply
