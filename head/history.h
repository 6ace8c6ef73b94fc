#pragma once
// The specifications that a head had, in a directory that only root writes: one file for each
// generation. The daemon has no part in it, so what root goes back to is what root had.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace muster::head {

/// Only root reads it. Kept by a state disk.
inline constexpr const char* kHistory = "/var/lib/muster-head/history";
/// The oldest go when there are more.
inline constexpr std::size_t kMostGenerations = 200;

/// Somebody edited the head's file, and the helper found it there.
inline constexpr const char* kFromFile = "from the file";
/// Somebody edited the head's file, and another text took its place before it held.
inline constexpr const char* kNotApplied = "not applied";

/// A cluster.yaml and how it came to be the head's.
struct Generation {
  /// From 1; no number is used twice.
  std::uint64_t number = 0;
  /// Milliseconds since 1970, by the head's clock.
  std::int64_t at_ms = 0;
  /// The login of who did it; empty when nobody knows.
  std::string who = {};
  /// How: "applied", "went back to 3", kFromFile or kNotApplied.
  std::string how = {};
  /// Of the file.
  std::string text = {};
};

struct History {
  /// The oldest first.
  std::vector<Generation> generations;
  /// Files that cannot be read.
  std::vector<Error> damaged;
};

/// Errors: the directory cannot be read. One that is missing is an empty history.
Result<History> read_history(const std::filesystem::path& directory = kHistory);

/// The generation of this number. Errors (absent): there is none, with those that there are.
Result<Generation> find_generation(const History& history, std::uint64_t number);

/// The newest generation that held and whose text is another: what to go back to from this text.
/// Errors (absent): there is none.
Result<Generation> find_before(const History& history, std::string_view text);

/// Adds a generation with the next number, when its text is not that of the newest one. Returns the
/// newest one. Two callers get two numbers. Errors: the disk; nothing was added.
Result<Generation> add_generation(Generation generation,
                                  const std::filesystem::path& directory = kHistory);

/// Takes back the generation that was added last. Errors: the disk.
Status forget_generation(std::uint64_t number, const std::filesystem::path& directory = kHistory);

}  // namespace muster::head
