#pragma once
// The second level of a check: what is valid, and most probably not what was meant. A head works by
// such a specification, so nothing here is an error; each remark has a next step. Pure.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/spec/cluster_spec.h"
#include "core/spec/finding.h"

namespace muster::spec {

/// Everything remarkable in a valid specification.
Findings remark_cluster(const ClusterSpec& spec);

/// What an archive of packages answers.
struct PackageNames {
  std::function<bool(std::string_view name)> has;
  /// A name like this one that it has.
  std::function<std::optional<std::string>(std::string_view name)> nearest;
};

/// Packages that the archive lacks, each once. `names` are those of the release's main archive at
/// least.
Findings remark_missing_packages(const ClusterSpec& spec, const PackageNames& names);

/// "valid" and "valid, with 3 remarks".
std::string valid_text(std::size_t remarks);

}  // namespace muster::spec
