// What the job check says: its report for people and programs, and what to do about a failure.

#include <algorithm>
#include <array>
#include <format>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "hpc/job_check.h"

namespace muster::hpc {
namespace {

/// Most slow pairs that are printed; programs get all of them.
constexpr std::size_t kMostPrinted = 20;

/// Words of Slurm's tools and what they mean to somebody who does not know Slurm.
struct Symptom {
  std::string_view words;
  std::string_view meaning;
  std::string_view hint;
};

constexpr std::array<Symptom, 10> kSymptoms = {{
    {"Unable to contact slurm controller", "the scheduler does not answer",
     "on the head: systemctl status slurmctld, then muster status"},
    {"Invalid node name", "the scheduler does not know one of these nodes",
     "see its nodes: muster node list"},
    {"Immediate execution impossible", "the nodes are busy with other jobs",
     "see them with squeue; wait longer with --wait, or name other nodes"},
    {"Requested nodes are busy", "the nodes are busy with other jobs",
     "see them with squeue; wait longer with --wait, or name other nodes"},
    {"allocation failure", "the scheduler could not place the job", "see: sinfo -R"},
    {"Communication connection failure", "a node stopped answering when the job was started",
     "see which: sinfo -R, then muster node why NAME"},
    {"error while loading shared libraries", "the nodes lack a library of Open MPI",
     "add libopenmpi40 to images[].packages in cluster.yaml and build the ISO again"},
    {"No such file or directory", "the nodes do not see the program in /home",
     "check the mount on a node: srun -w NAME findmnt /home"},
    {"Invalid user id", "the nodes do not know this user", "see: muster user list"},
    {"DUE TO TIME LIMIT", "the job ran longer than it may",
     "a network this slow is broken: check links, then muster job check with two nodes"},
}};

std::string names_of(const std::vector<SchedulerNode>& nodes) {
  std::vector<std::string> names;
  for (const SchedulerNode& node : nodes) names.push_back(node.name);
  return fold_names(names);
}

std::string render_unusable(const std::vector<SchedulerNode>& nodes) {
  std::string text;
  for (const SchedulerNode& node : nodes) {
    text += std::format("not used   {}: {}{}\n", node.name, node.state,
                        node.reason.empty() ? "" : std::format(" ({})", node.reason));
  }
  return text;
}

std::string render_slow(const Verdict& verdict) {
  std::string text;
  for (std::size_t i = 0; i < std::min(verdict.slow.size(), kMostPrinted); ++i) {
    const Pair& pair = verdict.slow[i];
    text += std::format("slow       {} – {}: {:.1f} µs, {:.0f} MB/s\n", pair.a, pair.b,
                        pair.latency_us, pair.bandwidth_mbs);
  }
  if (verdict.slow.size() > kMostPrinted) {
    text +=
        std::format("slow       {} more pairs: see --json\n", verdict.slow.size() - kMostPrinted);
  }
  return text;
}

std::string render_figures(const Measurement& measurement) {
  std::string text = std::format("ring       {} in {:.2f} ms\n", fold_names(measurement.nodes),
                                 measurement.ring_seconds * 1e3);
  const auto verdict = judge(measurement);
  if (!verdict) return text + "pairs      none: one node has nobody to talk to\n";
  text += std::format("latency    {:.1f} µs median, {:.1f} µs worst\n", verdict->median.latency_us,
                      verdict->worst.latency_us);
  text += std::format("bandwidth  {:.0f} MB/s median, {:.0f} MB/s worst\n",
                      verdict->median.bandwidth_mbs, verdict->worst.bandwidth_mbs);
  text += std::format("pairs      {} measured, {} slow\n", measurement.pairs.size(),
                      verdict->slow.size());
  return text + render_slow(*verdict);
}

nlohmann::json to_json(const Pair& pair) {
  return {{"a", pair.a},
          {"b", pair.b},
          {"latency_us", pair.latency_us},
          {"bandwidth_mb_per_s", pair.bandwidth_mbs}};
}

void add_figures(nlohmann::json& document, const Measurement& measurement) {
  document["nodes"] = measurement.nodes;
  document["ring_seconds"] = measurement.ring_seconds;
  document["pairs"] = measurement.pairs.size();
  const auto verdict = judge(measurement);
  if (!verdict) return;
  document["latency_us"] = {{"median", verdict->median.latency_us},
                            {"worst", verdict->worst.latency_us}};
  document["bandwidth_mb_per_s"] = {{"median", verdict->median.bandwidth_mbs},
                                    {"worst", verdict->worst.bandwidth_mbs}};
  for (const Pair& pair : verdict->slow) document["slow"].push_back(to_json(pair));
}

}  // namespace

std::string render_report(const CheckReport& report) {
  std::string text;
  if (report.measurement) text += render_figures(*report.measurement);
  text += render_unusable(report.unusable);
  if (!report.green()) return text + "job check: failed\n";
  return text + std::format("job check: green: {} nodes ran an MPI job as user '{}'\n",
                            report.measurement ? report.measurement->nodes.size() : 0, report.user);
}

std::string render_report_json(const CheckReport& report) {
  nlohmann::json document = {{"schema", 1},
                             {"green", report.green()},
                             {"user", report.user},
                             {"nodes", nlohmann::json::array()},
                             {"slow", nlohmann::json::array()},
                             {"unusable", nlohmann::json::array()}};
  if (report.measurement) add_figures(document, *report.measurement);
  for (const SchedulerNode& node : report.unusable) {
    document["unusable"].push_back(
        {{"name", node.name}, {"state", node.state}, {"reason", node.reason}});
  }
  if (report.problem) {
    document["problem"] = {{"message", report.problem->message}, {"hint", report.problem->hint}};
  }
  return document.dump(2);
}

Error explain_unusable(const std::vector<SchedulerNode>& nodes) {
  CHECK(!nodes.empty());
  const SchedulerNode& first = nodes.front();
  std::string hint = std::format("find out why: muster node why {}", first.name);
  if (first.state.starts_with("drain")) {
    hint = std::format("when the reason is gone: scontrol update nodename={} state=resume",
                       names_of(nodes));
  } else if (first.state == "unknown" || first.state == "future") {
    hint = std::format("it is still booting, or off: muster node show {}", first.name);
  }
  return {std::format("{} cannot run jobs: {}{}", names_of(nodes), first.state,
                      first.reason.empty() ? "" : std::format(" ({})", first.reason)),
          hint};
}

Error explain_srun(int status, std::string_view errors) {
  for (const Symptom& symptom : kSymptoms) {
    if (errors.find(symptom.words) == std::string_view::npos) continue;
    return {std::string(symptom.meaning), std::string(symptom.hint)};
  }
  const auto all = lines(errors);
  const auto last =
      std::ranges::find_last_if(all, [](const std::string& line) { return !trim(line).empty(); });
  return {std::format("the job ended with status {}{}", status,
                      last.empty() ? "" : ": " + printable(trim(last.front()), 200)),
          "run it again with --verbose to see all that it printed"};
}

}  // namespace muster::hpc
