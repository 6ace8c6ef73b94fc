#pragma once
// What a plan changed on the machine while services have not heard of it.

#include <filesystem>
#include <functional>
#include <set>
#include <string>

#include "core/base/result.h"
#include "core/plan/step.h"

namespace muster::apply {

class Changes {
 public:
  /// `pending`: as Options::pending.
  explicit Changes(std::filesystem::path pending) : pending_(std::move(pending)) {}

  /// What an earlier apply changed and no service has heard of yet. Errors: the file cannot be
  /// read.
  Status load();

  /// Changes what is at `path`. It is remembered before: whatever ends us, the services that watch
  /// the path are told of it the next time. Errors: as `how`.
  Status make(const std::string& path, const std::function<Status()>& how);

  /// Counts what is at `path` as changed, for this apply.
  void note(const std::string& path) { changed_.insert(path); }

  /// What this step was about was put back after all services had their turn.
  void owe(const plan::Step& step);

  /// Whether this service must start anew, and whether it must hear of anything at all.
  bool is_replaced(const plan::Service& step) const;
  bool is_touched(const plan::Service& step) const;

  /// This service could not be told of what it watches, or of what it is.
  void owe(const plan::Service& step);

  /// Whether a unit file changed and systemd has not read it yet.
  bool has_new_units() const { return has_new_units_; }
  void units_were_read() { has_new_units_ = false; }

  /// The next apply tells only those that have not heard: a step that fails for days must not start
  /// every other service anew each time it is tried.
  Status keep_owed();

 private:
  std::filesystem::path pending_;
  /// What was changed while services did not know of it.
  std::set<std::string> changed_;
  /// What they do not know of still.
  std::set<std::string> owed_;
  bool has_new_units_ = false;
};

}  // namespace muster::apply
