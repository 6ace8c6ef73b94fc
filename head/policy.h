#pragma once
// What the privileged helper is willing to do for the unprivileged daemon. A daemon that was taken
// over can break the cluster's services, and nothing else of the machine.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/plan/owns.h"
#include "core/plan/plan.h"

namespace muster::head {

/// A room of Muster's and what is its own on the head. `origin`: as plan::Step::origin.
struct Owner {
  std::string origin;
  plan::Owns owns;
};

class Policy {
 public:
  /// Errors: two owners of one thing, with the names of both.
  static Result<Policy> make(std::vector<Owner> owners);

  /// Errors: the first step that is outside of what its origin owns, or, when nobody said whose it
  /// is, outside of what all own together. Files are plain: none is a program or runs as somebody
  /// else.
  Status check(const plan::Plan& plan) const;

  /// The origin of whose step this may be: the first owner of what it is about; none: nobody owns
  /// that.
  std::optional<std::string> owner_of(const plan::Step& step) const;

  /// The origin of who sets this key of slurm.conf; none: nobody does.
  std::optional<std::string> setter_of(std::string_view scheduler_key) const;

  /// Every unit of systemd that somebody owns, in the order of the owners.
  std::vector<std::string> units() const;

 private:
  explicit Policy(std::vector<Owner> owners) : owners_(std::move(owners)) {}

  std::vector<Owner> owners_;
};

}  // namespace muster::head
