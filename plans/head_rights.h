#pragma once
// What root lets the daemon ask for on a head: what Muster's rooms own there, and what root granted
// to extensions. The helper, the daemon and the installation of an extension ask the same here.

#include <map>
#include <string>
#include <vector>

#include "core/spec/cluster_spec.h"
#include "extensions/store.h"
#include "head/policy.h"

namespace muster::plans {

/// plan::Step::origin of an extension's steps.
std::string origin_of(const std::string& extension);
bool is_of_extension(std::string_view origin);
/// Its name; the origin is one of an extension.
std::string extension_of(std::string_view origin);

struct HeadRights {
  head::Policy policy;
  /// Extensions that have none of their rights on this head, by name: something of theirs is
  /// Muster's, or an extension's whose name comes first.
  std::map<std::string, Error, std::less<>> refused = {};
};

/// Errors: Muster's own rooms own one thing twice.
Result<HeadRights> head_rights(const spec::ClusterSpec& spec,
                               const std::vector<extensions::Grant>& grants);

}  // namespace muster::plans
