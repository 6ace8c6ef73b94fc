#pragma once
// What a head knows, and where: the one table that the backup, the state disk and the package's
// purge follow. debian/musterd.postrm and the state disk's script in the initrd cannot read it; a
// test compares them with it.

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace muster::head {

/// The daemon's database (core/state), and what SQLite keeps beside it.
inline constexpr std::string_view kDatabase = "/var/lib/muster/state.db";
inline constexpr std::string_view kDatabaseLog = "/var/lib/muster/state.db-wal";

/// Keys of the head's SSH server, for muster-host-keys.service. Not below the daemon's directory.
inline constexpr const char* kHostKeys = "/var/lib/muster-keys";
/// What root decided and made on this head: its networks, its key for nodes.
inline constexpr const char* kRoots = "/var/lib/muster-head";

/// Whether a live head's state disk keeps a directory over a restart.
enum class StateDisk { keeps, leaves };

/// Whether the purge of the package musterd removes a directory.
enum class Purge { removes, leaves };

/// A directory with state of the head.
struct StatePlace {
  std::string_view directory;
  StateDisk state_disk = StateDisk::leaves;
  Purge purge = Purge::leaves;
  /// What a backup has of it: names of files, and of directories for the files in them. A name that
  /// ends with '*' means all that begin so.
  std::span<const std::string_view> backup = {};
};

/// All of them. The homes and volumes that head and nodes share are not among them: they are
/// people's, as many as the specification names, and the state disk keeps them too.
std::span<const StatePlace> state_places();

/// Those that a state disk should keep and the one in use does not, by /proc/self/mountinfo; none
/// where no state disk is in use.
std::vector<std::string> find_unkept_places(std::string_view mountinfo);

/// Where a file of the head, named by its whole path, is when the head's root directory is `root`.
std::filesystem::path below(const std::filesystem::path& root, std::string_view path);

/// Whether a backup may have this file, named by its whole path in plain form: of
/// printable ASCII, as all names that Muster gives.
bool is_backed_up(std::string_view path);

}  // namespace muster::head
