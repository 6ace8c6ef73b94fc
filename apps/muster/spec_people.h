#pragma once
// People whom a cluster.yaml names that is to be the head's, and those whom it names no more.

#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"
#include "core/spec/cluster_spec.h"

namespace muster::cli {

struct PeopleChange {
  /// Only the earlier file names them.
  std::vector<std::string> leave;
  /// Only the later one does.
  std::vector<spec::User> join;
};

/// What the file with `after` changes on the head that has the file with `before`. Whom somebody
/// removed already does not leave. Errors: as call_head.
Result<PeopleChange> ask_people_change(std::span<const spec::User> before,
                                       std::span<const spec::User> after);

/// Errors (conflict): jobs run of somebody who leaves.
Status refuse_while_leavers_work(os::CommandRunner& runner, const PeopleChange& change);

/// What follows for those who leave, a part of a sentence: "accounts of ada and bob go, and their
/// homes are kept"; empty: nobody leaves.
std::string told_leavers(const PeopleChange& change);

/// Takes the accounts of those who leave away, and gives those who join theirs again whom the head
/// knows as people who left. Who has an account already keeps it. Errors: as call_head; the rest of
/// the people is as it was.
Status change_people(const PeopleChange& change);

}  // namespace muster::cli
