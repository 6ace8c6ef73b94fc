#pragma once
// The rules that single texts of cluster.yaml obey: one question each, answered yes or no. What to
// say when the answer is no stands with the types (values.cpp).

#include <string_view>

namespace muster::spec {

/// A name of ours: of the cluster, a profile, an image, a volume, an extension.
bool is_name(std::string_view text);

/// A release of Debian that this Muster builds.
bool is_release(std::string_view text);

/// scheme://host[:port]/path; user names in it would end on the medium for everyone to read.
bool is_mirror(std::string_view text);

/// A host label in lower case; not of digits alone, which would read as an address.
bool is_lower_label(std::string_view text);

/// The kernel takes 15 bytes without '/', ':' and blanks (dev_valid_name in net/core/dev.c).
bool is_interface(std::string_view text);

/// A host by its name or its IPv4 address (RFC 1123 §2.1).
bool is_host(std::string_view text);

/// A locale in UTF-8, or C: language_COUNTRY.UTF-8 and perhaps a modifier (locale(7)).
bool is_locale(std::string_view text);

/// A name of the tz database: parts of letters, digits, '+', '-', '_' between '/'.
bool is_time_zone(std::string_view text);

/// What node names start with; a digit at its end would run into the number.
bool is_node_prefix(std::string_view text);

/// One word of the kernel's command line: quotes, blanks and boot loaders' own characters would
/// change what the words around it mean.
bool is_kernel_argument(std::string_view text);

/// Debian Policy §5.6.1: at least two characters, lower case, digits, '+', '-', '.'; no '-' at the
/// end, which apt-get(8) takes as a wish to remove.
bool is_package(std::string_view text);

/// What useradd(8) of Debian takes, lower case only.
bool is_user_name(std::string_view text);

/// passwd(5): ':' and line ends split records, ',' splits the parts of this field.
bool is_full_name(std::string_view text);

/// Three numbers, with a pre-release after '-' when wanted (semver.org 2.0 without build data).
bool is_version(std::string_view text);

/// An absolute path without "." and "..", in its only spelling.
bool is_mount_point(std::string_view text);

/// A partition of Slurm; DEFAULT has a meaning of its own in slurm.conf(5).
bool is_partition(std::string_view text);

/// One OpenSSH public key line without options: type, base64 that begins with that type, comment
/// (RFC 4253 §6.6, sshd(8) AUTHORIZED_KEYS).
bool is_ssh_key(std::string_view text);

}  // namespace muster::spec
