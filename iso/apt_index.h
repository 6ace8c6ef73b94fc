#pragma once
// What the Debian mirrors offer right now. One set of package indexes, read once per build, serves
// every layer, so all layers see the same archive.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"
#include "iso/apt_settings.h"
#include "iso/apt_sources.h"

namespace muster::iso {

/// What an InRelease file says: when the archive was made, and the hash of every index in it.
struct ReleaseFile {
  /// Who made it: "Debian".
  std::string origin;
  /// Units: seconds since 1970, UTC.
  std::int64_t date = 0;
  /// Path below dists/SUITE to SHA-256.
  std::map<std::string, std::string> sha256;
};

/// Errors: no Date, no SHA256 section.
Result<ReleaseFile> parse_release(std::string_view text);

/// The name apt gives a file of an archive's suite, such as InRelease, among its lists.
std::string list_name(const AptSource& source, std::string_view file);

/// The state of the archives.
struct AptIndex {
  std::vector<AptSource> sources;
  /// Addresses of those whose Release says that Debian made them.
  std::vector<std::string> debian = {};
  /// Archives that are not used, and why.
  std::vector<Error> unusable;
  /// How apt reaches them.
  AptSettings settings;
  /// With what users and passwords: a file of root's, in the form of apt_auth.conf(5).
  std::filesystem::path logins;
  /// apt's lists, to be read by every layer.
  std::filesystem::path lists;
  /// Packages already fetched, shared by all builds.
  std::filesystem::path archives;
  /// Date of the newest archive. Units: seconds since 1970.
  std::int64_t newest = 0;
  /// Date of the release itself (a point release), the newest time any file in a layer may carry.
  std::int64_t epoch = 0;
};

/// Copies the lists of another directory of apt's, so that what did not change since is not fetched
/// again. A list is left out when it is not what its archive says, since somebody may be writing
/// it.
void take_lists(const std::filesystem::path& from, const std::filesystem::path& to);

/// Asks the mirrors what is new and reads the state. `apt` is a directory for apt's own files; what
/// is there of an earlier call is not fetched again. Errors: no mirror answers (the last state is
/// kept on disk but not used silently).
Result<AptIndex> read_apt_index(os::CommandRunner& runner, const std::filesystem::path& apt,
                                AptSources sources);

/// Arguments of apt-get(8) that install these packages, by name or path, and all that they depend
/// on into a system that has none.
std::vector<std::string> install_arguments(const AptIndex& index,
                                           const std::vector<std::string>& packages);

/// Arguments of apt-get(8) that fetch these packages alone into the working directory.
std::vector<std::string> download_arguments(const AptIndex& index,
                                            const std::vector<std::string>& packages);

/// Removes downloads that no archive of the index offers any more (apt-get(8), autoclean).
Status drop_old_archives(os::CommandRunner& runner, const AptIndex& index);

}  // namespace muster::iso
