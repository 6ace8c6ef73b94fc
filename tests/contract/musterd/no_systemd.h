#pragma once
// A machine whose systemd does not answer.

#include "core/os/command.h"

namespace muster::control {

/// A machine without systemd.
class NoSystemd : public os::CommandRunner {
 public:
  Result<os::CommandResult> run(const os::Command&) override { return fail("no systemd"); }
};

}  // namespace muster::control
