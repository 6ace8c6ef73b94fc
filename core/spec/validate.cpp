#include "core/spec/validate.h"

#include <algorithm>
#include <array>
#include <format>
#include <map>
#include <optional>

#include "core/base/text.h"
#include "core/spec/ranges.h"
#include "core/spec/system_accounts.h"
#include "core/spec/validate_external.h"
#include "core/spec/values.h"

namespace muster::spec {
namespace {

using Conflicts = std::vector<Conflict>;

void check_head(const ClusterSpec& spec, Conflicts& conflicts) {
  const Ipv4Interface& head = spec.head.address;
  const std::string path = "head.address";
  if (!can_hold_cluster(head)) {
    conflicts.push_back(
        {{path},
         std::format("{}: a network of /{} cannot hold a cluster", path, head.prefix),
         "use a prefix from /8 to /29; /16 holds 65,000 nodes, /24 holds 250"});
    return;
  }
  if (head.address == head.network() || head.address == head.broadcast()) {
    const bool network = head.address == head.network();
    conflicts.push_back(
        {{path},
         std::format("{}: {} is the {} address of {}/{}", path, to_string(head.address),
                     network ? "network" : "broadcast", to_string(head.network()), head.prefix),
         std::format("write an address within it, such as '{}/{}'",
                     to_string(Ipv4Address{head.network().value + 1}), head.prefix)});
  }
  const std::uint32_t first_octet = head.address.value >> 24U;
  if (first_octet == 0 || first_octet == 127 || first_octet >= 224) {
    conflicts.push_back({{path},
                         std::format("{}: {} is no address of a machine on a network", path,
                                     to_string(head.address)),
                         "use a private network such as '10.42.0.1/16'"});
  }
}

std::string usable(const Ipv4Interface& head) {
  return std::format("use addresses from {} to {}, which the head's {} leaves room for",
                     to_string(Ipv4Address{head.network().value + 1}),
                     to_string(Ipv4Address{head.broadcast().value - 1}), to_string(head));
}

void check_range(const ClusterSpec& spec, const std::string& path, const Ipv4Range& range,
                 Conflicts& conflicts) {
  const Ipv4Interface& head = spec.head.address;
  if (!can_hold_cluster(head)) return;
  const std::vector<std::string> paths = {path, "head.address"};
  if (!head.contains(range.first) || !head.contains(range.last)) {
    conflicts.push_back({paths,
                         std::format("{}: {} leaves the head's network {}/{}", path,
                                     to_string(range), to_string(head.network()), head.prefix),
                         usable(head)});
    return;
  }
  if (range.contains(head.address)) {
    conflicts.push_back({paths,
                         std::format("{}: {} holds the head's own address {}", path,
                                     to_string(range), to_string(head.address)),
                         "leave the head's address out of the range"});
  }
  if (range.contains(head.network()) || range.contains(head.broadcast())) {
    conflicts.push_back(
        {paths,
         std::format("{}: {} holds the first or the last address of {}/{}, which "
                     "belong to no machine",
                     path, to_string(range), to_string(head.network()), head.prefix),
         usable(head)});
  }
}

void check_ranges(const ClusterSpec& spec, Conflicts& conflicts) {
  const Ipv4Range& own = spec.nodes.addresses;
  const Ipv4Range& loan = spec.nodes.unknown_addresses;
  check_range(spec, "nodes.addresses", own, conflicts);
  check_range(spec, "nodes.unknown_addresses", loan, conflicts);
  if (own.first <= loan.last && loan.first <= own.last) {
    const Ipv4Range both = {std::max(own.first, loan.first), std::min(own.last, loan.last)};
    conflicts.push_back(
        {{"nodes.unknown_addresses", "nodes.addresses", "head.address"},
         std::format("nodes.unknown_addresses: {} are in nodes.addresses too", to_string(both)),
         "the two ranges must have no address in common"});
  }
}

/// Reports every element whose `key` an earlier one has. An empty key is no key.
template <typename List, typename Key>
void check_distinct(const List& list, std::string_view list_path, std::string_view field, Key key,
                    Conflicts& conflicts) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string text = key(list[i]);
    if (text.empty()) continue;
    const auto [first, fresh] = seen.emplace(text, i);
    if (fresh) continue;
    const auto path = [&](std::size_t at) { return std::format("{}[{}]{}", list_path, at, field); };
    conflicts.push_back({{path(i), path(first->second)},
                         std::format("{}: '{}' is there already", path(i), printable(text, 80)),
                         std::format("{} has it; write each once", path(first->second))});
  }
}

constexpr auto kItself = [](const std::string& text) { return text; };
constexpr auto kByName = [](const auto& element) { return element.name; };

void check_images(const ClusterSpec& spec, Conflicts& conflicts) {
  if (spec.images.empty()) {
    conflicts.push_back({{"images"},
                         "images: nodes have nothing to boot",
                         "add an image, such as '- name: compute', or leave out the key"});
  }
  check_distinct(spec.images, "images", ".name", kByName, conflicts);
  for (std::size_t i = 0; i < spec.images.size(); ++i) {
    check_distinct(spec.images[i].packages, std::format("images[{}].packages", i), "", kItself,
                   conflicts);
  }
}

void check_profiles(const ClusterSpec& spec, Conflicts& conflicts) {
  if (spec.profiles.empty()) {
    conflicts.push_back({{"profiles"},
                         "profiles: new nodes have no profile",
                         "add a profile, such as '- name: default', or leave out the key"});
  }
  check_distinct(spec.profiles, "profiles", ".name", kByName, conflicts);
  std::vector<std::string> images;
  std::vector<std::string> read = {""};
  for (const Image& image : spec.images) {
    read.push_back(std::format("images[{}].name", images.size()));
    images.push_back(image.name);
  }
  for (std::size_t i = 0; i < spec.profiles.size(); ++i) {
    const std::string& image = spec.profiles[i].image;
    if (image.empty() || images.empty() || std::ranges::contains(images, image)) continue;
    const auto near = nearest(image, images);
    read.front() = std::format("profiles[{}].image", i);
    conflicts.push_back(
        {read, std::format("{}: there is no image '{}'", read.front(), printable(image, 80)),
         near ? std::format("did you mean '{}'?", *near)
              : std::format("images: {}", join(images, ", "))});
  }
}

void check_users(const ClusterSpec& spec, Conflicts& conflicts) {
  check_distinct(spec.users, "users", ".name", kByName, conflicts);
  const auto uid = [](const User& user) { return user.uid ? std::format("{}", *user.uid) : ""; };
  check_distinct(spec.users, "users", ".uid", uid, conflicts);
  for (std::size_t i = 0; i < spec.users.size(); ++i) {
    const User& user = spec.users[i];
    check_distinct(user.ssh_keys, std::format("users[{}].ssh_keys", i), "", ssh_key_identity,
                   conflicts);
    if (!is_system_account(user.name)) continue;
    const std::string path = std::format("users[{}].name", i);
    conflicts.push_back(
        {{path},
         std::format("{}: '{}' is an account of the system itself", path, user.name),
         "choose another name"});
  }
}

/// `path` is `parent` or lies below it.
bool is_within(std::string_view path, std::string_view parent) {
  return path.starts_with(parent) && (path.size() == parent.size() || path[parent.size()] == '/');
}

constexpr std::array<std::string_view, 13> kSystemFolders = {
    "/bin",  "/boot", "/dev",  "/etc", "/lib", "/lib64", "/proc",
    "/root", "/run",  "/sbin", "/sys", "/tmp", "/var"};

void check_mount(const Volume& volume, const std::string& path, Conflicts& conflicts) {
  const bool system = std::ranges::any_of(
      kSystemFolders, [&](std::string_view folder) { return is_within(volume.mount, folder); });
  const bool programs = volume.mount == "/usr" ||
                        (is_within(volume.mount, "/usr") && !is_within(volume.mount, "/usr/local"));
  if (!system && !programs) return;
  conflicts.push_back({{path},
                       std::format("{}: '{}' belongs to the system", path, volume.mount),
                       "mount elsewhere, such as '/home', '/scratch' or '/srv/data'"});
}

/// Head and nodes share /home, written or not.
void check_home(const Volume& volume, const std::string& path, Conflicts& conflicts) {
  if (volume.name == "home" && !volume.mount.empty() && volume.mount != "/home") {
    conflicts.push_back(
        {{path + ".mount"},
         std::format("{}.mount: the volume 'home' is /home, not '{}'", path, volume.mount),
         "give this volume another name"});
  }
  if (volume.mount != "/home" && is_within(volume.mount, "/home")) {
    conflicts.push_back({{path + ".mount"},
                         std::format("{}.mount: '{}' lies inside /home, which is shared already",
                                     path, volume.mount),
                         "mount volumes beside each other"});
  }
}

void check_volumes(const ClusterSpec& spec, Conflicts& conflicts) {
  const auto& volumes = spec.volumes;
  check_distinct(volumes, "volumes", ".name", kByName, conflicts);
  check_distinct(volumes, "volumes", ".mount", [](const Volume& v) { return v.mount; }, conflicts);
  for (std::size_t i = 0; i < volumes.size(); ++i) {
    const std::string path = std::format("volumes[{}].mount", i);
    check_mount(volumes[i], path, conflicts);
    check_home(volumes[i], std::format("volumes[{}]", i), conflicts);
    for (std::size_t j = 0; j < volumes.size(); ++j) {
      const std::string& other = volumes[j].mount;
      if (other.empty() || volumes[i].mount == other || !is_within(volumes[i].mount, other))
        continue;
      conflicts.push_back({{path, std::format("volumes[{}].mount", j)},
                           std::format("{}: '{}' lies inside volume '{}' ({})", path,
                                       volumes[i].mount, volumes[j].name, other),
                           "mount volumes beside each other"});
    }
  }
}

/// Whether `name` is a name that nodes get: the prefix and digits.
bool is_node_name(const Nodes& nodes, std::string_view name) {
  if (nodes.prefix.empty() || !name.starts_with(nodes.prefix)) return false;
  const std::string_view number = name.substr(nodes.prefix.size());
  return number.size() >= static_cast<std::size_t>(nodes.digits) && parse_number(number);
}

void check_names(const ClusterSpec& spec, Conflicts& conflicts) {
  if (is_node_name(spec.nodes, spec.head.hostname)) {
    conflicts.push_back(
        {{"head.hostname", "nodes.prefix"},
         std::format("head.hostname: '{}' is a name that a node may get", spec.head.hostname),
         "give the head a name of its own"});
  }
  if (spec.head.hostname == "localhost") {
    conflicts.push_back({{"head.hostname"},
                         "head.hostname: every machine calls itself 'localhost'",
                         "give the head a name of its own"});
  }
}

/// The states of nodes (provisioning/node.h) are groups by themselves.
constexpr std::array<std::string_view, 6> kStates = {"discovered", "adopted", "booting",
                                                     "ready",      "off",     "failed"};

/// `@name` in a node set means one group.
void refuse_group(const std::string& path, std::string_view name, std::string_view whose,
                  Conflicts& conflicts) {
  conflicts.push_back({{path},
                       std::format("{}: '@{}' is the group of all nodes {}", path, name, whose),
                       "take another name"});
}

void check_groups(const ClusterSpec& spec, Conflicts& conflicts) {
  check_distinct(spec.groups, "groups", ".name", kByName, conflicts);
  for (std::size_t i = 0; i < spec.groups.size(); ++i) {
    const std::string& name = spec.groups[i].name;
    const std::string path = std::format("groups[{}].name", i);
    if (std::ranges::contains(kStates, name)) {
      refuse_group(path, name, "in that state", conflicts);
    } else if (std::ranges::contains(spec.profiles, name, &Profile::name)) {
      refuse_group(path, name, "with that profile", conflicts);
    }
  }
  for (std::size_t i = 0; i < spec.profiles.size(); ++i) {
    const std::string& name = spec.profiles[i].name;
    if (!std::ranges::contains(kStates, name)) continue;
    refuse_group(std::format("profiles[{}].name", i), name, "in that state", conflicts);
  }
}

}  // namespace

std::vector<Conflict> validate_cluster(const ClusterSpec& spec) {
  Conflicts conflicts;
  check_head(spec, conflicts);
  check_ranges(spec, conflicts);
  for (Conflict& conflict : validate_external(spec)) conflicts.push_back(std::move(conflict));
  check_names(spec, conflicts);
  check_images(spec, conflicts);
  check_profiles(spec, conflicts);
  check_users(spec, conflicts);
  check_volumes(spec, conflicts);
  check_groups(spec, conflicts);
  check_distinct(spec.extensions, "extensions", ".name", kByName, conflicts);
  check_distinct(spec.head.ssh_keys, "head.ssh_keys", "", ssh_key_identity, conflicts);
  check_distinct(spec.head_packages, "head.packages", "", kItself, conflicts);
  return conflicts;
}

}  // namespace muster::spec
