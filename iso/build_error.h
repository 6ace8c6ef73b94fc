#pragma once
// Why there is no medium: whether the work failed, or this machine lacks something that it needs.
// Programs that start builds are told the difference by an exit status (muster(1)).

#include <expected>
#include <utility>

#include "core/base/result.h"

namespace muster::iso {

struct BuildError : Error {
  enum class Cause {
    failed,  ///< of the work itself, or of what it was given
    machine  ///< a right, a program or room on a disk is missing here
  };

  /// Not explicit, so that the errors of what a build calls become its own.
  BuildError(Error error, Cause why = Cause::failed)  // NOLINT(google-explicit-constructor)
      : Error(std::move(error)), cause(why) {}

  Cause cause;
};

template <typename T>
using BuildResult = std::expected<T, BuildError>;

/// What fail() is, for what this machine lacks.
inline std::unexpected<BuildError> fail_for_machine(std::string message, std::string hint) {
  return std::unexpected(
      BuildError({std::move(message), std::move(hint)}, BuildError::Cause::machine));
}

}  // namespace muster::iso
