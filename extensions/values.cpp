#include "extensions/values.h"

#include <algorithm>
#include <array>
#include <format>

#include "core/base/mounts.h"
#include "core/base/text.h"
#include "core/spec/characters.h"
#include "core/spec/codecs.h"
#include "core/spec/rules.h"
#include "extensions/limits.h"
#include "extensions/packed_path.h"
#include "extensions/scheduler_settings.h"

namespace muster::extensions {

using namespace spec::codecs;
using spec::Class;
using spec::Codec;
using spec::is_class;
using spec::JsonKind;

namespace {

constexpr std::array<std::string_view, 3> kTypeWords = {"application", "library", "tool"};
constexpr std::array<std::string_view, 2> kLanguageWords = {"shell", "python"};
constexpr std::array<std::string_view, 9> kHookWords = {"configure",    "install",    "nodes_ready",
                                                        "nodes_failed", "nodes_left", "tick",
                                                        "health",       "metrics",    "run"};
constexpr std::array<std::string_view, 2> kReadsWords = {"nodes", "users"};
constexpr std::array<std::string_view, 2> kPlaceWords = {"node", "head"};
constexpr std::array<std::string_view, 4> kSettingTypeWords = {"text", "integer", "flag", "choice"};
constexpr std::array<std::string_view, 2> kExecutableWords = {"no", "yes"};

/// A number up to the newest that this Muster knows.
template <const Codec<int>& codec>
Result<int> parse_level(std::string_view text) {
  auto number = parse_integer<int, codec>(text);
  const auto written = parse_number(text);
  if (number || !written || *written <= codec.type.maximum) return number;
  return fail(std::format("{} is newer than this Muster, which knows {} up to {}", *written,
                          codec.type.name, codec.type.maximum),
              "install a newer Muster");
}

std::string show_version(const Version& version) { return to_string(version); }
std::string show_range(const VersionRange& range) { return to_string(range); }
std::string show_size(const std::uint64_t& size) { return std::format("{}", size); }

/// systemd takes 31 characters for the user of its host, "mext-NAME".
bool is_extension_name(std::string_view text) {
  // Figures of the cluster itself begin with this name.
  return spec::is_name(text) && text.size() <= 24 && text != "muster";
}

bool is_plain_text(std::string_view text, std::size_t most) {
  return !trim(text).empty() && text.size() <= most && printable(text, text.size()) == text;
}

bool is_line(std::string_view text) { return is_plain_text(text, 120); }

bool is_text(std::string_view text) {
  std::string without_ends(text);
  std::ranges::replace(without_ends, '\n', ' ');
  return is_plain_text(without_ends, 4000);
}

/// "Name <mail>" (RFC 5322 §3.4), in plain characters.
bool is_maintainer(std::string_view text) {
  const std::size_t open = text.find(" <");
  if (!is_line(text) || open == 0 || open == std::string_view::npos) return false;
  const std::string_view mail = text.substr(open + 2);
  const std::size_t at = mail.find('@');
  return mail.ends_with('>') && at != 0 && at != std::string_view::npos && at + 2 < mail.size() &&
         mail.find_first_of(" <>", 0) == mail.size() - 1;
}

/// An expression of SPDX identifiers.
bool is_licence(std::string_view text) {
  return is_line(text) && std::ranges::all_of(text, [](char c) {
           return is_class(c, Class::letter | Class::digit) ||
                  std::string_view(" .-+()").contains(c);
         });
}

bool is_homepage(std::string_view text) {
  const bool is_web = text.starts_with("https://") || text.starts_with("http://");
  return is_web && is_line(text) && !text.contains(' ') && text.size() > text.find("//") + 2;
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Directories that are links on every Debian: a path through one has another spelling.
constexpr std::array<std::string_view, 9> kLinks = {
    "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/var/run", "/var/lock", "/etc/mtab"};
/// Of the kernel and systemd, and where others than root write.
constexpr std::array<std::string_view, 10> kOthers = {"/run/systemd",
                                                      "/etc/systemd/system.control",
                                                      "/etc/systemd/system.attached",
                                                      "/proc",
                                                      "/sys",
                                                      "/dev",
                                                      "/tmp",
                                                      "/home",
                                                      "/var/tmp",
                                                      "/run/user"};

bool is_at_or_below(std::string_view path, std::string_view place) {
  return path == place || is_below(path, place);
}

/// What Muster has on heads and nodes.
constexpr std::array<std::string_view, 4> kMusters = {"/etc/muster", "/usr/libexec/muster",
                                                      "/usr/share/muster",
                                                      "/usr/lib/python3/dist-packages/muster"};
/// The same, with other names that begin so, such as /var/lib/muster-head.
constexpr std::array<std::string_view, 6> kMustersToo = {"/var/lib/muster",
                                                         "/run/muster",
                                                         "/etc/systemd/system/muster",
                                                         "/usr/lib/systemd/system/muster",
                                                         "/usr/local/lib/systemd/system/muster",
                                                         "/run/systemd/system/muster"};

/// Whether a path is Muster's, or leads to what is.
bool is_musters(std::string_view path) {
  const auto is_own = [&](std::string_view own) {
    return path == own || is_below(path, own) || is_below(own, path);
  };
  const auto begins = [&](std::string_view own) {
    return path.starts_with(own) || is_below(own, path);
  };
  return std::ranges::any_of(kMusters, is_own) || std::ranges::any_of(kMustersToo, begins);
}

/// One that a JSON word may be, too.
bool is_file_path(std::string_view text) {
  return spec::is_mount_point(text) &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

/// Errors: it is no path; an extension may own nothing there.
Result<std::string> parse_file_path(std::string_view text) {
  if (!is_file_path(text)) return refuse(text, kFilePath.type);
  const auto is_in = [&](std::string_view place) { return is_at_or_below(text, place); };
  if (const auto link = std::ranges::find_if(kLinks, is_in); link != kLinks.end()) {
    return fail(ErrorKind::invalid,
                std::format("'{}' goes through {}, which is a link", text, *link),
                "write the path that the link leads to, such as /usr/bin or /run");
  }
  if (const auto place = std::ranges::find_if(kOthers, is_in); place != kOthers.end()) {
    return fail(ErrorKind::invalid,
                std::format("'{}' is in {}, where others write too", text, *place),
                "choose another place, such as /etc, /usr/local or /var/lib");
  }
  if (!is_musters(text)) return std::string(text);
  return fail(ErrorKind::invalid,
              std::format("'{}' is Muster's, or has something of Muster's below it", text),
              "name the files themselves, or a directory of the extension's own");
}

constexpr std::array<std::string_view, 4> kUnitKinds = {".service", ".socket", ".timer", ".path"};

/// One that Muster's own programs on nodes are not.
bool is_unit_name(std::string_view text) {
  const auto is_kind = [&](std::string_view kind) {
    return text.ends_with(kind) && text.size() > kind.size();
  };
  const auto is_mark = [](char c) {
    return is_class(c, Class::letter | Class::digit) || std::string_view("-_.@").contains(c);
  };
  return text.size() <= 100 && std::ranges::any_of(kUnitKinds, is_kind) &&
         std::ranges::all_of(text, is_mark) && is_class(text.front(), Class::letter) &&
         !text.starts_with("muster");
}

/// A name that is one in Python too.
bool is_setting_name(std::string_view text) {
  const auto is_mark = [](char c) {
    return (c >= 'a' && c <= 'z') || is_class(c, Class::digit) || c == '_';
  };
  return !text.empty() && text.size() <= 40 && text.front() >= 'a' && text.front() <= 'z' &&
         std::ranges::all_of(text, is_mark);
}

bool is_setting_text(std::string_view text) { return text.empty() || is_text(text); }

Result<std::string> parse_packed_path(std::string_view text) {
  if (Status fits = check_packed_path(text); !fits) return std::unexpected(fits.error());
  return std::string(text);
}

}  // namespace

constinit const Codec<int> kSchemaNumber = {{.name = "schemas of extensions",
                                             .allowed = "1",
                                             .json = JsonKind::integer,
                                             .minimum = 1,
                                             .maximum = kSchema},
                                            parse_level<kSchemaNumber>,
                                            show_int};

constinit const Codec<int> kApiNumber = {{.name = "API levels",
                                          .allowed = "1",
                                          .json = JsonKind::integer,
                                          .minimum = 1,
                                          .maximum = kApiLevel},
                                         parse_level<kApiNumber>,
                                         show_int};

constinit const Codec<std::string> kExtensionName = {
    {.name = "a name",
     .allowed = "lower-case letters, digits and '-', with a letter first and no '-' at the end, at "
                "most 24 characters",
     .pattern = "^[a-z]([a-z0-9-]{0,22}[a-z0-9])?$"},
    parse_name<kExtensionName, is_extension_name>,
    same};

constinit const Codec<Version> kExtensionVersion = {
    {.name = "a version",
     .allowed = "three numbers, such as 1.2.0, and a pre-release when wanted: 1.2.0-rc.1",
     .pattern = "^[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9A-Za-z.-]+)?$"},
    parse_version,
    show_version};

constinit const Codec<VersionRange> kVersionRange = {
    {.name = "a range of versions",
     .allowed = "comparisons that all must be true, such as \">=1.2.0 <2.0.0\", or \"*\""},
    parse_range,
    show_range};

constinit const Codec<Type> kExtensionType = {
    {.name = "a type", .allowed = "'application', 'library' or 'tool'", .words = kTypeWords},
    parse_word<Type, kExtensionType>,
    show_word<Type, kExtensionType>};

constinit const Codec<Language> kLanguage = {
    {.name = "a language", .allowed = "'shell' or 'python'", .words = kLanguageWords},
    parse_word<Language, kLanguage>,
    show_word<Language, kLanguage>};

constinit const Codec<Hook> kHook = {
    {.name = "a hook",
     .allowed = "'configure', 'install', 'nodes_ready', 'nodes_failed', 'nodes_left', 'tick', "
                "'health', 'metrics' or 'run'",
     .words = kHookWords},
    parse_word<Hook, kHook>,
    show_word<Hook, kHook>};

constinit const Codec<Reads> kReads = {
    {.name = "what an extension is told", .allowed = "'nodes' or 'users'", .words = kReadsWords},
    parse_word<Reads, kReads>,
    show_word<Reads, kReads>};

constinit const Codec<std::string> kCommand = {
    {.name = "a program", .allowed = "an absolute path without '.', '..' and a '/' at its end"},
    parse_text<kCommand, is_file_path>,
    same};

constinit const Codec<std::string> kSchedulerKey = {
    {.name = "a key of slurm.conf", .allowed = "one of the keys that extensions may set"},
    parse_text<kSchedulerKey, is_scheduler_key>,
    same};

constinit const Codec<std::uint64_t> kTickSeconds = {{.name = "a time",
                                                      .allowed = "seconds, 10 to 86400",
                                                      .json = JsonKind::integer,
                                                      .minimum = 10,
                                                      .maximum = 86'400},
                                                     parse_integer<std::uint64_t, kTickSeconds>,
                                                     show_size};

constinit const Codec<Place> kPlace = {
    {.name = "a place", .allowed = "'node' or 'head'", .words = kPlaceWords},
    parse_word<Place, kPlace>,
    show_word<Place, kPlace>};

constinit const Codec<Executable> kExecutable = {
    {.name = "a choice", .allowed = "'yes' or 'no'", .words = kExecutableWords},
    parse_word<Executable, kExecutable>,
    show_word<Executable, kExecutable>};

constinit const Codec<std::string> kLine = {
    {.name = "a line of text", .allowed = "one line of at most 120 bytes"},
    parse_text<kLine, is_line>,
    same};

constinit const Codec<std::string> kText = {
    {.name = "a text", .allowed = "text of at most 4000 bytes"}, parse_text<kText, is_text>, same};

constinit const Codec<std::string> kMaintainer = {
    {.name = "a maintainer", .allowed = "a name and an address: Ada Lovelace <ada@example.org>"},
    parse_text<kMaintainer, is_maintainer>,
    same};

constinit const Codec<std::string> kLicence = {
    {.name = "a licence", .allowed = "an identifier of SPDX, such as MIT or GPL-3.0-or-later"},
    parse_text<kLicence, is_licence>,
    same};

constinit const Codec<std::string> kHomepage = {
    {.name = "a home page", .allowed = "a URL that begins with https:// or http://"},
    parse_text<kHomepage, is_homepage>,
    same};

constinit const Codec<std::string> kFilePath = {
    {.name = "a path",
     .allowed =
         "an absolute path without '.', '..' and a '/' at its end, in a directory that is no link "
         "and none of Muster's, and where only root writes"},
    parse_file_path,
    same};

constinit const Codec<std::string> kUnitName = {
    {.name = "a unit",
     .allowed =
         "the name of a .service, .socket, .timer or .path of systemd, and none of Muster's"},
    parse_text<kUnitName, is_unit_name>,
    same};

constinit const Codec<std::string> kSettingName = {
    {.name = "a name of a setting",
     .allowed = "lower-case letters, digits and '_', with a letter first, at most 40 characters",
     .pattern = "^[a-z][a-z0-9_]{0,39}$"},
    parse_text<kSettingName, is_setting_name>,
    same};

constinit const Codec<SettingType> kSettingType = {
    {.name = "a type of a setting",
     .allowed = "'text', 'integer', 'flag' or 'choice'",
     .words = kSettingTypeWords},
    parse_word<SettingType, kSettingType>,
    show_word<SettingType, kSettingType>};

constinit const Codec<std::string> kSettingText = {
    {.name = "a value of a setting", .allowed = "text of at most 4000 bytes, also none"},
    parse_text<kSettingText, is_setting_text>,
    same};

constinit const Codec<std::uint64_t> kSettingNumber = {{.name = "a number",
                                                        .allowed = "0 to 9007199254740992",
                                                        .json = JsonKind::integer,
                                                        .minimum = 0,
                                                        .maximum = std::uint64_t{1} << 53U},
                                                       parse_integer<std::uint64_t, kSettingNumber>,
                                                       show_size};

constinit const Codec<std::string> kPackedPath = {
    {.name = "a path in the archive",
     .allowed = "a relative path of letters, digits and \"._-+=@,~%\", without '.' and '..'"},
    parse_packed_path,
    same};

constinit const Codec<std::string> kSha256 = {
    {.name = "a SHA-256", .allowed = "64 digits of 0-9 and a-f", .pattern = "^[0-9a-f]{64}$"},
    parse_text<kSha256, is_sha256>,
    same};

constinit const Codec<std::uint64_t> kArchiveSize = {{.name = "a size",
                                                      .allowed = "bytes, at most 268435456",
                                                      .json = JsonKind::integer,
                                                      .minimum = 1,
                                                      .maximum = kMostArchive},
                                                     parse_integer<std::uint64_t, kArchiveSize>,
                                                     show_size};

constinit const Codec<std::uint64_t> kFileSize = {{.name = "a size",
                                                   .allowed = "bytes, at most 67108864",
                                                   .json = JsonKind::integer,
                                                   .minimum = 0,
                                                   .maximum = kMostFile},
                                                  parse_integer<std::uint64_t, kFileSize>,
                                                  show_size};

std::string_view to_string(Type type) { return kTypeWords[static_cast<std::size_t>(type)]; }
std::string_view to_string(Language language) {
  return kLanguageWords[static_cast<std::size_t>(language)];
}
bool has_answer(Hook hook) {
  return hook == Hook::configure || hook == Hook::health || hook == Hook::metrics ||
         hook == Hook::run;
}
std::string_view to_string(Hook hook) { return kHookWords[static_cast<std::size_t>(hook)]; }
std::string_view to_string(SettingType type) {
  return kSettingTypeWords[static_cast<std::size_t>(type)];
}
std::string_view to_string(Reads what) { return kReadsWords[static_cast<std::size_t>(what)]; }
std::string_view to_string(Place place) { return kPlaceWords[static_cast<std::size_t>(place)]; }

}  // namespace muster::extensions
