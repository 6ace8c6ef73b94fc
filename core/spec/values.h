#pragma once
// The types of single values in cluster.yaml: what may be written, how it is parsed, how it is
// shown. The field table refers to these; each carries what the schema, the manual and error
// messages need.

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/units.h"
#include "core/spec/cluster_spec.h"

namespace muster::spec {

/// `either`: a text that may be a bare number.
enum class JsonKind { string, integer, either };

/// Whole numbers from `first` to `last`.
struct NumberRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

/// What is known of a type without its C++ type.
struct ValueType {
  /// Its name in the manual.
  std::string_view name;
  /// What may be written, as the end of a sentence.
  std::string_view allowed;
  JsonKind json = JsonKind::string;
  /// ECMA-262 expression for the JSON Schema; empty when it would say nothing.
  std::string_view pattern = {};
  /// The words of an enumeration, in the order of its enumerators.
  std::span<const std::string_view> words = {};
  /// Bounds of an integer.
  std::uint64_t minimum = 0;
  std::uint64_t maximum = 0;
  /// What is refused between them.
  std::span<const NumberRange> excluded = {};
};

/// A type with its two directions; parse(show(value)) is the same value.
template <typename T>
struct Codec {
  using Value = T;
  ValueType type;
  Result<T> (*parse)(std::string_view text);
  std::string (*show)(const T& value);
};

extern const Codec<int> kSchemaVersion;
extern const Codec<std::string> kName;
extern const Codec<std::string> kRelease;
extern const Codec<std::string> kMirror;
extern const Codec<KernelFlavour> kKernelFlavour;
extern const Codec<Firmware> kFirmware;
extern const Codec<AdoptionPolicy> kAdoptionPolicy;
extern const Codec<StorageDriver> kStorageDriver;
extern const Codec<std::string> kHostLabel;
/// `auto` is none.
extern const Codec<std::optional<std::string>> kInterfaceName;
extern const Codec<Ipv4Interface> kAddressWithPrefix;
extern const Codec<Ipv4Address> kAddress;
extern const Codec<ExternalCard> kExternalCard;
/// `dhcp` is none.
extern const Codec<std::optional<Ipv4Interface>> kExternalAddress;
/// One card, by its name.
extern const Codec<std::string> kCardName;
extern const Codec<std::string> kTimeServer;
extern const Codec<int> kVlan;
extern const Codec<BondMode> kBondMode;
extern const Codec<Firewall> kFirewall;
extern const Codec<OpenPort> kOpenPort;
extern const Codec<Route> kRoute;
extern const Codec<Ipv4Range> kAddressRange;
extern const Codec<std::string> kSshKey;
extern const Codec<std::string> kLocale;
extern const Codec<std::string> kTimeZone;
extern const Codec<std::string> kNodePrefix;
extern const Codec<int> kDigits;
/// `unlimited` is zero.
extern const Codec<std::chrono::seconds> kTimeLimit;
/// The same, and what Slurm takes for a time limit.
extern const Codec<std::chrono::seconds> kJobTime;
extern const Codec<KernelArgument> kKernelArgument;
extern const Codec<std::string> kPackage;
extern const Codec<std::string> kSettingChoice;
extern const Codec<std::string> kUserName;
extern const Codec<std::uint32_t> kUid;
extern const Codec<std::string> kFullName;
extern const Codec<std::string> kVersion;
extern const Codec<std::string> kMountPoint;
extern const Codec<std::string> kPartition;
/// Kept in its shortest form.
extern const Codec<std::string> kNodeSet;

/// The type and comment-free key of an OpenSSH public key, which names it: two lines with another
/// comment are one key.
std::string ssh_key_identity(std::string_view key);

/// The only Debian release that this Muster builds.
inline constexpr std::string_view kDebianRelease = "trixie";

}  // namespace muster::spec
