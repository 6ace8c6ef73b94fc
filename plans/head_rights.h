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

/// The unit of systemd whose file a step writes; empty: it writes none.
std::string unit_written_by(const plan::Step& step);

/// Whether a file or a directory is root's, nobody else writes it, and nothing is setuid. What
/// others could write leads root elsewhere, by a link. Other steps give nothing away.
bool is_roots_alone(const plan::Step& step);

/// What root does for the plan of a head without extensions. Errors: as head::Policy::make.
Result<head::Policy> head_policy(const spec::ClusterSpec& spec);

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
