#pragma once
// The cluster's people as extensions are told of them. Nothing secret.

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include <nlohmann/json.hpp>

#include "control/decisions.h"
#include "control/people.h"

namespace muster::control {

/// Threads: every function may be called from several threads.
class ExtensionUsers {
 public:
  /// Both must outlive this object.
  ExtensionUsers(const Decisions& decisions, const People& people)
      : decisions_(decisions), people_(people) {}

  struct Told {
    /// By name: each with "name", "uid" and "full_name".
    nlohmann::json users;
    /// The SHA-256 of them.
    std::string digest;
  };
  /// Made anew when something was decided. Null: the stored people cannot be read, and nobody
  /// knows who they all are (hpc::UserTable::is_complete).
  std::shared_ptr<const Told> told();

 private:
  const Decisions& decisions_;
  const People& people_;
  std::mutex mutex_;
  std::uint64_t count_ = 0;
  std::shared_ptr<const Told> told_;
};

}  // namespace muster::control
