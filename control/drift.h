#pragma once
// What on the head was no longer as its plan says and was put right: by whom it may have been
// changed, and how often. Pure; times are given.

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "control/problem.h"

namespace muster::control {

class Drift {
 public:
  /// A step of a plan that held before had to be made true again.
  void note(const std::string& step, std::int64_t now_ms);

  /// What was put right within the last hour, the newest last.
  struct Entry {
    std::string step;
    int times = 0;
    std::int64_t last_ms = 0;
    bool operator==(const Entry&) const = default;
  };
  std::vector<Entry> recent(std::int64_t now_ms) const;

  /// A problem for each step that somebody changes again and again.
  std::vector<Problem> problems(std::int64_t now_ms) const;

 private:
  struct Change {
    std::string step;
    std::int64_t time_ms = 0;
  };
  std::deque<Change> changes_;
};

/// What to do about whoever changes this step, by what usually does.
std::string drift_hint(const std::string& step);

}  // namespace muster::control
