#pragma once
// The hosts of a head, as the daemon asks them: a host answers one question at a time, and who asks
// the same one waits for its turn.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "extensions/host.h"
#include "extensions/turns.h"

namespace muster::extensions {

/// Threads: every function may be called from several threads.
class Hosts {
 public:
  /// `run`: where the hosts' sockets are.
  explicit Hosts(std::filesystem::path run) : run_(std::move(run)) {}

  /// What a hook answered. `said`: what it said besides is added, also when it failed. Waits for
  /// who asks this host already, up to kMostWait. Errors: as ask_host; the hook failed; it
  /// `is_unwanted`; the host works on something else for so long (busy).
  Result<nlohmann::json> ask(const std::string& extension, Hook hook, const nlohmann::json& input,
                             std::string& said, const std::function<bool()>& is_unwanted,
                             const AnswerCall& answer_call = {});

 private:
  std::filesystem::path run_;
  std::atomic<std::uint64_t> asked_ = 0;
  Turns<std::timed_mutex> turns_;
};

/// Who waits for a host does so at most so long: longer than any hook takes but `run`.
inline constexpr std::chrono::milliseconds kMostWait = std::chrono::seconds(40);

/// What a hook may take. Units: milliseconds.
std::chrono::milliseconds time_of(Hook hook);

}  // namespace muster::extensions
