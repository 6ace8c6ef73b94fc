#include "operations/operation_document.h"

#include <array>
#include <format>
#include <optional>

#include <nlohmann/json.hpp>

#include "core/json/members.h"
#include "core/task/words.h"

namespace muster::operations {
namespace {

using json::Members;
using json::Problems;
using json::Value;

constexpr std::size_t kLongestWord = 64;
constexpr std::size_t kLongestName = 256;
constexpr std::size_t kLongestNote = 1100;
constexpr std::size_t kLongestReason = 1000;
constexpr std::size_t kLongestText = 4 * task::kMostOutput;
/// Year 2200. Units: milliseconds since 1970.
constexpr std::uint64_t kLatest = 7'258'118'400'000;
constexpr std::uint64_t kMostDropped = std::uint64_t{1} << 53U;
constexpr std::uint64_t kMostAtOnce = 1'000'000;

/// Schema 1 knew no retries and no deadline.
void upgrade_from_1(Value& value) {
  if (!value.is_object()) return;
  value.emplace("retries", 0);
  value.emplace("deadline_ms", 0);
}

constexpr std::array<json::Upgrade, 1> kUpgrades = {&upgrade_from_1};

Value part_value(const std::string& node_id, const Part& part) {
  Value value = {{"id", node_id}, {"node", part.node}, {"state", to_string(part.state)}};
  if (!part.boot.empty()) value["boot"] = part.boot;
  if (!part.note.empty()) value["note"] = part.note;
  if (part.leaves) value["leaves"] = true;
  if (part.is_back) value["back"] = true;
  if (part.status != 0) value["status"] = part.status;
  if (part.signal != 0) value["signal"] = part.signal;
  if (!part.out.empty()) value["out"] = part.out;
  if (!part.err.empty()) value["err"] = part.err;
  if (part.dropped != 0) value["dropped"] = part.dropped;
  if (part.tries != 0) value["tries"] = part.tries;
  return value;
}

std::optional<PartState> state_of(std::string_view word) {
  for (const PartState state : kPartStates) {
    if (word == to_string(state)) return state;
  }
  return std::nullopt;
}

Part read_part(Members& members, Problems& problems, Now now) {
  const auto state = state_of(members.word("state", kLongestWord));
  if (!state) problems.add(members.path("state"), "is no state of a part");
  return {.node = members.word("node", kLongestName),
          .state = state.value_or(PartState::failed),
          .boot = members.find_word("boot", kLongestWord).value_or(""),
          .note = members.find_shown("note", kLongestNote).value_or(""),
          .leaves = members.find_flag("leaves").value_or(false),
          .is_back = members.find_flag("back").value_or(false),
          .status = static_cast<int>(members.find_number("status", 0, 255).value_or(0)),
          .signal = static_cast<int>(members.find_number("signal", 0, 64).value_or(0)),
          .out = members.find_word("out", kLongestWord).value_or(""),
          .err = members.find_word("err", kLongestWord).value_or(""),
          .dropped = members.find_number("dropped", 0, kMostDropped).value_or(0),
          .since_ms = now.steady_ms,
          .tries = static_cast<int>(members.find_number("tries", 0, kMostRetries).value_or(0))};
}

}  // namespace

constinit const json::DocumentKind kOperationDocument = {.name = "operation",
                                                         .upgrades = kUpgrades};
constinit const json::DocumentKind kOutputDocument = {.name = "operation-output"};

std::string output_key(std::string_view operation_id, std::string_view name) {
  return std::format("{}.{}", operation_id, name);
}

std::string render_operation(const Operation& operation) {
  Value parts = Value::array();
  for (const auto& [node_id, part] : operation.parts) parts.push_back(part_value(node_id, part));
  Value outputs = Value::array();
  for (const auto& [name, bytes] : operation.outputs) {
    outputs.push_back({{"name", name}, {"bytes", bytes}});
  }
  return json::render_document(kOperationDocument, {{"kind", operation.kind},
                                                    {"words", operation.words},
                                                    {"timeout_s", operation.timeout_s},
                                                    {"at_once", operation.at_once},
                                                    {"retries", operation.retries},
                                                    {"deadline_ms", operation.deadline_ms},
                                                    {"by", operation.by},
                                                    {"reason", operation.reason},
                                                    {"cancelled", operation.is_cancelled},
                                                    {"begun_ms", operation.begun_ms},
                                                    {"ended_ms", operation.ended_ms},
                                                    {"outputs", std::move(outputs)},
                                                    {"parts", std::move(parts)}});
}

std::string render_output(std::string_view text) {
  return json::render_document(kOutputDocument, {{"text", text}});
}

Result<Operation> parse_operation(std::string_view id, std::string_view text, Now now) {
  TRY_ASSIGN(const json::Document document, json::parse_document(kOperationDocument, text));
  Problems problems;
  Members members(document.value, problems);
  Operation operation{
      .id = std::string(id),
      .kind = members.word("kind", kLongestWord),
      .words = task::read_words(members, problems),
      .timeout_s =
          static_cast<std::uint32_t>(members.number("timeout_s", 1, task::kLongestTimeout)),
      .at_once =
          static_cast<std::uint32_t>(members.find_number("at_once", 0, kMostAtOnce).value_or(0)),
      .retries = static_cast<std::uint32_t>(members.number("retries", 0, kMostRetries)),
      .deadline_ms = static_cast<std::int64_t>(members.number("deadline_ms", 0, kLatest)),
      .by = members.shown("by", kLongestName),
      .reason = members.shown("reason", kLongestReason),
      .is_cancelled = members.find_flag("cancelled").value_or(false),
      .begun_ms = static_cast<std::int64_t>(members.number("begun_ms", 0, kLatest)),
      .ended_ms = static_cast<std::int64_t>(members.number("ended_ms", 0, kLatest))};
  for (const Value& value : members.list("parts")) {
    Members part(value, problems, "parts");
    const std::string node_id = part.word("id", kLongestWord);
    operation.parts.insert_or_assign(node_id, read_part(part, problems, now));
    part.refuse_unknown();
  }
  for (const Value& value : members.list("outputs")) {
    Members output(value, problems, "outputs");
    const std::string name = output.word("name", kLongestWord);
    operation.outputs.insert_or_assign(name, output.number("bytes", 1, kLongestText));
    output.refuse_unknown();
  }
  members.refuse_unknown();
  TRY(problems.status());
  complete(operation, now);
  return operation;
}

Result<std::string> parse_output(std::string_view text) {
  TRY_ASSIGN(const json::Document document, json::parse_document(kOutputDocument, text));
  Problems problems;
  Members members(document.value, problems);
  std::string output = members.text("text", kLongestText);
  members.refuse_unknown();
  TRY(problems.status());
  return output;
}

}  // namespace muster::operations
