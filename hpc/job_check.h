#pragma once
// The job check: one MPI program over the nodes asked, and what its figures mean. Here are the pure
// parts: what the program printed, the verdict and its text.
// job_check_run.h runs it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/node_set.h"
#include "core/base/result.h"
#include "hpc/scheduler_nodes.h"

namespace muster::hpc {

/// The C source of the MPI program (hpc/check/pairs.c).
extern const std::string_view kPairsSource;

/// Most rounds of the tournament: all pairs up to 256 nodes, a spread sample of them above.
inline constexpr int kMostRounds = 255;

/// One measured way between two nodes.
struct Pair {
  std::string a;
  std::string b;
  /// Units: microseconds, one way.
  double latency_us = 0;
  /// Units: megabytes (10^6) per second.
  double bandwidth_mbs = 0;

  bool operator==(const Pair&) const = default;
};

/// What the program measured.
struct Measurement {
  std::vector<std::string> nodes;
  double ring_seconds = 0;
  std::vector<Pair> pairs;
};

/// Progress that a line of the program tells: round and rounds.
struct Progress {
  int done = 0;
  int total = 0;
};

std::optional<Progress> parse_progress(std::string_view line);

/// Reads the program's output; other lines in it, such as warnings of a library, are passed over.
/// Errors: it did not come to its end; ranks or figures that cannot be.
Result<Measurement> parse_measurement(std::string_view output);

/// Median and worst of all pairs, and those that stand out.
struct Verdict {
  Pair median;
  Pair worst;
  /// What a pair of this cluster can do: a quarter of all are at least as good. The median would
  /// not do: one bad cable among three nodes makes two of three pairs slow.
  Pair good;
  /// Twice the good latency and more, or half the good bandwidth and less; the slowest first.
  std::vector<Pair> slow;
};

/// None when there is no pair.
std::optional<Verdict> judge(const Measurement& measurement);

/// The whole answer.
struct CheckReport {
  std::string user;
  std::optional<Measurement> measurement;
  /// Nodes that were asked for and could not take part.
  std::vector<SchedulerNode> unusable;
  /// Why the check failed; none when it is green.
  std::optional<Error> problem;

  bool green() const { return !problem; }
};

/// For people, several lines.
std::string render_report(const CheckReport& report);

/// {"schema": 1, "green": …, "user": …, "nodes": …, "ring_seconds": …, "latency_us": {…},
/// "bandwidth_mb_per_s": {…}, "slow": […], "unusable": […], "problem": …}
std::string render_report_json(const CheckReport& report);

/// What to do about nodes that cannot take part, from the state and reason of the first.
Error explain_unusable(const std::vector<SchedulerNode>& nodes);

/// What to do about an srun that failed, from its words.
Error explain_srun(int status, std::string_view errors);

}  // namespace muster::hpc
