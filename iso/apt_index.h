#pragma once
// What the Debian mirrors offer right now. One set of package indexes, read once per build, serves
// every layer, so all layers see the same archive; its hash is part of every layer's key.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"
#include "core/spec/cluster_spec.h"
#include "iso/apt_settings.h"

namespace muster::iso {

/// One archive: what a "deb" line of sources.list(5) says.
struct AptSource {
  std::string uri;
  std::string suite;
  std::vector<std::string> components;
  bool operator==(const AptSource&) const = default;
};

/// The binary archives in a sources.list(5) file of the one-line kind; other lines are passed over.
std::vector<AptSource> parse_sources(std::string_view text);

/// The same in the deb822 kind (NAME.sources).
std::vector<AptSource> parse_deb822_sources(std::string_view text);

/// The archives for a specification: those of its release, from its mirror when it names one.
/// Errors: no archive of that release is known.
Result<std::vector<AptSource>> select_sources(std::vector<AptSource> known,
                                              const spec::ClusterSpec& spec);

/// The file in one-line form.
std::string render_sources(const std::vector<AptSource>& sources);

/// What an InRelease file says: when the archive was made, and the hash of every index in it.
struct ReleaseFile {
  /// Units: seconds since 1970, UTC.
  std::int64_t date = 0;
  /// Path below dists/SUITE to SHA-256.
  std::map<std::string, std::string> sha256;
};

/// Errors: no Date, no SHA256 section.
Result<ReleaseFile> parse_release(std::string_view text);

/// The name apt gives an archive's InRelease file among its lists.
std::string inrelease_name(const AptSource& source);

/// The state of the archives.
struct AptIndex {
  std::vector<AptSource> sources;
  /// How apt reaches them.
  AptSettings settings;
  /// apt's lists, to be read by every layer.
  std::filesystem::path lists;
  /// Packages already fetched, shared by all builds.
  std::filesystem::path archives;
  /// Hash of everything the archives offer for our architecture.
  std::string key;
  /// Date of the release itself (a point release), the newest time any file in a layer may carry.
  std::int64_t epoch = 0;
};

/// How much is fetched: the state of the archives alone, or what each layer installs from, too.
enum class IndexDepth { state_only, packages };

/// Asks the mirrors what is new and reads the state. `apt` is a directory for apt's own files.
/// Errors: no mirror answers (the last state is kept on disk but not used silently).
Result<AptIndex> read_apt_index(os::CommandRunner& runner, const std::filesystem::path& apt,
                                const std::vector<AptSource>& sources, IndexDepth depth);

/// Arguments of apt-get(8) that fetch these packages alone into the working directory.
std::vector<std::string> download_arguments(const AptIndex& index,
                                            const std::vector<std::string>& packages);

/// Removes downloads that no archive of the index offers any more (apt-get(8), autoclean).
Status drop_old_archives(os::CommandRunner& runner, const AptIndex& index);

/// The archives this machine's own apt uses, in the files that it reads (sources.list(5)).
/// Errors: none.
Result<std::vector<AptSource>> read_sources(const std::filesystem::path& etc_apt);

}  // namespace muster::iso
