#pragma once
// Puts back what a plan replaced, while the machine runs.

#include "core/apply/apply.h"
#include "core/apply/changes.h"
#include "core/apply/record.h"

namespace muster::apply {

/// Nothing that anybody wrote or made meanwhile is lost: a file that is not as the plan wrote it, a
/// directory that is not empty, and a file system that the plan did not mount stay. Those that
/// somebody uses, and file systems in memory that have files, stay until the next apply.
/// Owns: nothing; what it is made of must live longer.
class Undo {
 public:
  Undo(Target& target, Changes& changes, const Record& record)
      : target_(target), changes_(changes), record_(record) {}

  /// What became of it. `kept`: it is tried again.
  Outcome put_back(const Entry& entry);

  /// Starts anew, or reloads, a service that left the plan, ran before it, and watches what was put
  /// back. Call it after all of them. Other steps have nothing to hear.
  Outcome tell(const plan::Step& step);

 private:
  Target& target_;
  Changes& changes_;
  const Record& record_;
};

}  // namespace muster::apply
