// The values that are about the cluster as a whole, its system and its storage.

#include "core/spec/values.h"

#include <algorithm>
#include <array>
#include <format>

#include "core/base/text.h"
#include "core/spec/codecs.h"
#include "core/spec/locales.h"
#include "core/spec/rules.h"
#include "core/spec/time_zones.h"

namespace muster::spec {

using namespace codecs;

namespace {

constexpr std::array<std::string_view, 2> kKernelWords = {"amd64", "cloud"};
constexpr std::array<std::string_view, 3> kFirmwareWords = {"none", "network", "all"};
constexpr std::array<std::string_view, 1> kReleaseWords = {kDebianRelease};

constexpr std::string_view kNamePattern = "^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$";

Result<std::string> parse_mirror(std::string_view text) {
  if (is_mirror(text)) return std::string(text);
  const std::size_t scheme = std::min(text.find("://"), text.size());
  const std::string_view kind = text.substr(0, scheme);
  const std::string_view rest = text.substr(std::min(scheme + 3, text.size()));
  if (rest.substr(0, rest.find('/')).contains('@')) {
    return fail("a user name or a password in the mirror's address would be readable on the ISO",
                "write the address without them; apt's own file for passwords is "
                "/etc/apt/auth.conf of the building machine (apt_auth.conf(5))");
  }
  if (kind == "file" || kind == "copy" || kind == "cdrom" || text.starts_with('/')) {
    return fail(std::format("'{}' is a directory of one machine, and a mirror is reached by the "
                            "network",
                            printable(text, 80)),
                "serve the directory by HTTP, and write http://ADDRESS/");
  }
  return refuse(text, kMirror.type);
}

Result<StorageDriver> parse_driver(std::string_view text) {
  const auto* const word = std::ranges::find(kStorageDriverWords, text);
  if (word != kStorageDriverWords.end()) {
    return static_cast<StorageDriver>(word - kStorageDriverWords.begin());
  }
  constexpr std::array<std::string_view, 11> kOthers = {"beegfs", "lustre", "gluster", "glusterfs",
                                                        "gpfs",   "ceph",   "cephfs",  "smb",
                                                        "cifs",   "iscsi",  "zfs"};
  if (!std::ranges::contains(kOthers, lower(text))) return refuse(text, kStorageDriver.type);
  return fail(
      std::format("'{}' is not a storage driver of this version", printable(text, 80)),
      "write 'nfs', which shares a directory of the head; other file systems are mounted by "
      "what their vendor has for that");
}

std::string show_driver(const StorageDriver& value) {
  return show_word<StorageDriver, kStorageDriver>(value);
}

Result<std::string> parse_locale(std::string_view text) {
  if (is_locale(text)) return std::string(text);
  return fail(std::format("Debian 13 has no locale '{}'", printable(text, 80)),
              suggest_locale(text));
}

Result<std::string> parse_time_zone(std::string_view text) {
  if (is_time_zone(text)) return std::string(text);
  return fail(std::format("Debian 13 has no time zone '{}'", printable(text, 80)),
              suggest_time_zone(text));
}

std::string show_argument(const KernelArgument& value) { return value.text(); }

}  // namespace

constinit const Codec<int> kSchemaVersion = {{.name = "a schema version of this Muster",
                                              .allowed = "the number 1",
                                              .json = JsonKind::integer,
                                              .minimum = 1,
                                              .maximum = 1},
                                             parse_integer<int, kSchemaVersion>,
                                             show_int};

constinit const Codec<std::string> kName = {
    {.name = "a name",
     .allowed = "lower-case letters, digits and inner '-', a letter first, at most 32",
     .pattern = kNamePattern},
    parse_name<kName, is_name>,
    same};

constinit const Codec<std::string> kRelease = {{.name = "a Debian release that this Muster builds",
                                                .allowed = "'trixie'",
                                                .words = kReleaseWords},
                                               parse_text<kRelease, is_release>,
                                               same};

constinit const Codec<std::string> kMirror = {
    {.name = "the address of a Debian mirror",
     .allowed = "http:// or https:// and a place without user name, blanks, '%', '?' and '#'",
     .pattern = "^https?://[^/@%?#\\s][^@%?#\\s]*$"},
    parse_mirror,
    same};

constinit const Codec<KernelFlavour> kKernelFlavour = {
    {.name = "a kernel flavour", .allowed = "'amd64' or 'cloud'", .words = kKernelWords},
    parse_word<KernelFlavour, kKernelFlavour>,
    show_word<KernelFlavour, kKernelFlavour>};

constinit const Codec<Firmware> kFirmware = {{.name = "a choice of firmware",
                                              .allowed = "'none', 'network' or 'all'",
                                              .words = kFirmwareWords},
                                             parse_word<Firmware, kFirmware>,
                                             show_word<Firmware, kFirmware>};

constinit const Codec<AdoptionPolicy> kAdoptionPolicy = {
    {.name = "an adoption policy", .allowed = "'open', 'ask' or 'closed'", .words = kAdoptionWords},
    parse_word<AdoptionPolicy, kAdoptionPolicy>,
    show_word<AdoptionPolicy, kAdoptionPolicy>};

constinit const Codec<StorageDriver> kStorageDriver = {
    {.name = "a storage driver", .allowed = kStorageDriversAllowed, .words = kStorageDriverWords},
    parse_driver,
    show_driver};

constinit const Codec<std::string> kLocale = {
    {.name = "a locale",
     .allowed = "'C.UTF-8', or a language and country in UTF-8 such as 'de_DE.UTF-8', one that "
                "Debian's package `locales` has",
     .pattern = "^(C|POSIX|C\\.UTF-8|[a-z]{2,3}(_[A-Z]{2})?\\.UTF-8(@[a-z]+)?)$"},
    parse_locale,
    same};

constinit const Codec<std::string> kTimeZone = {
    {.name = "a time zone",
     .allowed = "a name of the tz database, such as 'Etc/UTC' or 'Europe/Berlin'",
     .pattern = "^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+][A-Za-z0-9_+-]*)*$"},
    parse_time_zone,
    same};

constinit const Codec<KernelArgument> kKernelArgument = {
    {.name = "one kernel argument",
     .allowed = "one word such as 'quiet' or 'console=ttyS0,115200', without blanks, quotes, '\\' "
                "and '${'",
     .pattern = "^(?!---?$)(?!.*\\$\\{)[A-Za-z0-9_-][!#-&(-\\[\\]-~]*$"},
    KernelArgument::parse,
    show_argument};

constinit const Codec<std::string> kPackage = {
    {.name = "the name of a Debian package",
     .allowed =
         "lower-case letters, digits, '+', '-' and '.', at least two, such as 'libfftw3-dev'",
     .pattern = "^[a-z0-9][a-z0-9+.-]*[a-z0-9+.]$"},
    parse_text<kPackage, is_package>,
    same};

constinit const Codec<std::string> kSettingChoice = {
    {.name = "the choice of a setting",
     .allowed = "SETTING=VALUE, such as 'greeting=Good morning.'",
     .pattern = "^[a-z][a-z0-9_]{0,39}=.*$"},
    parse_text<kSettingChoice, is_setting_choice>,
    same};

constinit const Codec<std::string> kVersion = {
    {.name = "a version",
     .allowed = "three numbers, such as '1.4.0' or '2.0.0-rc.1'",
     .pattern = "^[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?$"},
    parse_text<kVersion, is_version>,
    same};

constinit const Codec<std::string> kMountPoint = {
    {.name = "a directory to mount on",
     .allowed = "an absolute path of letters, digits, '.', '-', '_', such as '/home', no '..', no "
                "'/' at its end",
     .pattern = "^(/[A-Za-z0-9._-]+)+$"},
    parse_text<kMountPoint, is_mount_point>,
    same};

}  // namespace muster::spec
