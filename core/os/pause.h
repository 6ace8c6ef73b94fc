#pragma once
// Pauses of a thread that somebody may stop.

#include <chrono>
#include <stop_token>

namespace muster::os {

/// False when the wish to stop ended the pause, or came before it.
bool pause(const std::stop_token& stop, std::chrono::milliseconds time);

}  // namespace muster::os
