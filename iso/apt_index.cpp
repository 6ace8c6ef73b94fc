#include "iso/apt_index.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <format>

#include "core/base/text.h"
#include "core/os/files.h"
#include "core/os/hash.h"
#include "iso/data_files.h"

namespace muster::iso {
namespace {

constexpr std::string_view kArchitecture = "amd64";

std::string with_slash(std::string uri) {
  if (!uri.ends_with('/')) uri += '/';
  return uri;
}

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

void add_deb822(std::vector<AptSource>& sources, const std::map<std::string, std::string>& fields) {
  const auto field = [&](const char* name) {
    const auto found = fields.find(name);
    return found == fields.end() ? std::vector<std::string>{} : words(found->second);
  };
  // apt takes any other word for yes (StringToBool in its apt-pkg/contrib/strutl.cc).
  static constexpr std::array<std::string_view, 6> kNo = {"no",      "false", "without",
                                                          "disable", "off",   "0"};
  for (const auto& word : field("enabled")) {
    if (std::ranges::contains(kNo, lower(word))) return;
  }
  const auto types = field("types");
  if (std::ranges::find(types, "deb") == types.end()) return;
  for (const auto& uri : field("uris")) {
    for (const auto& suite : field("suites")) {
      sources.push_back({with_slash(uri), suite, field("components")});
    }
  }
}

/// Whether apt reads a file of this name; what editors and dpkg leave beside it ends otherwise.
bool is_sources_name(const std::string& name) {
  const auto is_allowed = [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("_-.").contains(static_cast<char>(c));
  };
  return !name.starts_with('.') && (name.ends_with(".list") || name.ends_with(".sources")) &&
         std::ranges::all_of(name, is_allowed);
}

/// apt's name for the list of an address (URItoFileName in its apt-pkg/contrib/strutl.cc).
std::string list_name(std::string_view address) {
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

/// Whether every root of a build reaches it: disks of this machine are in none of them.
bool is_reached_by_network(const AptSource& source) {
  return source.uri.starts_with("http://") || source.uri.starts_with("https://");
}

/// The hash of what one archive offers our architecture.
std::string archive_state(const AptSource& source, const ReleaseFile& release) {
  std::string state = std::format("{} {}\n", source.uri, source.suite);
  for (const auto& component : source.components) {
    const auto path = std::format("{}/binary-{}/Packages", component, kArchitecture);
    const auto found = release.sha256.find(path);
    state += std::format("{} {}\n", path, found == release.sha256.end() ? "-" : found->second);
  }
  return state;
}

std::string option(std::string_view name, const std::string& value) {
  return std::format("-o{}={}", name, value);
}

/// apt with sources and lists of its own, and nothing of this machine's.
std::vector<std::string> apt_arguments(const std::filesystem::path& apt,
                                       const std::filesystem::path& lists, std::string verb) {
  return {"apt-get",
          "-q",
          std::move(verb),
          option("Dir::Etc::sourcelist", apt / "sources.list"),
          "-oDir::Etc::sourceparts=-",
          option("Dir::State::lists", lists),
          "-oDir::Etc::preferences=/dev/null",
          "-oDir::Etc::preferencesparts=-",
          "-oDir::State::status=/dev/null",
          "-oDir::Cache::pkgcache=",
          "-oDir::Cache::srcpkgcache=",
          "-oAPT::Sandbox::User=root"};
}

std::vector<std::string> update_arguments(const std::filesystem::path& apt,
                                          const std::filesystem::path& lists, IndexDepth depth) {
  auto arguments = apt_arguments(apt, lists, "update");
  arguments.insert(arguments.end(), {"-oAcquire::GzipIndexes=false", "-oAcquire::Languages=none",
                                     "-oAcquire::IndexTargets::deb::DEP-11::DefaultEnabled=false",
                                     "-oAPT::Update::Error-Mode=any"});
  if (depth == IndexDepth::state_only) {
    arguments.emplace_back("-oAcquire::IndexTargets::deb::Packages::DefaultEnabled=false");
  }
  return arguments;
}

/// Errors name no file of ours: what is reported of one state of the world is always the same.
Status update(os::CommandRunner& runner, std::vector<std::string> arguments) {
  TRY_ASSIGN(const auto result, runner.run({.argv = std::move(arguments)}));
  if (result.status == 0) return {};
  return fail(std::format("cannot read the package indexes: apt-get ended with status {}: {}",
                          result.status, join(lines(trim(result.err)), "; ")),
              "check the network, and the mirror in the specification or in apt's sources");
}

}  // namespace

std::vector<AptSource> parse_sources(std::string_view text) {
  std::vector<AptSource> sources;
  for (const auto& line : lines(text)) {
    auto fields = words(std::string_view(line).substr(0, line.find('#')));
    if (fields.size() < 4 || fields[0] != "deb") continue;
    std::size_t at = 1;
    if (fields[at].starts_with('[')) {
      while (at < fields.size() && !fields[at].ends_with(']')) ++at;
      ++at;
    }
    if (at + 2 >= fields.size()) continue;
    AptSource source{with_slash(fields[at]), fields[at + 1], {}};
    for (auto i = at + 2; i < fields.size(); ++i) source.components.push_back(fields[i]);
    sources.push_back(std::move(source));
  }
  return sources;
}

std::vector<AptSource> parse_deb822_sources(std::string_view text) {
  std::vector<AptSource> sources;
  std::map<std::string, std::string> fields;
  std::string* last = nullptr;
  for (const auto& line : lines(text)) {
    if (trim(line).empty()) {
      add_deb822(sources, fields);
      fields.clear();
      last = nullptr;
      continue;
    }
    if (line.starts_with('#')) continue;
    if (line.starts_with(' ') || line.starts_with('\t')) {
      if (last != nullptr) *last += line;
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    last = &fields[lower(line.substr(0, colon))];
    *last = line.substr(colon + 1);
  }
  add_deb822(sources, fields);
  return sources;
}

Result<std::vector<AptSource>> select_sources(std::vector<AptSource> known,
                                              const spec::ClusterSpec& spec) {
  const auto release = spec.release.empty() ? std::string("trixie") : spec.release;
  std::erase_if(known, [&](const AptSource& source) {
    return !is_reached_by_network(source) ||
           (source.suite != release && source.suite != release + "-updates" &&
            source.suite != release + "-security");
  });
  std::ranges::stable_sort(known, {}, &AptSource::suite);
  if (known.empty() || known.front().suite != release) {
    return fail(std::format("apt knows no archive of '{}' at http:// or https://", release),
                "add one to /etc/apt/sources.list of this machine, or change 'release'");
  }
  for (auto& source : known) {
    if (spec.mirror && !source.suite.ends_with("-security")) source.uri = with_slash(*spec.mirror);
  }
  return known;
}

std::string render_sources(const std::vector<AptSource>& sources) {
  std::string text;
  for (const auto& source : sources) {
    text += std::format("deb {} {} {}\n", source.uri, source.suite, join(source.components, " "));
  }
  return text;
}

Result<ReleaseFile> parse_release(std::string_view text) {
  ReleaseFile release;
  bool in_hashes = false;
  for (const auto& line : lines(text)) {
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

std::string inrelease_name(const AptSource& source) {
  const auto scheme = source.uri.find("://");
  const auto place = scheme == std::string::npos ? source.uri : source.uri.substr(scheme + 3);
  auto host = place.substr(0, place.find('/'));
  const auto rest = place.substr(host.size());
  // apt names neither the user nor the brackets around an IPv6 address.
  host.erase(0, host.rfind('@') + 1);
  std::erase_if(host, [](char c) { return c == '[' || c == ']'; });
  return list_name(host + rest + "dists/" + source.suite + "/InRelease");
}

Result<AptIndex> read_apt_index(os::CommandRunner& runner, const std::filesystem::path& apt,
                                const std::vector<AptSource>& sources, IndexDepth depth) {
  TRY_ASSIGN(auto settings, read_apt_settings(runner));
  AptIndex index{.sources = sources,
                 .settings = std::move(settings),
                 .lists = apt / "lists",
                 .archives = apt / "archives"};
  TRY(os::make_directory(index.lists / "partial"));
  TRY(os::make_directory(index.archives / "partial"));
  TRY(os::write_file(apt / "sources.list", render_sources(sources)));
  TRY(update(runner, update_arguments(apt, index.lists, depth)));
  std::string state = render_sources(sources);
  for (const auto& source : sources) {
    TRY_ASSIGN(const auto text, os::read_file(index.lists / inrelease_name(source)));
    TRY_ASSIGN(const auto release, parse_release(text));
    state += archive_state(source, release);
    if (&source == &sources.front()) index.epoch = release.date;
  }
  index.key = os::sha256(state);
  return index;
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

Result<std::vector<AptSource>> read_sources(const std::filesystem::path& etc_apt) {
  std::vector<AptSource> sources;
  std::vector<std::filesystem::path> files;
  if (std::filesystem::exists(etc_apt / "sources.list")) files.push_back(etc_apt / "sources.list");
  TRY_ASSIGN(const auto names, os::list_directory(etc_apt / "sources.list.d"));
  for (const auto& name : names) {
    if (is_sources_name(name)) files.push_back(etc_apt / "sources.list.d" / name);
  }
  for (const auto& file : files) {
    TRY_ASSIGN(const auto text, os::read_file(file));
    const auto found =
        file.extension() == ".sources" ? parse_deb822_sources(text) : parse_sources(text);
    sources.insert(sources.end(), found.begin(), found.end());
  }
  if (sources.empty()) {
    return fail(std::format("no Debian archive in '{}'", etc_apt.string()),
                "add one to its sources.list");
  }
  return sources;
}

}  // namespace muster::iso
