#pragma once
// What an apply remembers of the machine as it was, and what it takes back of earlier plans.

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/apply/undo.h"

namespace muster::apply {

/// Owns: the record while an apply runs; what it is made of must live longer.
class Memory {
 public:
  Memory(Target& target, const Options& options, Changes& changes)
      : target_(target), options_(options), changes_(changes) {}

  /// Is told each outcome but "unchanged".
  using Add = std::function<void(Outcome)>;

  /// Puts back what the plan does not have any more. Errors: the record cannot be read or written,
  /// or a part of it is lost; without one that can be read nothing is put back.
  Status put_back_leavers(const plan::Plan& plan, const Add& add);

  /// Tries once more what could not be put back. Call it after the steps: what used it may have
  /// heard that it goes. Returns the subjects whose place is free for the plan's own step now, such
  /// as another file system. Errors: the record cannot be written.
  Result<std::set<std::string>> try_again(const Add& add);

  /// Whether a step must not be made true before what stood for its subject is put back: both would
  /// be run, and nobody could tell afterwards what was there before.
  bool must_wait(const plan::Step& step) const;

  /// Remembers what the plan's steps are about to replace, on the disk. Call it before the steps.
  /// Errors: something could not be looked at, or the record cannot be written; what was replaced
  /// then stays for good.
  Status remember(const plan::Plan& plan);

 private:
  bool is_recorded(const plan::Step& step) const;
  Outcome put_back(Entry entry);
  static bool is_done(const Outcome& outcome);
  void make_wait(const Entry& entry);

  Target& target_;
  const Options& options_;
  Changes& changes_;
  /// None: there is none to be used.
  std::optional<Record> record_;
  /// What could not be put back yet.
  std::vector<Entry> waiting_;
  /// The subjects of the plan.
  std::set<std::string, std::less<>> planned_;
};

}  // namespace muster::apply
