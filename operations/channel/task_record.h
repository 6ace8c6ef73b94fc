#pragma once
// Which tasks this node was given in this boot, in files that end with the boot: nothing is done
// twice, and no outcome is lost, when the agent starts anew.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/task/task.h"

namespace muster::channel {

/// Threads: one at a time.
class TaskRecord {
 public:
  /// Task ids that are remembered after their end was told.
  static constexpr std::size_t kMostTold = 4096;

  /// `directory`, in memory, is made 0700. Errors: it cannot be made or read.
  static Result<TaskRecord> open(const std::filesystem::path& directory);

  /// A word that no other boot of any node has.
  const std::string& boot() const { return boot_; }

  /// The task begins now. False: it was given before. Errors: it cannot be written down, and must
  /// not begin.
  Result<bool> begin(const std::string& id, const std::string& kind);
  Status end(const task::Report& report);
  /// The head has heard the end.
  Status told(const std::string& id);

  struct Begun {
    std::string id;
    std::string kind;
  };
  /// What an earlier process of this program began and did not end.
  std::vector<Begun> interrupted() const;
  /// Ends that the head has not heard.
  std::vector<task::Report> untold() const;

 private:
  explicit TaskRecord(std::filesystem::path directory) : directory_(std::move(directory)) {}
  Status load();
  Status write(const std::string& name, const std::string& text) const;

  struct Known {
    std::string kind;
    /// None as long as it runs, and when it was told.
    std::optional<task::Report> report;
    bool is_told = false;
  };
  std::filesystem::path directory_;
  std::string boot_;
  std::map<std::string, Known> known_;
};

}  // namespace muster::channel
