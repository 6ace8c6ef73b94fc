#include "core/spec/values.h"

#include <algorithm>
#include <array>
#include <format>

#include "core/base/duration.h"
#include "core/base/node_set.h"
#include "core/base/text.h"
#include "core/spec/codecs.h"
#include "core/spec/rules.h"

namespace muster::spec {

using namespace codecs;

namespace {

constexpr std::array<std::string_view, 2> kKernelWords = {"amd64", "cloud"};
constexpr std::array<std::string_view, 3> kFirmwareWords = {"none", "network", "all"};
constexpr std::array<std::string_view, 3> kAdoptionWords = {"open", "ask", "closed"};
constexpr std::array<std::string_view, 1> kStorageWords = {"nfs"};
constexpr std::array<std::string_view, 1> kReleaseWords = {kDebianRelease};

Result<std::string> parse_ssh_key(std::string_view text) {
  if (text.contains("PRIVATE KEY")) {
    return fail("this is a private key: keep it secret", "write the line of the '.pub' file");
  }
  if (!is_ssh_key(text)) return refuse(text, kSshKey.type);
  return std::string(text);
}

Result<std::chrono::seconds> parse_time_limit(std::string_view text) {
  if (text == "unlimited") return std::chrono::seconds(0);
  TRY_ASSIGN(const std::chrono::seconds limit, parse_duration(text));
  if (limit.count() == 0) {
    return fail(std::format("'{}' is no time at all", printable(text, 80)),
                "write 'unlimited' for no limit, or a length of time such as '30 min'");
  }
  return limit;
}

std::string show_time_limit(const std::chrono::seconds& value) {
  return value.count() == 0 ? "unlimited" : muster::to_string(value);
}

constexpr std::string_view kNamePattern = "^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$";

Result<std::string> parse_nodes(std::string_view text) {
  const auto nodes = parse_node_set(text);
  if (!nodes) {
    return fail(nodes.error().message, std::format("write {}", kNodeSet.type.allowed));
  }
  if (nodes->empty()) return refuse(text, kNodeSet.type);
  return to_string(*nodes);
}

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
    parse_text<kName, is_name>,
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
    parse_text<kMirror, is_mirror>,
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
    {.name = "a storage driver", .allowed = "'nfs'", .words = kStorageWords},
    parse_word<StorageDriver, kStorageDriver>,
    show_word<StorageDriver, kStorageDriver>};

constinit const Codec<std::string> kSshKey = {
    {.name = "an OpenSSH public key",
     .allowed = "the line of a '.pub' file, such as 'ssh-ed25519 AAAA… ada@desk', without options",
     .pattern = "^(ssh|ecdsa-sha2|sk-ssh|sk-ecdsa-sha2)-[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}( .*)?$"},
    parse_ssh_key,
    same};

constinit const Codec<std::string> kLocale = {
    {.name = "a locale",
     .allowed = "'C.UTF-8', or a language and country in UTF-8 such as 'de_DE.UTF-8'",
     .pattern = "^(C|POSIX|C\\.UTF-8|[a-z]{2,3}_[A-Z]{2}\\.UTF-8(@[a-z0-9]+)?)$"},
    parse_text<kLocale, is_locale>,
    same};

constinit const Codec<std::string> kTimeZone = {
    {.name = "a time zone",
     .allowed = "a name of the tz database, such as 'Etc/UTC' or 'Europe/Berlin'",
     .pattern = "^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+][A-Za-z0-9_+-]*)*$"},
    parse_text<kTimeZone, is_time_zone>,
    same};

constinit const Codec<std::string> kNodePrefix = {
    {.name = "the beginning of node names",
     .allowed = "lower-case letters, digits and '-', a letter first, no digit last, at most 32",
     .pattern = "^[a-z]([a-z0-9-]{0,30}[a-z-])?$"},
    parse_text<kNodePrefix, is_node_prefix>,
    same};

constinit const Codec<int> kDigits = {{.name = "a number of digits",
                                       .allowed = "a whole number from 1 to 6",
                                       .json = JsonKind::integer,
                                       .minimum = 1,
                                       .maximum = 6},
                                      parse_integer<int, kDigits>,
                                      show_int};

constinit const Codec<std::chrono::seconds> kTimeLimit = {
    {.name = "a length of time",
     .allowed = "a number with a unit (s, min, h, d, w) such as '30 min', or 'unlimited'",
     .pattern = "^(unlimited|( *[0-9]+ *[a-z]+)+ *)$"},
    parse_time_limit,
    show_time_limit};

constinit const Codec<std::string> kKernelArgument = {
    {.name = "one kernel argument",
     .allowed = "one word such as 'quiet' or 'console=ttyS0', without blanks, quotes and any of "
                "` \\ $ ; # { } < > | &",
     .pattern = "^[^\\s\"'`\\\\$;#{}<>|&]+$"},
    parse_text<kKernelArgument, is_kernel_argument>,
    same};

constinit const Codec<std::string> kPackage = {
    {.name = "the name of a Debian package",
     .allowed =
         "lower-case letters, digits, '+', '-' and '.', at least two, such as 'libfftw3-dev'",
     .pattern = "^[a-z0-9][a-z0-9+.-]+$"},
    parse_text<kPackage, is_package>,
    same};

constinit const Codec<std::string> kUserName = {
    {.name = "a user name",
     .allowed = "lower-case letters, digits, '-' and '_', no digit or '-' first, at most 32",
     .pattern = "^[a-z_][a-z0-9_-]{0,31}$"},
    parse_text<kUserName, is_user_name>,
    same};

constinit const Codec<std::uint32_t> kUid = {
    {.name = "a user id for people",
     .allowed = "a whole number from 1000 to 59999 (Debian keeps the others for itself)",
     .json = JsonKind::integer,
     .minimum = 1000,
     .maximum = 59999},
    parse_integer<std::uint32_t, kUid>,
    show_uid};

constinit const Codec<std::string> kFullName = {{.name = "the full name of a user",
                                                 .allowed = "at most 128 bytes without ':' and ','",
                                                 .pattern = "^[^:,]*$"},
                                                parse_text<kFullName, is_full_name>,
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

constinit const Codec<std::string> kPartition = {
    {.name = "the name of a Slurm partition",
     .allowed = "letters, digits, '-' and '_', a letter first, at most 32, not 'default'",
     .pattern = "^[A-Za-z][A-Za-z0-9_-]{0,31}$"},
    parse_text<kPartition, is_partition>,
    same};

constinit const Codec<std::string> kNodeSet = {
    {.name = "a node set", .allowed = "names with ranges, such as 'n[001-016,020]', without '@'"},
    parse_nodes,
    same};

}  // namespace muster::spec
