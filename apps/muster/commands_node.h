#pragma once
// The verbs of the noun `node` that have files of their own.

#include "apps/muster/commands.h"

namespace muster::cli {

void add_node_wait(CLI::App& noun, Session& session);

}  // namespace muster::cli
