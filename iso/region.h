#pragma once
// Language and time zone, the same on the head and in every image: a job's dates and messages do
// not depend on where it ran.

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

/// Writes locale.conf(5), localtime(5) and Debian's /etc/timezone below `root`. Errors: there is no
/// such time zone in `root`.
Status write_region(const spec::Head& head, const std::filesystem::path& root);

}  // namespace muster::iso
