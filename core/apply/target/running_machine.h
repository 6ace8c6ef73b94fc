#pragma once
// The machine that this program runs on.

#include "core/apply/programs.h"
#include "core/apply/target/disk_files.h"

namespace muster::apply {

class SystemdServices final : public Services {
 public:
  explicit SystemdServices(const Programs& programs) : programs_(programs) {}
  Result<bool> is_running(const std::string& unit) override;
  Status start(const std::string& unit) override;
  Status stop(const std::string& unit) override;
  Status reload(const std::string& unit) override;
  Status restart(const std::string& unit) override;
  Status forget_failure(const std::string& unit) override;
  Status read_units() override;
  Result<std::optional<StartState>> state_at_start(const std::string& unit) override;
  Status set_state_at_start(const std::string& unit, plan::Unit::State state) override;

 private:
  Programs programs_;
};

class RunningMounts final : public Mounts {
 public:
  explicit RunningMounts(const Programs& programs) : programs_(programs) {}
  Result<std::string> mounted_at(const std::string& directory) override;
  Result<std::vector<Mount>> list() override;
  bool is_same_directory(const std::string& a, const std::string& b) override;
  bool is_safe_to_bind(const std::string& top, const std::string& place) override;
  Status mount(const plan::MountFileSystem& step) override;
  Status make_slave(const std::string& directory) override;
  Status unmount(const std::string& directory, Below below) override;

 private:
  Programs programs_;
};

/// Debian's. A program with its own root (Programs) works in that.
class DebianPackages final : public Packages {
 public:
  explicit DebianPackages(const Programs& programs) : programs_(programs) {}
  Result<bool> is_installed(const std::string& name) override;
  Status install(const std::string& name) override;
  Status remove(const std::string& name) override;

 private:
  Programs programs_;
};

class ListedNames final : public Names {
 public:
  Result<std::optional<os::User>> find_user(const std::string& name) override;
  Result<std::optional<os::User>> find_user(std::uint32_t uid) override;
  Result<std::optional<os::Group>> find_group(const std::string& name) override;
  Result<std::optional<os::Group>> find_group(std::uint32_t gid) override;
};

/// Owns: nothing; `runner` must live longer.
class RunningMachine final : public Target {
 public:
  /// `settings`: as Target::settings.
  explicit RunningMachine(os::CommandRunner& runner, std::filesystem::path settings = "/etc");

  Files& files() override { return files_; }
  Services& services() override { return services_; }
  Mounts& mounts() override { return mounts_; }
  Packages& packages() override { return packages_; }
  Names& names() override { return names_; }
  std::string settings() const override { return settings_; }
  Result<std::optional<std::string>> running_name() override;
  Status set_running_name(const std::string& name) override;
  Status make_home(const plan::EnsureUser& user) override;
  Status forget_accounts() override;
  Result<os::CommandResult> run(const std::vector<std::string>& argv,
                                std::chrono::seconds limit) override;
  Result<std::string> boot_id() override;

 private:
  Programs programs_;
  std::filesystem::path settings_;
  DiskFiles files_;
  SystemdServices services_{programs_};
  RunningMounts mounts_{programs_};
  DebianPackages packages_{programs_};
  ListedNames names_;
};

}  // namespace muster::apply
