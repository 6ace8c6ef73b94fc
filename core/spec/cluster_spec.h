#pragma once
// A cluster as its owner wants it: the validated value of cluster.yaml. Passive data, no strings
// where a type exists. What each field means to an owner stands in the field table (fields.cpp),
// from which the parser, the schema and the reference manual are made.

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/units.h"
#include "core/spec/kernel_argument.h"
#include "core/spec/storage_driver.h"

namespace muster::spec {

enum class KernelFlavour { amd64, cloud };
enum class Firmware { none, network, all };
/// Whether machines that nobody knows become nodes: by themselves, when somebody adopts them, or
/// not at all.
enum class AdoptionPolicy { open, ask, closed };
/// In the order of AdoptionPolicy.
inline constexpr std::array<std::string_view, 3> kAdoptionWords = {"open", "ask", "closed"};
enum class Route { automatic, none, nat, direct };
enum class Firewall { automatic, on, off };
/// As the kernel's bonding driver names them (Documentation/networking/bonding.rst).
enum class BondMode { active_backup, lacp };

/// Which of the head's cards leads to the site.
struct ExternalCard {
  enum class Kind { automatic, none, named } kind = Kind::automatic;
  /// Set when it is named.
  std::string name = {};

  bool operator==(const ExternalCard&) const = default;
};

/// What the firewall lets in: ports of one protocol.
struct OpenPort {
  enum class Protocol { tcp, udp } protocol = Protocol::tcp;
  std::uint16_t first = 22;
  std::uint16_t last = 22;

  bool operator==(const OpenPort&) const = default;
};

/// The head's network that leads to the site.
struct External {
  ExternalCard card;
  /// None is `dhcp`.
  std::optional<Ipv4Interface> address;
  std::optional<Ipv4Address> gateway;
  std::vector<Ipv4Address> dns;
  /// Names or addresses.
  std::vector<std::string> ntp;
  std::optional<int> vlan;
  std::vector<std::string> bond;
  BondMode bond_mode = BondMode::active_backup;
  Firewall firewall = Firewall::automatic;
  std::vector<OpenPort> open;

  bool operator==(const External&) const = default;
};

struct Head {
  std::string hostname = "head";
  /// Name of the cluster's network interface; none is `auto`.
  std::optional<std::string> interface;
  Ipv4Interface address;
  External external;
  std::vector<std::string> ssh_keys;
  std::string locale;
  std::string time_zone;

  bool operator==(const Head&) const = default;
};

struct Nodes {
  /// Nodes are named prefix + number with at least `digits` digits: n001, n002, …
  std::string prefix;
  int digits = 3;
  /// Fixed addresses of adopted nodes, given in order.
  Ipv4Range addresses;
  /// Addresses of machines that nobody adopted yet.
  Ipv4Range unknown_addresses;
  Route route = Route::automatic;

  bool operator==(const Nodes&) const = default;
};

struct Adoption {
  AdoptionPolicy policy = AdoptionPolicy::ask;
  /// How long `open` lasts after the head's boot; then it is `ask`. 0: for ever.
  std::chrono::seconds open_for{0};

  bool operator==(const Adoption&) const = default;
};

struct Profile {
  std::string name;
  std::string image;
  std::vector<KernelArgument> kernel_arguments;

  bool operator==(const Profile&) const = default;
};

struct Image {
  std::string name;
  /// Debian packages beside those that every node has.
  std::vector<std::string> packages;
  std::vector<KernelArgument> kernel_arguments;

  bool operator==(const Image&) const = default;
};

struct User {
  std::string name;
  std::optional<std::uint32_t> uid;
  std::string full_name;
  std::vector<std::string> ssh_keys;

  bool operator==(const User&) const = default;
};

struct Extension {
  std::string name;
  /// Empty: the newest that there is when the ISO is made.
  std::string version = {};
  /// "SETTING=VALUE" each.
  std::vector<std::string> settings = {};

  /// Whether an installed version is the one that is wanted.
  bool is_met_by(std::string_view installed) const {
    return version.empty() || version == installed;
  }
  bool operator==(const Extension&) const = default;
};

/// "'hello' 1.0.0", or "'hello'" in any version.
inline std::string describe(const Extension& extension) {
  const std::string version = extension.version.empty() ? "" : " " + extension.version;
  return "'" + extension.name + "'" + version;
}

struct Volume {
  std::string name;
  StorageDriver driver = StorageDriver::nfs;
  /// Where head and nodes see it.
  std::string mount;
  /// Of nodes, those of these profiles mount it; empty: all nodes.
  std::vector<std::string> profiles = {};

  bool operator==(const Volume&) const = default;
};

struct Group {
  std::string name;
  /// A node set in its shortest form.
  std::string nodes;

  bool operator==(const Group&) const = default;
};

struct Hpc {
  std::string partition;
  /// Longest time of a job; 0 is no limit.
  std::chrono::seconds time_limit{0};

  bool operator==(const Hpc&) const = default;
};

struct ClusterSpec {
  int schema = 1;
  std::string name;
  std::string release;
  /// Debian mirror; none takes the building machine's own.
  std::optional<std::string> mirror;
  KernelFlavour kernel = KernelFlavour::amd64;
  Firmware firmware = Firmware::network;
  Head head;
  Nodes nodes;
  Adoption adoption;
  std::vector<Profile> profiles;
  std::vector<Image> images;
  /// Packages of the head beside those that every head has.
  std::vector<std::string> head_packages;
  std::vector<User> users;
  std::vector<Extension> extensions;
  std::vector<Volume> volumes;
  std::vector<Group> groups;
  Hpc hpc;

  bool operator==(const ClusterSpec&) const = default;
};

}  // namespace muster::spec
