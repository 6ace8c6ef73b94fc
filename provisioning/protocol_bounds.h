#pragma once
// How long the members of messages may be, in bytes; docs/reference/node-protocol.md names them.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/json/members.h"

namespace muster::provisioning {

/// Names, sessions, stages, versions.
inline constexpr std::size_t kLongestWord = 64;
/// "NAME@ID" of an image.
inline constexpr std::size_t kLongestReference = 160;
inline constexpr std::size_t kLongestGeneration = 128;
inline constexpr std::size_t kLongestToken = 256;
/// A public key of an SSH server.
inline constexpr std::size_t kLongestKey = 512;
/// A certificate request.
inline constexpr std::size_t kLongestRequest = 8192;
/// A certificate, or a few.
inline constexpr std::size_t kLongestPem = 65536;
/// Why a machine waits; an error; its hint.
inline constexpr std::size_t kLongestReason = 1000;
inline constexpr std::size_t kLongestStageFailure = 1000;
inline constexpr std::size_t kLongestFailure = 4000;
inline constexpr std::size_t kMostLines = 20;
inline constexpr std::size_t kLongestLine = 200;
inline constexpr std::size_t kMostLayers = 64;
inline constexpr std::size_t kMostStepKinds = 256;
inline constexpr std::uint64_t kMostSchema = 1'000'000;
/// Ten years.
inline constexpr std::uint64_t kMostHours = 87'600;

/// Of what hardware calls itself, and of a switch and its port.
inline constexpr std::size_t kLongestHardwareText = 128;

/// The last lines of a console.
inline std::vector<std::string> read_console(json::Members& members) {
  return members.find_lines("console", kMostLines, kLongestLine)
      .value_or(std::vector<std::string>());
}

}  // namespace muster::provisioning
