#pragma once
// Agent and head of two versions: what people are told of it. Pure.

#include <string>

#include "provisioning/protocol.h"

namespace muster::provisioning {

/// A sentence about an agent of another version than the head's, with what it cannot do of a plan;
/// empty: it is of the same version and can do all.
std::string agent_note(const Capabilities& agent, const Capabilities& head);

}  // namespace muster::provisioning
