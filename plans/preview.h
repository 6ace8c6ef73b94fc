#pragma once
// What a specification would make of a new cluster, before there is one. Pure.

#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/plan/plan.h"
#include "core/spec/cluster_spec.h"
#include "hpc/users.h"
#include "plans/changes.h"
#include "provisioning/node.h"

namespace muster::plans {

/// What a specification says of each person, by name: a short text that is another when it says
/// something else.
using Digests = std::map<std::string, std::string>;
/// In place of a digest: this person's account went when no specification named them any more. One
/// that names them brings it back. Whom somebody removed by name has no such mark.
inline constexpr const char* kLeft = "left";
Digests digests_of(std::span<const spec::User> users);

struct SpecUsers {
  hpc::UserTable table;
  /// Why somebody was left out, or has another number than the specification says. With an empty
  /// table a valid specification has none.
  std::vector<Error> refused;
  /// What of the specification is in the table now: of whom nothing could be taken over, as before.
  /// Of people whom it does not name: leavers, as before, and those who left.
  Digests known;
};

/// `table` with what the specification says of people, but for those whom somebody removed by name.
/// Nobody is taken out of the table. Of whom
/// `known` has the same text nothing is new: what was changed in the table since stays, and who is
/// not in it was removed. Numbers that are written are set aside before others are given.
SpecUsers with_spec_users(hpc::UserTable table, const spec::ClusterSpec& spec,
                          const Digests& known = {});

/// Those of `known` whom this specification does not name, and who have an account.
std::vector<std::string> leavers(const hpc::UserTable& table, const spec::ClusterSpec& spec,
                                 const Digests& known);

/// `table` without the leavers; `known` says that they left with the specification. Errors in
/// `refused`: of somebody who stays.
SpecUsers without_leavers(hpc::UserTable table, const spec::ClusterSpec& spec, Digests known);

/// The first node that a cluster of this specification would have, on a machine of one processor.
provisioning::Node first_node(const spec::ClusterSpec& spec);

struct Preview {
  /// What the ISO's head has before it starts, and every image of nodes.
  plan::Plan head_image;
  plan::Plan node_image;
  plan::Plan head;
  provisioning::Node node;
  plan::Plan node_plan;
  /// How the plans of nodes of other profiles than that of `node` differ from `node_plan`: of the
  /// profiles whose plans do.
  std::vector<ProfileChanges> other_profiles;
};

/// The plans of a live head and of its first node, which runs as `profile`. What only a real head
/// knows has a name in its place: keys are "made at the first start", and the card of `interface:
/// auto` is "auto". Errors: no such profile (absent); two rooms plan the same thing (conflict);
/// somebody whom with_spec_users refuses: a valid specification has none.
Result<Preview> preview(const spec::ClusterSpec& spec, const std::string& profile);

}  // namespace muster::plans
