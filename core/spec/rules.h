#pragma once
// The rules that single texts of cluster.yaml obey: one question each, answered yes or no. What to
// say when the answer is no stands with the types (values.cpp).

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace muster::spec {

/// "greeting=Good morning.": the name of a setting of an extension and a value, which the extension
/// checks.
bool is_setting_choice(std::string_view text);

/// A name of ours: of the cluster, a profile, an image, a volume, an extension.
bool is_name(std::string_view text);

/// A name made of what somebody wrote, which may still be none: "My Cluster" as "my-cluster".
std::string as_name(std::string_view text);

/// A release of Debian that this Muster builds.
bool is_release(std::string_view text);

/// scheme://host[:port]/path; user names in it would end on the medium for everyone to read.
bool is_mirror(std::string_view text);

/// A host label in lower case; not "42" or "0x2a", which inet_aton(3) would read as an address.
bool is_lower_label(std::string_view text);

/// The kernel takes 15 bytes without '/', ':' and blanks (dev_valid_name in net/core/dev.c).
bool is_interface(std::string_view text);

/// A host by its name or its IPv4 address (RFC 1123 §2.1).
bool is_host(std::string_view text);

/// What node names start with; a digit at its end would run into the number.
bool is_node_prefix(std::string_view text);

/// Debian Policy §5.6.1: at least two characters, lower case, digits, '+', '-', '.'; no '-' at the
/// end, which apt-get(8) takes as a wish to remove.
bool is_package(std::string_view text);

/// What useradd(8) of Debian takes, lower case only; directories have names with a dot.
bool is_user_name(std::string_view text);

/// passwd(5): ':' and line ends split records, ',' splits the parts of this field. At most 128
/// characters.
bool is_full_name(std::string_view text);

/// Whether a person may have this number. Debian policy §9.2.2 keeps what is below 1000 and 60000
/// to 65535 for the system; systemd hands out 61184 to 65519 by itself (systemd's UIDS-GIDS). From
/// 65536 on are the numbers that directory services give: SSSD's end at 2000200000 (sssd-ldap(5),
/// ldap_idmap_range_max). systemd would take some of those for containers, and only such that
/// nobody has. kCheckUid is the account of the job check.
bool is_person_uid(std::uint64_t uid);

inline constexpr std::uint32_t kFirstPersonUid = 1000;
inline constexpr std::uint32_t kLastSmallUid = 59999;
inline constexpr std::uint32_t kFirstLargeUid = 65536;
inline constexpr std::uint32_t kLastPersonUid = 2000200000;

/// Three numbers, with a pre-release after '-' when wanted (semver.org 2.0 without build data).
bool is_version(std::string_view text);

/// An absolute path without "." and "..", in its only spelling.
bool is_mount_point(std::string_view text);

/// A partition of Slurm; DEFAULT has a meaning of its own in slurm.conf(5).
bool is_partition(std::string_view text);

/// One OpenSSH public key line without options: type, base64 that begins with that type, comment
/// (RFC 4253 §6.6, sshd(8) AUTHORIZED_KEYS).
bool is_ssh_key(std::string_view text);

/// The types of keys that OpenSSH of Debian 13 takes, without certificates.
std::span<const std::string_view> ssh_key_types();

}  // namespace muster::spec
