#include "iso/apt_index.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <format>

#include "core/base/text.h"
#include "core/crypto/hash.h"
#include "core/os/file_hash.h"
#include "core/os/files.h"
#include "iso/data_files.h"

namespace muster::iso {
namespace {

/// "Sat, 06 Sep 2025 08:14:41 UTC" (RFC 5322 §3.3 as archives write it) in seconds since 1970.
std::optional<std::int64_t> parse_date(std::string_view text) {
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const auto parts = words(text);
  if (parts.size() < 5) return std::nullopt;
  const auto day = parse_number(parts[1].starts_with('0') ? parts[1].substr(1) : parts[1]);
  const auto month = kMonths.find(parts[2]);
  const auto year = parse_number(parts[3]);
  const auto clock = split(parts[4], ':');
  if (!day || !year || month == std::string_view::npos || clock.size() != 3) return std::nullopt;
  std::int64_t seconds = 0;
  for (const auto& unit : clock) {
    const auto number = parse_number(unit.starts_with('0') ? unit.substr(1) : unit);
    if (!number) return std::nullopt;
    seconds = seconds * 60 + static_cast<std::int64_t>(*number);
  }
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{static_cast<unsigned>(month / 3 + 1)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_seconds{std::chrono::sys_days{date}}.time_since_epoch().count() + seconds;
}

/// apt's name for the list of an address (URItoFileName in its apt-pkg/contrib/strutl.cc).
std::string file_name(std::string_view address) {
  static constexpr std::string_view kEncoded = "\\|{}[]<>\"^~_=!@#$%^&*";
  std::string name;
  for (const char c : address) {
    if (c == '/') {
      name += '_';
    } else if (c <= ' ' || c >= 0x7F || kEncoded.contains(c)) {
      name += std::format("%{:02x}", static_cast<unsigned char>(c));
    } else {
      name += c;
    }
  }
  return name;
}

std::string option(std::string_view name, const std::string& value) {
  return std::format("-o{}={}", name, value);
}

/// apt with sources and lists of its own, and nothing of this machine's.
std::vector<std::string> apt_arguments(const std::filesystem::path& apt,
                                       const std::filesystem::path& lists, std::string verb) {
  return {"apt-get", "-q", std::move(verb), option("Dir::Etc::sourcelist", apt / "sources.list"),
          "-oDir::Etc::sourceparts=-", option("Dir::State::lists", lists),
          option("Dir::Etc::netrc", apt / "auth.conf"), "-oDir::Etc::netrcparts=-",
          "-oDir::Etc::preferences=/dev/null", "-oDir::Etc::preferencesparts=-",
          "-oDir::State::status=/dev/null", "-oDir::Cache::pkgcache=", "-oDir::Cache::srcpkgcache=",
          // What is made has one architecture, and its own apt prefers no release.
          option("APT::Architectures", std::string(kArchitecture)),
          "-oAPT::Default-Release=", "-oAPT::Install-Suggests=false"};
}

std::vector<std::string> update_arguments(const std::filesystem::path& apt,
                                          const std::filesystem::path& lists) {
  auto arguments = apt_arguments(apt, lists, "update");
  arguments.insert(arguments.end(), {"-oAcquire::GzipIndexes=false", "-oAcquire::Languages=none",
                                     "-oAcquire::IndexTargets::deb::DEP-11::DefaultEnabled=false",
                                     "-oAPT::Update::Error-Mode=any"});
  return arguments;
}

/// Errors name no file of ours: what is reported of one state of the world is always the same.
Status update(os::CommandRunner& runner, std::vector<std::string> arguments) {
  TRY_ASSIGN(const auto result, runner.run({.argv = std::move(arguments)}));
  if (result.status == 0) return {};
  return fail(std::format("cannot read the package indexes: apt-get ended with status {}: {}",
                          result.status, join(lines(trim(result.err)), "; ")),
              "check the network, and the mirror in cluster.yaml or in apt's sources");
}

/// Writes the keys that stand in the sources themselves into files, and names those instead.
Status write_keys(std::vector<AptSource>& archives, const std::filesystem::path& folder) {
  for (auto& archive : archives) {
    const auto key = archive.options.find("signed-by");
    if (key == archive.options.end() || !key->second.contains("-----BEGIN PGP")) continue;
    const auto file = folder / (crypto::sha256(key->second).substr(0, 16) + ".asc");
    TRY(os::write_file(file, key->second + "\n"));
    key->second = file.string();
  }
  return {};
}

/// Whether an archive says that it has no such suite; false as well when nobody answers.
Result<bool> is_absent(os::CommandRunner& runner, const std::filesystem::path& apt,
                       const AptSource& archive) {
  const auto folder = apt / "probe";
  TRY(make_fetch_directory(folder));
  for (const auto* file : {"InRelease", "Release"}) {
    const auto address = std::format("{}dists/{}/{}", archive.uri, archive.suite, file);
    TRY_ASSIGN(const auto result, runner.run({.argv = {"/usr/lib/apt/apt-helper",
                                                       option("Dir::Etc::netrc", apt / "auth.conf"),
                                                       "-oDir::Etc::netrcparts=-", "download-file",
                                                       address, (folder / file).string()}}));
    if (result.status == 0 || !(result.out + result.err).contains(" 404 ")) return false;
  }
  return true;
}

/// All archives but those that need not be there and are not.
Result<std::vector<AptSource>> keep_present(os::CommandRunner& runner,
                                            const std::filesystem::path& apt,
                                            const std::vector<AptSource>& archives,
                                            std::vector<Error>& absent) {
  std::vector<AptSource> present;
  for (const auto& archive : archives) {
    bool lacks = false;
    if (archive.presence == AptSource::Presence::optional) {
      TRY_ASSIGN(lacks, is_absent(runner, apt, archive));
    }
    if (!lacks) {
      present.push_back(archive);
      continue;
    }
    absent.push_back({.message = std::format("'{}' has no '{}'; the build goes on without",
                                             archive.uri, archive.suite),
                      .hint = "do nothing if you want this mirror"});
  }
  return present;
}

/// What the archive says of itself; one without InRelease has the older Release.
Result<ReleaseFile> read_release(const AptIndex& index, const AptSource& source) {
  auto file = index.lists / list_name(source, "InRelease");
  if (!std::filesystem::exists(file)) file = index.lists / list_name(source, "Release");
  TRY_ASSIGN(const auto text, os::read_file(file));
  return parse_release(text);
}

/// With its time, by which apt asks whether there is a newer one. Whether it was copied.
bool take_list(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  std::filesystem::copy_file(from, to, error);
  const auto time = error ? std::filesystem::file_time_type() : last_write_time(from, error);
  if (!error) last_write_time(to, time, error);
  if (!error) return true;
  std::filesystem::remove(to, error);
  return false;
}

}  // namespace

Result<ReleaseFile> parse_release(std::string_view text) {
  ReleaseFile release;
  bool in_hashes = false;
  for (const auto& line : lines(text)) {
    if (line.starts_with("Origin:")) release.origin = trim(std::string_view(line).substr(7));
    if (line.starts_with("Date:")) {
      const auto date = parse_date(std::string_view(line).substr(5));
      if (!date) return fail(std::format("bad date '{}' in a release file", printable(line)));
      release.date = *date;
    }
    if (!line.starts_with(' ')) in_hashes = line.starts_with("SHA256:");
    if (!in_hashes || !line.starts_with(' ')) continue;
    if (const auto fields = words(line); fields.size() == 3) release.sha256[fields[2]] = fields[0];
  }
  if (release.date == 0 || release.sha256.empty()) {
    return fail("a release file has no date or no SHA256 section", "the mirror may be broken");
  }
  return release;
}

std::string list_name(const AptSource& source, std::string_view file) {
  const auto scheme = source.uri.find("://");
  const auto place = scheme == std::string::npos ? source.uri : source.uri.substr(scheme + 3);
  auto host = place.substr(0, place.find('/'));
  const auto rest = place.substr(host.size());
  // apt does not name the brackets around an IPv6 address.
  std::erase_if(host, [](char c) { return c == '[' || c == ']'; });
  return file_name(std::format("{}{}dists/{}/{}", host, rest, source.suite, file));
}

void take_lists(const std::filesystem::path& from, const std::filesystem::path& to) {
  static constexpr std::string_view kRelease = "InRelease";
  const auto names = os::list_directory(from);
  if (!names || !os::make_directory(to)) return;
  for (const auto& name : *names) {
    const auto text = name.ends_with(kRelease) ? os::read_file(from / name) : std::string();
    const auto release = text ? parse_release(*text) : std::unexpected(text.error());
    if (!release || !take_list(from / name, to / name)) continue;
    const auto start = name.substr(0, name.size() - kRelease.size());
    for (const auto& [path, sha256] : release->sha256) {
      const auto list = start + file_name(path);
      if (!std::ranges::contains(*names, list) || !take_list(from / list, to / list)) continue;
      if (os::sha256_file(to / list) != sha256) static_cast<void>(os::remove_tree(to / list));
    }
  }
}

Result<AptIndex> read_apt_index(os::CommandRunner& runner, const std::filesystem::path& apt,
                                AptSources sources) {
  TRY_ASSIGN(auto settings, read_apt_settings(runner));
  for (const auto& archive : sources.archives) {
    TRY(add_detected_proxy(runner, archive.uri, settings));
  }
  AptIndex index{.unusable = std::move(sources.unusable),
                 .settings = std::move(settings),
                 .logins = apt / "auth.conf",
                 .lists = apt / "lists",
                 .archives = apt / "archives"};
  TRY(os::make_directory(index.lists / "partial"));
  TRY(os::make_directory(index.archives / "partial"));
  TRY(os::write_file(index.logins, sources.logins, {.mode = 0600}));
  TRY(write_keys(sources.archives, apt / "keys"));
  TRY_ASSIGN(index.sources, keep_present(runner, apt, sources.archives, index.unusable));
  TRY(os::write_file(apt / "sources.list", render_sources(index.sources)));
  TRY(update(runner, update_arguments(apt, index.lists)));
  for (const auto& source : index.sources) {
    TRY_ASSIGN(const auto release, read_release(index, source));
    if (release.origin == "Debian") index.debian.push_back(source.uri);
    index.newest = std::max(index.newest, release.date);
    // Debian's own release; where no archive says that it is Debian's, the first.
    const bool is_release = source.suite == index.sources.front().suite;
    if (index.epoch == 0 || (is_release && release.origin == "Debian")) index.epoch = release.date;
  }
  return index;
}

std::vector<std::string> install_arguments(const AptIndex& index,
                                           const std::vector<std::string>& packages) {
  const auto apt = index.lists.parent_path();
  auto arguments = apt_arguments(apt, index.lists, "install");
  // Everything is told, also what was fetched before.
  arguments.insert(arguments.end(), {"-y", "-oAPT::Install-Recommends=false",
                                     option("Dir::Cache::archives", index.lists / "partial"),
                                     // It is asked for each layer, and reads the lists once.
                                     option("Dir::Cache::pkgcache", apt / "pkgcache.bin"),
                                     option("Dir::Cache::srcpkgcache", apt / "srcpkgcache.bin")});
  arguments.insert(arguments.end(), packages.begin(), packages.end());
  return arguments;
}

std::vector<std::string> download_arguments(const AptIndex& index,
                                            const std::vector<std::string>& packages) {
  auto arguments = apt_arguments(index.lists.parent_path(), index.lists, "download");
  arguments.insert(arguments.end(), packages.begin(), packages.end());
  return arguments;
}

Status drop_old_archives(os::CommandRunner& runner, const AptIndex& index) {
  auto arguments = apt_arguments(index.lists.parent_path(), index.lists, "autoclean");
  arguments.push_back(option("Dir::Cache::archives", index.archives));
  const auto done = run_checked(runner, {.argv = std::move(arguments)});
  if (!done) return wrap("old downloads stay", done.error());
  return {};
}

}  // namespace muster::iso
