#pragma once
// The archives that this machine's apt uses, as its files say (sources.list(5)), and which of them
// a build can use. Pure but for read_sources.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/spec/cluster_spec.h"

namespace muster::iso {

/// What Muster is built for, as Debian calls it.
inline constexpr std::string_view kArchitecture = "amd64";

/// One archive: what a "deb" line of sources.list(5) says.
struct AptSource {
  /// Without a user; ends in '/'.
  std::string uri;
  std::string suite;
  std::vector<std::string> components;
  /// Whom and what apt believes there: "signed-by" (files, fingerprints, or a key itself),
  /// "trusted" and others, by their names in a "deb" line.
  std::map<std::string, std::string> options = {};
  /// An archive that a mirror may lack: it is left out where it is not there.
  enum class Presence { required, optional } presence = Presence::required;
  bool operator==(const AptSource&) const = default;
};

/// What the files say.
struct AptSources {
  std::vector<AptSource> archives;
  /// Users and passwords, in the form of apt_auth.conf(5): those of that file, and those of
  /// addresses.
  std::string logins;
  /// Archives that a build cannot use: which, why, and what to do. Those that apt itself does not
  /// use (not enabled, of another architecture, of sources) are not among them.
  std::vector<Error> unusable;
  bool operator==(const AptSources&) const = default;
};

/// A file of the one-line kind.
AptSources parse_sources(std::string_view text);

/// The same in the deb822 kind (NAME.sources).
AptSources parse_deb822_sources(std::string_view text);

/// Adds what `more` has.
void append(AptSources& sources, AptSources more);

/// The archives for a specification: those of its release, Debian's own from its mirror when it
/// names one. The others become unusable. Errors: no archive of that release is known.
Result<AptSources> select_sources(AptSources known, const spec::ClusterSpec& spec);

/// The archives in one-line form, with their options.
std::string render_sources(const std::vector<AptSource>& archives);

/// The archives that head and nodes are told of: the specification's mirror or Debian's own
/// servers, whatever the build used. `used`: what it used.
std::vector<AptSource> published_sources(const spec::ClusterSpec& spec,
                                         const std::vector<AptSource>& used);

/// The beginnings of the addresses of those archives.
std::vector<std::string> published_addresses(const spec::ClusterSpec& spec);

/// What this machine's own apt uses, in the files that it reads. Errors: a file cannot be read;
/// there is no archive.
Result<AptSources> read_sources(const std::filesystem::path& etc_apt);

}  // namespace muster::iso
