#include "apps/muster/node_table.h"

#include <algorithm>
#include <format>
#include <map>
#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/muster/client.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "provisioning/image.h"

namespace muster::cli {
namespace {

using nlohmann::json;

/// Accelerators of one node that are alike.
struct Cards {
  std::string type;
  std::string state;
  std::uint64_t count = 0;
};

/// The members of one node that a line shows.
struct Line {
  std::string name;
  std::string state;
  std::string draining;
  std::string stage;
  std::string address;
  std::string mac;
  std::string reason;
  std::string profile;
  std::string booted_profile;
  std::string scheduler;
  std::string scheduler_reason;
  std::string image;
  std::string booted_image;
  std::string processor;
  std::string machine;
  std::string firmware;
  std::string switch_port;
  std::vector<Cards> accelerators;
  std::uint64_t progress = 0;
  std::optional<std::uint64_t> cpus;
  std::optional<std::uint64_t> memory;
  std::uint64_t seen_ms = 0;
  bool holds_plan = true;
  bool secure_boot = false;
  bool outdated = false;
};

/// The member of a line that has this name in the answer.
std::string* text_member(Line& line, std::string_view name) {
  static const std::map<std::string_view, std::string Line::*> kMembers = {
      {"name", &Line::name},
      {"state", &Line::state},
      {"draining", &Line::draining},
      {"stage", &Line::stage},
      {"address", &Line::address},
      {"mac", &Line::mac},
      {"reason", &Line::reason},
      {"profile", &Line::profile},
      {"booted_profile", &Line::booted_profile},
      {"scheduler", &Line::scheduler},
      {"scheduler_reason", &Line::scheduler_reason},
      {"image", &Line::image},
      {"booted_image", &Line::booted_image},
      {"processor", &Line::processor},
      {"machine", &Line::machine},
      {"firmware", &Line::firmware},
      {"switch_port", &Line::switch_port}};
  const auto found = kMembers.find(name);
  return found == kMembers.end() ? nullptr : &(line.*found->second);
}

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
    ++depth_;
    if (depth_ == kNode) lines.emplace_back();
    if (depth_ == kCards) lines.back().accelerators.emplace_back();
    return true;
  }
  bool end_object() override {
    --depth_;
    return true;
  }
  bool string(string_t& value) override {
    std::string* const member = depth_ == kNode    ? text_member(lines.back(), key_)
                                : depth_ == kCards ? cards_member()
                                                   : nullptr;
    if (member != nullptr) *member = std::move(value);
    return true;
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (depth_ == 1 && key_ == "now_ms") now_ms = value;
    if (depth_ == kCards && key_ == "count") lines.back().accelerators.back().count = value;
    if (depth_ != kNode) return true;
    Line& line = lines.back();
    if (key_ == "progress") line.progress = value;
    if (key_ == "cpus") line.cpus = value;
    if (key_ == "memory") line.memory = value;
    if (key_ == "seen_ms") line.seen_ms = value;
    return true;
  }
  bool null() override { return true; }
  bool boolean(bool value) override {
    if (depth_ == kNode && key_ == "holds_plan") lines.back().holds_plan = value;
    if (depth_ == kNode && key_ == "outdated") lines.back().outdated = value;
    if (depth_ == kNode && key_ == "secure_boot") lines.back().secure_boot = value;
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
  /// How deep objects are nested: the answer, a node in it, cards of a node.
  static constexpr int kNode = 2;
  static constexpr int kCards = 3;

  std::string* cards_member() {
    Cards& cards = lines.back().accelerators.back();
    return key_ == "type" ? &cards.type : key_ == "state" ? &cards.state : nullptr;
  }

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

/// Whether it waits for its jobs, to go down then.
bool is_draining(const Line& line) { return line.state == "ready" && !line.draining.empty(); }

std::string stage_of(const Line& line) {
  // What was decided reaches a node at its next heartbeat.
  if (line.stage == "ready" && !line.holds_plan) return "older plan";
  const bool moving = line.state == "booting" && line.stage == "image";
  return moving ? std::format("{} {} %", line.stage, line.progress) : printable(line.stage);
}

/// "compute@3f2a91bb0c12 (outdated)".
std::string image_of(const Line& line) {
  if (line.image.empty()) return "-";
  const std::string image =
      line.booted_image.empty() ? line.image : provisioning::short_reference(line.booted_image);
  return image + (line.outdated ? " (outdated)" : "");
}

/// Why the node is no good, in its own words, else in the scheduler's.
std::string reason_of(const Line& line) {
  if (!line.reason.empty()) return printable(line.reason, 4000);
  if (is_draining(line)) return "goes down for operation " + printable(line.draining, 64);
  return line.scheduler_reason.empty() ? "" : "Slurm: " + printable(line.scheduler_reason);
}

/// "4 a100, 2 mi210 (no driver)".
std::string accelerators_of(const Line& line) {
  std::vector<std::string> parts;
  for (const Cards& cards : line.accelerators) {
    const std::string state = cards.state == "ready" ? "" : std::format(" ({})", cards.state);
    parts.push_back(std::format("{} {}{}", cards.count, printable(cards.type, 64), state));
  }
  return or_dash(join(parts, ", "));
}

std::string firmware_of(const Line& line) {
  return or_dash(line.firmware + (line.secure_boot ? ", Secure Boot" : ""));
}

std::vector<std::string> row_of(const Line& line, std::uint64_t now_ms, Columns columns) {
  std::vector<std::string> row = {line.name.empty() ? "-" : line.name,
                                  is_draining(line) ? "draining" : line.state,
                                  stage_of(line),
                                  or_dash(printable(line.scheduler)),
                                  line.address,
                                  line.mac,
                                  profile_of(line)};
  const bool wide = columns == Columns::wide;
  if (wide) row.push_back(image_of(line));
  row.push_back(line.cpus ? std::to_string(*line.cpus) : "-");
  row.push_back(line.memory ? human(Bytes{*line.memory}) : "-");
  if (wide) {
    for (const std::string& text : {accelerators_of(line), line.processor, line.machine,
                                    firmware_of(line), line.switch_port}) {
      row.push_back(or_dash(printable(text)));
    }
  }
  row.push_back(heard(line, now_ms));
  row.push_back(reason_of(line));
  return row;
}

std::vector<std::string> titles(Columns columns) {
  if (columns == Columns::narrow) {
    return {"NAME",    "STATE", "STAGE",  "SLURM", "ADDRESS", "MAC",
            "PROFILE", "CPUS",  "MEMORY", "HEARD", "REASON"};
  }
  return {"NAME",    "STATE",    "STAGE",       "SLURM",  "ADDRESS",      "MAC",
          "PROFILE", "IMAGE",    "CPUS",        "MEMORY", "ACCELERATORS", "PROCESSOR",
          "MACHINE", "FIRMWARE", "SWITCH PORT", "HEARD",  "REASON"};
}

}  // namespace

Result<std::string> render_node_table(std::string_view answer, Columns columns) {
  NodeReader reader;
  if (!json::sax_parse(answer, &reader)) return fail("the daemon's answer is not JSON");
  std::vector<std::vector<std::string>> rows = {titles(columns)};
  rows.reserve(reader.lines.size() + 1);
  for (const Line& line : reader.lines) rows.push_back(row_of(line, reader.now_ms, columns));
  return render_table(rows);
}

}  // namespace muster::cli
