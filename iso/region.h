#pragma once
// What language and time zone need of Debian; plans/region.cpp says what head and images have
// of it.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/spec/cluster_spec.h"

namespace muster::iso {

/// Debian packages that language and time zone need; none for a language that the C library has
/// built in, and for a zone of the base system.
std::vector<std::string> region_packages(const spec::Head& head);

/// The line of locale.gen(5) that makes the language; empty when nothing is to be made.
std::string render_locale_gen(const spec::Head& head);

/// Whether the language is in the list of Debian's package, a name and its character set a line.
bool is_supported(const spec::Head& head, std::string_view list);

/// Errors: the tree at `root` has no such time zone, to which its /etc/localtime will lead.
Status check_time_zone(const spec::Head& head, const std::filesystem::path& root);

}  // namespace muster::iso
