#pragma once
// The system that steps are made true on: the machine that runs (running_machine.h), a directory
// that will be a system's root (directory.h), or one that is only remembered (fake.h).
// tests/contract/targets holds all of them to the same promises.
//
// All paths are absolute, as the system itself has them.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/mounts.h"
#include "core/os/command.h"
#include "core/os/files.h"
#include "core/os/name_service.h"
#include "core/plan/step.h"

namespace muster::apply {

/// What a path stands for.
struct PathState {
  enum class Kind { absent, file, directory, link, other } kind = Kind::absent;
  /// Of what is there.
  os::FileMode mode = {};
  /// Where a link leads, as it says.
  std::string link = {};
};

/// Whether the last part of a path may be a link to what is meant.
enum class Links { follow, keep };

class Files {
 public:
  virtual ~Files() = default;
  /// Errors: it cannot be looked at.
  virtual Result<PathState> look(const std::string& path, Links links = Links::keep) const = 0;
  /// The content of a regular file. Errors: it is none.
  virtual Result<std::string> read(const std::string& path, Links links = Links::keep) const = 0;
  /// Atomic, in place of a file or link that is there; missing parents are made. Errors: the
  /// world's; what was there is untouched then.
  virtual Status write(const std::string& path, std::string_view content, os::FileMode mode) = 0;
  /// As write, for a file that is there: it keeps owner and mode (os::rewrite_file).
  virtual Status rewrite(const std::string& path, std::string_view content) = 0;
  virtual Status write_link(const std::string& path, const std::string& to) = 0;
  /// Removes a file or a link; fine when there is none.
  virtual Status remove(const std::string& path) = 0;
  virtual Status make_directory(const std::string& path, os::FileMode mode) = 0;
  /// Whether it is a directory with nothing in it.
  virtual bool is_empty(const std::string& path) const = 0;
  /// False: it is not empty, is no directory, or something is mounted there.
  virtual bool remove_directory(const std::string& path) = 0;
  /// Of a file or directory, also through a link.
  virtual Status set_mode(const std::string& path, os::FileMode mode) = 0;
  /// Keeps other programs from changing accounts, as long as it lives; null: one does just now.
  virtual Result<std::shared_ptr<void>> try_lock_accounts(const std::string& settings) = 0;
};

/// What the start of a system does with a unit itself (systemctl(1), is-enabled). fixed: it has no
/// [Install] section, or a generator made it: others start it, or nobody does.
enum class StartState { enabled, disabled, masked, fixed };

/// Units of systemd. Errors: systemd cannot be asked, or refuses.
class Services {
 public:
  virtual ~Services() = default;
  virtual Result<bool> is_running(const std::string& unit) = 0;
  /// Starts a unit, also one that failed too often before.
  virtual Status start(const std::string& unit) = 0;
  virtual Status stop(const std::string& unit) = 0;
  /// Nobody is told any more that this unit failed, also when it is not there any more.
  virtual Status forget_failure(const std::string& unit) = 0;
  virtual Status reload(const std::string& unit) = 0;
  virtual Status restart(const std::string& unit) = 0;
  /// Has systemd read unit files that changed.
  virtual Status read_units() = 0;
  /// What the next start of the system does with a unit; none: there is no such unit.
  virtual Result<std::optional<StartState>> state_at_start(const std::string& unit) = 0;
  /// Errors: also a unit that only others start shall be enabled.
  virtual Status set_state_at_start(const std::string& unit, plan::Unit::State state) = 0;
};

class Mounts {
 public:
  virtual ~Mounts() = default;
  /// "SOURCE TYPE" of what is mounted at a directory, a line for each file system, the lowest
  /// first; empty for nothing.
  virtual Result<std::string> mounted_at(const std::string& directory) = 0;
  /// All file systems, as proc_pid_mountinfo(5) has them.
  virtual Result<std::vector<Mount>> list() = 0;
  /// Whether both names are one directory.
  virtual bool is_same_directory(const std::string& a, const std::string& b) = 0;
  /// Whether this is mounted, nothing lies over it, and nobody but root can put another directory
  /// on the way to it from `top`.
  virtual bool is_safe_to_bind(const std::string& top, const std::string& place) = 0;
  virtual Status mount(const plan::MountFileSystem& step) = 0;
  /// What is mounted below from now on is not mounted at its source.
  virtual Status make_slave(const std::string& directory) = 0;
  enum class Below { none, all };
  virtual Status unmount(const std::string& directory, Below below) = 0;
};

/// Packages of the distribution.
class Packages {
 public:
  virtual ~Packages() = default;
  virtual Result<bool> is_installed(const std::string& name) = 0;
  /// With what it depends on. Errors: there is no such package, or it cannot be fetched.
  virtual Status install(const std::string& name) = 0;
  /// Its settings stay. Errors: another package needs it.
  virtual Status remove(const std::string& name) = 0;
};

/// Users and groups, as os/name_service.h finds them.
class Names {
 public:
  virtual ~Names() = default;
  virtual Result<std::optional<os::User>> find_user(const std::string& name) = 0;
  virtual Result<std::optional<os::User>> find_user(std::uint32_t uid) = 0;
  virtual Result<std::optional<os::Group>> find_group(const std::string& name) = 0;
  virtual Result<std::optional<os::Group>> find_group(std::uint32_t gid) = 0;
};

/// Owns: its parts.
class Target {
 public:
  virtual ~Target() = default;
  virtual Files& files() = 0;
  virtual Services& services() = 0;
  virtual Mounts& mounts() = 0;
  virtual Packages& packages() = 0;
  virtual Names& names() = 0;

  /// Where the files are that steps change without naming them, such as hostname and passwd(5).
  virtual std::string settings() const { return "/etc"; }
  /// The name that the kernel has; none where no kernel runs.
  virtual Result<std::optional<std::string>> running_name() = 0;
  virtual Status set_running_name(const std::string& name) = 0;
  /// Makes a user's home with what new homes have (/etc/skel). The account is there.
  virtual Status make_home(const plan::EnsureUser& user) = 0;
  /// Has programs that keep copies of accounts ask again.
  virtual Status forget_accounts() = 0;
  /// Runs a program there. Errors: it cannot be started, or takes longer than `limit`.
  virtual Result<os::CommandResult> run(const std::vector<std::string>& argv,
                                        std::chrono::seconds limit) = 0;
  /// Tells one run of the system from another: what is mounted does not outlive it.
  virtual Result<std::string> boot_id() = 0;
};

}  // namespace muster::apply
