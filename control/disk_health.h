#pragma once
// What is wrong with the disk of the head's state, in sentences with a next step. Pure.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "control/pending_writes.h"
#include "control/problem.h"
#include "core/base/result.h"
#include "core/os/file_system.h"

namespace muster::control {

struct DiskView {
  /// Where the state lies.
  std::string directory;
  /// None when even that cannot be read.
  std::optional<os::FileSystem> file_system = {};
  /// Store::trouble.
  std::optional<Error> store_trouble = {};
  std::span<const PendingWrites::Failure> failures = {};
  /// What could not be read at the start.
  std::span<const Error> lost = {};
};

/// The file system first, when it is full, nearly full or read-only; then what could not be
/// written; then what could not be read.
std::vector<Problem> disk_problems(const DiskView& view);

}  // namespace muster::control
