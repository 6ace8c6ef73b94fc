#pragma once
// What plans changed on this machine and what stood there before, in a directory that only root
// writes: `record.json`, and the former content of files in `files`, each by its SHA-256. Of what
// leaves the plan the record knows how it was.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/apply/former.h"
#include "core/plan/plan.h"

namespace muster::apply {

/// One subject (plan::subject) of the plan that was applied last.
struct Entry {
  /// Without the content of a file.
  plan::Step step;
  /// SHA-256 of the content that the plan wrote last, or of where its link leads, and of the one
  /// before, which is still there when the last writing was cut off; empty for what is no file.
  std::string written = {};
  std::string written_before = {};
  Former former = {};

  /// Whether the plan wrote the content of this hash.
  bool wrote(std::string_view hash) const { return hash == written || hash == written_before; }
};

class Record {
 public:
  /// A record that is missing is empty. `boot`: os::read_boot_id. What another boot found mounted
  /// is looked at anew: nothing is mounted any more that was then. Errors (invalid): it is damaged,
  /// or a newer version's.
  static Result<Record> load(std::filesystem::path directory, std::string boot);

  /// What of the record this version could not read, and forgot.
  Status lost() const;

  /// What the plan does not have any more, and what it wants something else in the place of, such
  /// as another file system; the last first.
  std::vector<Entry> find_leavers(const plan::Plan& plan) const;

  /// Whether the record has this subject.
  bool knows(const std::string& subject) const { return entries_.contains(subject); }

  /// The subject is the machine's own again.
  void forget(const std::string& subject);

  /// Remembers what `sight` is, before the step changes it for the first time.
  void add(const plan::Step& step, Sight sight);

  /// The plan has the subject in this form now.
  void update(const plan::Step& step);

  /// The former content of a file. Errors: it is not there any more, or is another.
  Result<std::string> content(const Former& former) const;

  /// Writes what changed since it was read; nothing when nothing did.
  Status save();

 private:
  struct Kept {
    std::uint64_t order = 0;
    Entry entry;
  };

  std::filesystem::path directory_;
  std::string boot_;
  std::size_t lost_ = 0;
  std::map<std::string, Kept, std::less<>> entries_;
  std::uint64_t next_ = 0;
  /// Content that is not on the disk yet, by its SHA-256.
  std::map<std::string, std::string, std::less<>> contents_;
  bool is_changed_ = false;
};

}  // namespace muster::apply
