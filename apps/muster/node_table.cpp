#include "apps/muster/node_table.h"

#include <algorithm>
#include <format>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/muster/client.h"
#include "core/base/text.h"
#include "core/base/units.h"

namespace muster::cli {
namespace {

using nlohmann::json;

/// The members of one node that a line shows.
struct Line {
  std::string name;
  std::string state;
  std::string stage;
  std::string address;
  std::string mac;
  std::string reason;
  std::string profile;
  std::string booted_profile;
  std::string scheduler;
  std::string scheduler_reason;
  std::uint64_t progress = 0;
  std::uint64_t cpus = 0;
  std::uint64_t memory = 0;
  std::uint64_t seen_ms = 0;
  bool holds_plan = true;
};

/// Collects the lines while the answer is read (nlohmann::json's SAX interface).
class NodeReader : public json::json_sax_t {
 public:
  std::vector<Line> lines;
  std::uint64_t now_ms = 0;

  bool key(string_t& name) override {
    key_ = name;
    return true;
  }
  bool start_object(std::size_t) override {
    if (++depth_ == 2) lines.emplace_back();
    return true;
  }
  bool end_object() override {
    --depth_;
    return true;
  }
  bool string(string_t& value) override {
    if (depth_ != 2) return true;
    Line& line = lines.back();
    std::string* const member = key_ == "name"               ? &line.name
                                : key_ == "state"            ? &line.state
                                : key_ == "stage"            ? &line.stage
                                : key_ == "address"          ? &line.address
                                : key_ == "mac"              ? &line.mac
                                : key_ == "reason"           ? &line.reason
                                : key_ == "profile"          ? &line.profile
                                : key_ == "booted_profile"   ? &line.booted_profile
                                : key_ == "scheduler"        ? &line.scheduler
                                : key_ == "scheduler_reason" ? &line.scheduler_reason
                                                             : nullptr;
    if (member != nullptr) *member = std::move(value);
    return true;
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (depth_ == 1 && key_ == "now_ms") now_ms = value;
    if (depth_ != 2) return true;
    Line& line = lines.back();
    std::uint64_t* const member = key_ == "progress"  ? &line.progress
                                  : key_ == "cpus"    ? &line.cpus
                                  : key_ == "memory"  ? &line.memory
                                  : key_ == "seen_ms" ? &line.seen_ms
                                                      : nullptr;
    if (member != nullptr) *member = value;
    return true;
  }
  bool null() override { return true; }
  bool boolean(bool value) override {
    if (depth_ == 2 && key_ == "holds_plan") lines.back().holds_plan = value;
    return true;
  }
  bool number_integer(number_integer_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  std::string key_;
  int depth_ = 0;
};

std::string heard(const Line& line, std::uint64_t now_ms) {
  if (line.seen_ms == 0) return "never";
  return std::format("{} s ago", now_ms > line.seen_ms ? (now_ms - line.seen_ms) / 1000 : 0);
}

/// "default > fluid": booted as the one, and as the other from its next start on.
std::string profile_of(const Line& line) {
  if (line.profile.empty()) return "-";
  const bool waits = !line.booted_profile.empty() && line.booted_profile != line.profile;
  return waits ? std::format("{} > {}", line.booted_profile, line.profile) : line.profile;
}

std::string stage_of(const Line& line) {
  // What was decided reaches a node at its next heartbeat.
  if (line.stage == "ready" && !line.holds_plan) return "older plan";
  const bool moving = line.state == "booting" && line.stage == "image";
  return moving ? std::format("{} {} %", line.stage, line.progress) : printable(line.stage);
}

std::string or_dash(std::string text) { return text.empty() ? "-" : std::move(text); }

/// Why the node is no good, in its own words, else in the scheduler's.
std::string reason_of(const Line& line) {
  if (!line.reason.empty()) return printable(line.reason, 4000);
  return line.scheduler_reason.empty() ? "" : "Slurm: " + printable(line.scheduler_reason);
}

}  // namespace

Result<std::string> render_node_table(std::string_view answer) {
  NodeReader reader;
  if (!json::sax_parse(answer, &reader)) return fail("the daemon's answer is not JSON");
  std::vector<std::vector<std::string>> rows = {{"NAME", "STATE", "STAGE", "SLURM", "ADDRESS",
                                                 "MAC", "PROFILE", "CPUS", "MEMORY", "HEARD",
                                                 "REASON"}};
  rows.reserve(reader.lines.size() + 1);
  for (const Line& line : reader.lines) {
    rows.push_back({line.name.empty() ? "-" : line.name, line.state, stage_of(line),
                    or_dash(printable(line.scheduler)), line.address, line.mac, profile_of(line),
                    std::to_string(line.cpus), human(Bytes{line.memory}),
                    heard(line, reader.now_ms), reason_of(line)});
  }
  return render_table(rows);
}

}  // namespace muster::cli
