#include "iso/apt_sources.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <format>
#include <optional>

#include "core/base/text.h"
#include "core/os/files.h"
#include "iso/apt_words.h"
#include "iso/data_files.h"

namespace muster::iso {
namespace {

std::string with_slash(std::string uri) {
  if (!uri.ends_with('/')) uri += '/';
  return uri;
}

/// The names of options in a "deb" line that matter here, each with its name in a deb822 file.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kOptions = {{
    {"signed-by", "signed-by"},
    {"trusted", "trusted"},
    {"allow-insecure", "allow-insecure"},
    {"allow-weak", "allow-weak"},
    {"allow-downgrade-to-insecure", "allow-downgrade-to-insecure"},
    {"check-date", "check-date"},
    {"check-valid-until", "check-valid-until"},
    {"date-max-future", "date-max-future"},
    {"inrelease-path", "inrelease-path"},
    {"valid-until-max", "valid-until-max"},
    {"valid-until-min", "valid-until-min"},
    {"by-hash", "by-hash"},
}};

bool has_blank(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c <= ' '; });
}

/// A user and a password of an address, as a line of apt_auth.conf(5); none when that file has no
/// way to write them: its words end at blanks.
std::optional<std::string> login_line(std::string_view address, std::string_view user) {
  const auto colon = user.find(':');
  const auto name = percent_decoded(user.substr(0, colon));
  const auto password =
      colon == std::string_view::npos ? "" : percent_decoded(user.substr(colon + 1));
  if (name.empty() || password.empty() || has_blank(name + password)) return std::nullopt;
  return std::format("machine {} login {} password {}\n", address, name, password);
}

/// Takes the user out of an address.
std::string take_user(std::string& uri) {
  const auto scheme = uri.find("://");
  if (scheme == std::string::npos) return {};
  const auto start = scheme + 3;
  const auto at = uri.rfind('@', uri.find('/', start));
  if (at == std::string::npos || at < start) return {};
  std::string user = uri.substr(start, at - start);
  uri.erase(start, at + 1 - start);
  return user;
}

/// apt writes the machine's architecture there.
std::string with_architecture(std::string text) {
  return replace_all(std::move(text), "$(ARCH)", kArchitecture);
}

/// What was read of one archive, before it is known whether a build can use it.
struct Stanza {
  std::string uri;
  std::string suite;
  std::vector<std::string> components;
  std::map<std::string, std::string> options;
};

Error cannot_use(const std::string& uri, const std::string& suite, std::string_view why,
                 std::string hint) {
  return {.message =
              std::format("source '{} {}' is not used: {}", printable(uri), printable(suite), why),
          .hint = std::move(hint)};
}

void add_stanza(AptSources& sources, Stanza stanza) {
  stanza.uri = with_architecture(std::move(stanza.uri));
  stanza.suite = with_architecture(std::move(stanza.suite));
  const auto user = take_user(stanza.uri);
  const auto refuse = [&](std::string_view why, std::string hint) {
    sources.unusable.push_back(cannot_use(stanza.uri, stanza.suite, why, std::move(hint)));
  };
  if (!stanza.uri.starts_with("http://") && !stanza.uri.starts_with("https://")) {
    return refuse(
        "it is not reached by http:// or https://, and the roots in which a build installs "
        "see no disk of this machine",
        "serve the archive by HTTP");
  }
  const auto login =
      user.empty() ? std::optional<std::string>("") : login_line(with_slash(stanza.uri), user);
  if (!login) {
    return refuse("its address has a user or a password that is empty or has a blank",
                  "write them into /etc/apt/auth.conf.d (apt_auth.conf(5))");
  }
  if (has_blank(stanza.uri)) {
    return refuse("its address has a blank", "serve the archive at an address without blanks");
  }
  if (stanza.components.empty()) {
    return refuse("it has no suites and components, so it is for no release",
                  "publish its packages under the name of the release");
  }
  sources.logins += *login;
  sources.archives.push_back({.uri = with_slash(std::move(stanza.uri)),
                              .suite = std::move(stanza.suite),
                              .components = std::move(stanza.components),
                              .options = std::move(stanza.options)});
}

bool is_no(std::string_view word) {
  // apt takes any other word for yes (StringToBool in its apt-pkg/contrib/strutl.cc).
  static constexpr std::array<std::string_view, 6> kNo = {"no",      "false", "without",
                                                          "disable", "off",   "0"};
  return std::ranges::contains(kNo, lower(word));
}

bool is_ours(const std::vector<std::string>& architectures) {
  return architectures.empty() || std::ranges::contains(architectures, kArchitecture);
}

using Fields = std::map<std::string, std::string>;

std::vector<std::string> field(const Fields& fields, const std::string& name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::vector<std::string>{} : words(found->second);
}

/// A value without the blank after its colon; a key of several lines without the blank before each.
std::string plain_value(std::string_view value) {
  std::vector<std::string> plain;
  for (const auto& line : lines(value)) {
    const auto text = trim(line);
    if (!text.empty()) plain.emplace_back(text == "." ? "" : text);
  }
  const bool is_key = value.contains("-----BEGIN PGP");
  return join(plain, is_key ? "\n" : " ");
}

void add_deb822(AptSources& sources, const Fields& fields) {
  for (const auto& word : field(fields, "enabled")) {
    if (is_no(word)) return;
  }
  if (!std::ranges::contains(field(fields, "types"), "deb")) return;
  if (!is_ours(field(fields, "architectures"))) return;
  std::map<std::string, std::string> options;
  for (const auto& [name, deb822] : kOptions) {
    const auto found = fields.find(std::string(deb822));
    if (found != fields.end()) options[std::string(name)] = plain_value(found->second);
  }
  for (const auto& uri : field(fields, "uris")) {
    for (const auto& suite : field(fields, "suites")) {
      add_stanza(sources, {uri, suite, field(fields, "components"), options});
    }
  }
}

/// The options between "[" and "]".
std::map<std::string, std::string> parse_options(const std::vector<std::string>& entries) {
  std::map<std::string, std::string> options;
  for (const auto& entry : entries) {
    const auto equals = entry.find('=');
    if (equals != std::string::npos)
      options[lower(entry.substr(0, equals))] = entry.substr(equals + 1);
  }
  return options;
}

void add_line(AptSources& sources, std::string_view line) {
  line = trim(line);
  if (!line.starts_with("deb ") && !line.starts_with("deb\t") && !line.starts_with("deb[")) return;
  line = trim(line.substr(3));
  std::map<std::string, std::string> options;
  if (line.starts_with('[')) {
    const auto end = line.find(']');
    if (end == std::string_view::npos) return;
    options = parse_options(words(line.substr(1, end - 1)));
    line = line.substr(end + 1);
  }
  const auto fields = quoted_words(line);
  if (fields.size() < 2) return;
  const auto architectures = options.find("arch");
  if (architectures != options.end() && !is_ours(split(architectures->second, ','))) return;
  std::erase_if(options, [](const auto& option) {
    return !std::ranges::contains(kOptions, option.first, [](const auto& o) { return o.first; });
  });
  add_stanza(sources,
             {fields[0], fields[1], {fields.begin() + 2, fields.end()}, std::move(options)});
}

/// Whether apt reads a file of this name; what editors and dpkg leave beside it ends otherwise.
bool is_read(const std::string& name, std::initializer_list<std::string_view> endings) {
  const auto is_allowed = [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("_-.").contains(static_cast<char>(c));
  };
  return !name.starts_with('.') && std::ranges::all_of(name, is_allowed) &&
         std::ranges::any_of(endings, [&](auto ending) { return name.ends_with(ending); });
}

std::string release_of(const spec::ClusterSpec& spec) {
  return spec.release.empty() ? std::string("trixie") : spec.release;
}

/// Debian's own archives of the release, for the mirror that holds them all but for security.
std::vector<AptSource> mirrored(const std::vector<AptSource>& archives, const std::string& release,
                                const std::string& mirror) {
  // The first archive of the release is Debian's; what another address has of it is somebody
  // else's.
  const auto debian = archives.front().uri;
  const auto components = archives.front().components;
  std::vector<AptSource> changed = {{.uri = mirror, .suite = release, .components = components},
                                    {.uri = mirror,
                                     .suite = release + "-updates",
                                     .components = components,
                                     .presence = AptSource::Presence::optional}};
  for (const auto& archive : archives) {
    if (archive.uri != debian || archive.suite.ends_with("-security")) changed.push_back(archive);
  }
  return changed;
}

}  // namespace

AptSources parse_sources(std::string_view text) {
  AptSources sources;
  for (const auto& line : lines(text)) add_line(sources, line);
  return sources;
}

AptSources parse_deb822_sources(std::string_view text) {
  AptSources sources;
  Fields fields;
  std::string* last = nullptr;
  for (const auto& line : lines(text)) {
    if (trim(line).empty()) {
      add_deb822(sources, fields);
      fields.clear();
      last = nullptr;
    } else if (line.starts_with('#')) {
      continue;
    } else if (line.starts_with(' ') || line.starts_with('\t')) {
      if (last != nullptr) *last += "\n" + line;
    } else if (const auto colon = line.find(':'); colon != std::string::npos) {
      last = &fields[lower(line.substr(0, colon))];
      *last = line.substr(colon + 1);
    }
  }
  add_deb822(sources, fields);
  return sources;
}

void append(AptSources& sources, AptSources more) {
  sources.logins += more.logins;
  sources.archives.insert(sources.archives.end(), more.archives.begin(), more.archives.end());
  sources.unusable.insert(sources.unusable.end(), more.unusable.begin(), more.unusable.end());
}

Result<AptSources> select_sources(AptSources known, const spec::ClusterSpec& spec) {
  const auto release = release_of(spec);
  std::erase_if(known.archives, [&](const AptSource& archive) {
    if (archive.suite == release || archive.suite == release + "-updates" ||
        archive.suite == release + "-security") {
      return false;
    }
    known.unusable.push_back(cannot_use(archive.uri, archive.suite,
                                        std::format("it is no archive of '{}'", release),
                                        "nothing is to be done unless a package of it is wanted"));
    return true;
  });
  // Debian's own comes first: others have archives of the release's name too, few with a "main".
  std::ranges::stable_sort(known.archives, {}, [](const AptSource& archive) {
    return std::pair(archive.suite, !std::ranges::contains(archive.components, "main"));
  });
  if (known.archives.empty() || known.archives.front().suite != release) {
    return fail(std::format("apt knows no archive of '{}' at http:// or https://", release),
                "add one to /etc/apt/sources.list of this machine, or change 'release'");
  }
  if (spec.mirror) known.archives = mirrored(known.archives, release, with_slash(*spec.mirror));
  return known;
}

std::string render_sources(const std::vector<AptSource>& archives) {
  std::string text;
  for (const auto& archive : archives) {
    std::string options;
    for (const auto& [name, value] : archive.options) {
      // Several keys are parted by commas here and by blanks in a deb822 file.
      options += std::format("{}{}={}", options.empty() ? "" : " ", name, join(words(value), ","));
    }
    if (!options.empty()) options = std::format("[{}] ", options);
    text += std::format("deb {}{} {} {}\n", options, percent_encoded(archive.uri), archive.suite,
                        join(archive.components, " "));
  }
  return text;
}

std::vector<AptSource> published_sources(const spec::ClusterSpec& spec,
                                         const std::vector<AptSource>& used) {
  static constexpr auto kDebian = "http://deb.debian.org/debian/";
  static constexpr auto kSecurity = "http://security.debian.org/debian-security/";
  const auto release = release_of(spec);
  const auto& components = used.front().components;
  const auto main = spec.mirror ? with_slash(*spec.mirror) : std::string(kDebian);
  std::vector<AptSource> published = {{.uri = main, .suite = release, .components = components}};
  const bool has_updates = !spec.mirror || std::ranges::any_of(used, [&](const auto& archive) {
    return archive.uri == main && archive.suite == release + "-updates";
  });
  if (has_updates) {
    published.push_back({.uri = main, .suite = release + "-updates", .components = components});
  }
  published.push_back({.uri = kSecurity, .suite = release + "-security", .components = components});
  return published;
}

std::vector<std::string> published_addresses(const spec::ClusterSpec& spec) {
  std::vector<std::string> addresses;
  // Whichever archives were used, those that are told have the same addresses.
  for (const auto& archive : published_sources(spec, {AptSource{}})) {
    addresses.push_back(archive.uri);
  }
  return addresses;
}

Result<AptSources> read_sources(const std::filesystem::path& etc_apt) {
  AptSources sources;
  std::vector<std::filesystem::path> files;
  if (std::filesystem::exists(etc_apt / "sources.list")) files.push_back(etc_apt / "sources.list");
  TRY_ASSIGN(const auto names, os::list_directory(etc_apt / "sources.list.d"));
  for (const auto& name : names) {
    if (is_read(name, {".list", ".sources"})) files.push_back(etc_apt / "sources.list.d" / name);
  }
  for (const auto& file : files) {
    TRY_ASSIGN(const auto text, os::read_file(file));
    append(sources,
           file.extension() == ".sources" ? parse_deb822_sources(text) : parse_sources(text));
  }
  if (sources.archives.empty() && sources.unusable.empty()) {
    return fail(std::format("no Debian archive in '{}'", etc_apt.string()),
                "add one to its sources.list");
  }
  std::vector<std::filesystem::path> logins = {etc_apt / "auth.conf"};
  TRY_ASSIGN(const auto parts, os::list_directory(etc_apt / "auth.conf.d"));
  for (const auto& name : parts) {
    if (is_read(name, {".conf"})) logins.push_back(etc_apt / "auth.conf.d" / name);
  }
  for (const auto& file : logins) {
    // Only root may read them; a plan that somebody else makes goes on without, as apt itself does.
    if (const auto text = os::read_file(file)) sources.logins += *text + "\n";
  }
  return sources;
}

}  // namespace muster::iso
