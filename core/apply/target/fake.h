#pragma once
// A system that is only remembered: for tests of what plans do, here and in rooms that plan.

#include <functional>
#include <map>
#include <set>

#include "core/apply/target/file_names.h"

namespace muster::apply {

class FakeFiles final : public Files {
 public:
  FakeFiles();
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
  struct Node {
    PathState state;
    std::string content = {};
  };
  /// Without links, but the last part. Errors: links in a circle, or a file on the way.
  Result<std::string> resolve(const std::string& path, Links links) const;
  Status put(const std::string& path, Node node);

  std::map<std::string, Node, std::less<>> nodes_;
};

/// What has no files: each is a member that a test reads and sets.
class FakeSystem final : public Services, public Mounts, public Packages {
 public:
  Result<bool> is_running(const std::string& unit) override { return running.contains(unit); }
  Status start(const std::string& unit) override;
  Status stop(const std::string& unit) override;
  Status reload(const std::string& unit) override;
  Status restart(const std::string& unit) override;
  Status forget_failure(const std::string&) override { return {}; }
  Status read_units() override { return {}; }
  Result<std::optional<StartState>> state_at_start(const std::string& unit) override;
  Status set_state_at_start(const std::string& unit, plan::Unit::State state) override;

  Result<std::string> mounted_at(const std::string& directory) override;
  Result<std::vector<Mount>> list() override { return std::vector<Mount>(); }
  bool is_same_directory(const std::string& a, const std::string& b) override;
  bool is_safe_to_bind(const std::string&, const std::string&) override { return true; }
  Status mount(const plan::MountFileSystem& step) override;
  Status make_slave(const std::string&) override { return {}; }
  Status unmount(const std::string& directory, Below below) override;

  Result<bool> is_installed(const std::string& name) override { return packages.contains(name); }
  Status install(const std::string& name) override;
  Status remove(const std::string& name) override;

  std::set<std::string> running;
  /// What there is; disabled, enabled or fixed.
  std::map<std::string, StartState> units;
  /// Also of what there is not.
  std::set<std::string> masked;
  /// "reload UNIT" and "restart UNIT", in their order.
  std::vector<std::string> told;
  /// Directory → "SOURCE TYPE".
  std::map<std::string, std::string> mounts;
  /// Directories that somebody uses.
  std::set<std::string> busy;
  std::set<std::string> packages;
  /// Packages that others need.
  std::set<std::string> needed;
};

/// Owns: the whole system. It begins with root's account alone.
class Fake final : public Target {
 public:
  Fake();
  Files& files() override { return files_; }
  Services& services() override { return system; }
  Mounts& mounts() override { return system; }
  Packages& packages() override { return system; }
  Names& names() override { return names_; }
  Result<std::optional<std::string>> running_name() override { return name; }
  Status set_running_name(const std::string& wanted) override;
  Status make_home(const plan::EnsureUser& user) override;
  Status forget_accounts() override { return {}; }
  Result<os::CommandResult> run(const std::vector<std::string>& argv,
                                std::chrono::seconds limit) override;
  Result<std::string> boot_id() override { return "fake"; }

  FakeSystem system;
  std::string name = "fake";
  /// What a program does, by its name; one that is missing cannot be started.
  std::map<std::string, std::function<int(const std::vector<std::string>& argv)>> programs;

 private:
  FakeFiles files_;
  FileNames names_{files_};
};

}  // namespace muster::apply
