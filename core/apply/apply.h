#pragma once
// Makes the steps of a plan true on a system (target/target.h), and says what it had to change.
// Applying the same plan twice changes nothing the second time.

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "core/apply/target/target.h"
#include "core/plan/plan.h"

namespace muster::apply {

/// What one step came to.
struct Outcome {
  std::string step;
  /// plan::Step::origin
  std::string origin = {};
  /// taken_back: the plan does not have it any more, and it is as it was before. kept: it cannot be
  /// taken back now, such as a file system that somebody uses; the next apply tries again.
  enum class Kind { unchanged, changed, taken_back, kept, failed } kind = Kind::unchanged;
  /// Why it failed or is kept; empty otherwise.
  std::string reason = {};
};

struct Report {
  std::vector<Outcome> outcomes;
  bool succeeded() const;
  /// How many steps changed something, or were taken back.
  std::size_t changed() const;
};

nlohmann::json to_json(const Report& report);

/// What an apply keeps beside the system. Paths are of the machine that runs.
struct Options {
  /// A file that remembers which paths were written while their services have not heard of it: a
  /// reload that fails, or an apply that is cut off, is made good by the next one. Empty: nothing
  /// is kept. It must not outlive a boot, which starts every service anew.
  std::filesystem::path pending = {};
  /// A directory for the record of what plans changed here and what stood there before (record.h).
  /// It must live as long as the changes do. Empty: what leaves the plan stays.
  std::filesystem::path record = {};
  /// Files in this directory are not in the record, and stay: people's keys, of which there may be
  /// many thousand. Empty: there is none.
  std::filesystem::path unrecorded = {};
  /// People of whom nobody knows now whether they may have an account here: theirs is neither made
  /// nor removed. The plan does not name them.
  std::set<std::string, std::less<>> undecided = {};
  /// Called after each step, for progress. May be empty.
  std::function<void(const Outcome&)> on_step = {};
};

/// What an earlier plan changed and this one does not have any more is put back first, the last
/// first: files and links with their former content, directories that are empty, mounts, services.
/// What somebody changed since is left alone. Then every step is applied in order;
/// a step that fails is reported and the next ones still run, since a
/// machine with one broken service is better than one with none. Before the first step, the
/// accounts that an earlier plan made here and this one does not name are removed, and all accounts
/// that are missing are made.
Report apply(const plan::Plan& plan, Target& target, const Options& options = {});

}  // namespace muster::apply
