#include "hpc/job_check.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <format>

#include "core/base/text.h"

namespace muster::hpc {
namespace {

/// More pairs than this cannot come from kMostRounds and the nodes that a cluster has.
constexpr int kMostRanks = 65536;

std::optional<double> parse_figure(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || !(value >= 0) || value > 1e12) return std::nullopt;
  return value;
}

/// Collects the program's lines, each checked against the ones before it.
class Reader {
 public:
  Status read(std::string_view line) {
    const auto words = split(line, ' ');
    if (words.empty()) return {};
    if (words[0] == "muster-check") return read_header(words);
    if (ranks_ == 0) return {};
    if (words[0] == "node") return read_node(words);
    if (words[0] == "ring") return read_ring(words);
    if (words[0] == "pair") return read_pair(words);
    if (words[0] == "end" && words.size() == 1) ended_ = true;
    return {};
  }

  Result<Measurement> finish() {
    if (ranks_ == 0) {
      return fail("the check's program printed nothing of its own",
                  "run it again with --verbose to see all that it printed");
    }
    if (!ended_ || std::ranges::contains(found_.nodes, std::string())) {
      return fail("the check's program ended before it was done",
                  "look for the reason on the nodes: muster node why NAME");
    }
    return std::move(found_);
  }

 private:
  using Words = std::vector<std::string>;

  static std::unexpected<Error> strange(const Words& words) {
    return fail(std::format("the check's program printed '{}'", printable(join(words, " "), 100)));
  }

  Status read_header(const Words& words) {
    const auto ranks = words.size() == 3 ? parse_number(words[2]) : std::nullopt;
    if (!ranks || words[1] != "1" || *ranks == 0 || *ranks > kMostRanks) return strange(words);
    ranks_ = *ranks;
    found_.nodes.resize(ranks_);
    return {};
  }

  std::optional<std::size_t> rank(const std::string& word) const {
    const auto number = parse_number(word);
    return number && *number < ranks_ ? number : std::nullopt;
  }

  Status read_node(const Words& words) {
    const auto number = words.size() == 3 ? rank(words[1]) : std::nullopt;
    if (!number || words[2].empty()) return strange(words);
    found_.nodes[*number] = printable(words[2], 64);
    return {};
  }

  Status read_ring(const Words& words) {
    const auto seconds = words.size() == 2 ? parse_figure(words[1]) : std::nullopt;
    if (!seconds) return strange(words);
    found_.ring_seconds = *seconds;
    return {};
  }

  Status read_pair(const Words& words) {
    if (words.size() != 5) return strange(words);
    const auto a = rank(words[1]);
    const auto b = rank(words[2]);
    const auto latency = parse_figure(words[3]);
    const auto bandwidth = parse_figure(words[4]);
    if (!a || !b || *a == *b || !latency || !bandwidth) return strange(words);
    found_.pairs.push_back({found_.nodes[*a], found_.nodes[*b], *latency, *bandwidth});
    return {};
  }

  std::size_t ranks_ = 0;
  bool ended_ = false;
  Measurement found_;
};

/// How many times slower than a good pair one is, by the worse of its two figures.
double slowness(const Pair& pair, const Pair& good) {
  const double latency = good.latency_us > 0 ? pair.latency_us / good.latency_us : 1;
  const double bandwidth = pair.bandwidth_mbs > 0 ? good.bandwidth_mbs / pair.bandwidth_mbs : 1e9;
  return std::max(latency, bandwidth);
}

}  // namespace

std::optional<Progress> parse_progress(std::string_view line) {
  const auto words = split(line, ' ');
  if (words.size() != 3 || words[0] != "round") return std::nullopt;
  const auto done = parse_number(words[1]);
  const auto total = parse_number(words[2]);
  if (!done || !total || *done > *total || *total > kMostRanks) return std::nullopt;
  return Progress{static_cast<int>(*done), static_cast<int>(*total)};
}

Result<Measurement> parse_measurement(std::string_view output) {
  Reader reader;
  for (const std::string& line : lines(output)) TRY(reader.read(line));
  return reader.finish();
}

std::optional<Verdict> judge(const Measurement& measurement) {
  if (measurement.pairs.empty()) return std::nullopt;
  std::vector<double> latencies;
  std::vector<double> bandwidths;
  for (const Pair& pair : measurement.pairs) {
    latencies.push_back(pair.latency_us);
    bandwidths.push_back(pair.bandwidth_mbs);
  }
  // The best first in both.
  std::ranges::sort(latencies);
  std::ranges::sort(bandwidths, std::greater());
  const auto at = [&](std::size_t place) {
    return Pair{.latency_us = latencies[place], .bandwidth_mbs = bandwidths[place]};
  };
  const std::size_t count = measurement.pairs.size();
  Verdict verdict{.median = at(count / 2), .worst = at(count - 1), .good = at(count / 4)};
  for (const Pair& pair : measurement.pairs) {
    if (slowness(pair, verdict.good) >= 2) verdict.slow.push_back(pair);
  }
  std::ranges::stable_sort(verdict.slow, [&](const Pair& a, const Pair& b) {
    return slowness(a, verdict.good) > slowness(b, verdict.good);
  });
  return verdict;
}

}  // namespace muster::hpc
