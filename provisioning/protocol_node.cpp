// Messages of an enrolled node: heartbeats, reports, its plan; and refusals.

#include <algorithm>
#include <format>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/json/members.h"
#include "core/json/message.h"
#include "provisioning/protocol.h"
#include "provisioning/protocol_bounds.h"

namespace muster::provisioning {
namespace {

constexpr const char* kBootAgain = "boot this node again to take over the head's version";

std::optional<Capabilities> read_capabilities(json::Members& members) {
  auto version = members.find_word("version", kLongestWord);
  const auto schema = members.find_number("schema", 0, kMostSchema);
  auto steps = members.find_words("steps", kMostStepKinds, kLongestWord);
  if (!version || !schema || !steps) return std::nullopt;
  return Capabilities{.version = std::move(*version),
                      .schema = static_cast<std::uint32_t>(*schema),
                      .steps = std::move(*steps)};
}

/// The first kind of step that this version does not know; empty: it knows all.
std::string unknown_step(const json::Value& steps) {
  const std::vector<std::string> known = plan::step_kinds();
  for (const json::Value& step : steps) {
    const auto kind = step.is_object() ? step.find("step") : step.end();
    if (!step.is_object() || kind == step.end() || !kind->is_string()) continue;
    const auto& name = kind->get_ref<const std::string&>();
    if (!std::ranges::contains(known, name)) return printable(name, kLongestWord);
  }
  return {};
}

/// Why this version cannot read a plan; empty when it may.
std::string strangeness_of(const json::Value& value) {
  const auto schema = value.find("schema");
  if (schema != value.end() && schema->is_number() && *schema != plan::kSchema) {
    return std::format("knows plans of schema {}, and this one has schema {}", plan::kSchema,
                       schema->dump());
  }
  const auto steps = value.find("steps");
  if (steps == value.end() || !steps->is_array()) return {};
  const std::string kind = unknown_step(*steps);
  return kind.empty() ? "" : std::format("does not know step '{}'", kind);
}

/// Errors: this version cannot read the plan.
Result<plan::Plan> read_plan(const json::Value& value, std::string_view version) {
  std::string reason = strangeness_of(value);
  if (reason.empty()) {
    auto plan = plan::parse_plan_value(value);
    if (plan) return plan;
    reason = "cannot read the plan: " + plan.error().message;
  }
  return fail(ErrorKind::invalid,
              std::format("this node's agent of version {} {}", version, reason), kBootAgain);
}

std::string_view word_of(Refused refused) {
  return refused == Refused::certificate ? "certificate" : "token";
}

Refused refused_of(std::string_view word) {
  for (const Refused refused : {Refused::certificate, Refused::token}) {
    if (word == word_of(refused)) return refused;
  }
  return Refused::nothing;
}

void read_found(json::Members& members, NodeReport& report) {
  if (auto lldp = members.find_object("lldp")) {
    report.neighbour =
        LldpNeighbour{.system = lldp->find_shown("system", kLongestHardwareText).value_or(""),
                      .port = lldp->find_shown("port", kLongestHardwareText).value_or("")};
  }
  if (const json::Value* const cards = members.find_list("accelerators")) {
    report.accelerators = parse_accelerators(*cards, report.accelerators_left_out);
  }
}

}  // namespace

Capabilities capabilities_of(std::string version) {
  return {.version = std::move(version), .schema = plan::kSchema, .steps = plan::step_kinds()};
}

std::string render_heartbeat_request(const HeartbeatRequest& request) {
  json::Value value = json::Value::object();
  if (request.holds) value["holds"] = *request.holds;
  if (request.agent) {
    value["version"] = request.agent->version;
    value["schema"] = request.agent->schema;
    value["steps"] = request.agent->steps;
  }
  return json::render(value);
}

Result<HeartbeatRequest> parse_heartbeat_request(std::string_view body) {
  return json::parse_message(body, [](json::Members& members, json::Problems&) {
    return HeartbeatRequest{.holds = members.find_word("holds", kLongestGeneration),
                            .agent = read_capabilities(members)};
  });
}

std::string render_heartbeat_answer(const HeartbeatAnswer& answer) {
  json::Value value = {{"generation", answer.generation}};
  if (!answer.reboot.empty()) value["reboot"] = answer.reboot;
  return json::render(value);
}

Result<HeartbeatAnswer> parse_heartbeat_answer(std::string_view body) {
  return json::parse_message(body, [](json::Members& members, json::Problems&) {
    return HeartbeatAnswer{.generation = members.word("generation", kLongestGeneration),
                           .reboot = members.find_word("reboot", kLongestWord).value_or("")};
  });
}

std::string render_node_report(const NodeReport& report) {
  json::Value value = {{"stage", report.stage},
                       {"failure", report.failure},
                       {"generation", report.generation},
                       {"console", report.console}};
  if (!report.drift.empty()) value["drift"] = report.drift;
  if (!report.kept.empty()) value["kept"] = report.kept;
  if (report.neighbour) value["lldp"] = to_json(*report.neighbour);
  if (report.accelerators) {
    json::Value& cards = value["accelerators"] = json::Value::array();
    for (const Accelerator& card : *report.accelerators) cards.push_back(to_json(card));
  }
  return json::render(value);
}

Result<NodeReport> parse_node_report(std::string_view body) {
  return json::parse_message(body, [](json::Members& members, json::Problems&) {
    NodeReport report{
        .stage = members.word("stage", kLongestWord),
        .failure = members.find_shown("failure", kLongestFailure).value_or(""),
        .generation = members.find_word("generation", kLongestGeneration).value_or(""),
        .console = read_console(members),
        .drift = members.find_lines("drift", kMostLines, kLongestLine)
                     .value_or(std::vector<std::string>()),
        .kept = members.find_lines("kept", kMostLines, kLongestLine)
                    .value_or(std::vector<std::string>())};
    read_found(members, report);
    return report;
  });
}

std::string render_plan_answer(std::string_view generation, std::string_view steps) {
  return std::format(R"({{"generation":{},"schema":{},"steps":[{}]}})",
                     json::render(json::Value(generation)), plan::kSchema, steps);
}

Result<PlanAnswer> parse_plan_answer(std::string_view body, std::string_view version) {
  TRY_ASSIGN(const json::Value value, json::parse_object(body, plan::kLimits));
  json::Problems problems;
  json::Members members(value, problems);
  std::string generation = members.word("generation", kLongestGeneration);
  TRY(problems.status());
  return PlanAnswer{.generation = std::move(generation), .plan = read_plan(value, version)};
}

std::string render_refusal(const Refusal& refusal) {
  json::Value value = {{"error", refusal.error}, {"hint", refusal.hint}};
  if (refusal.refused != Refused::nothing) value["refused"] = word_of(refusal.refused);
  return json::render(value);
}

Result<Refusal> parse_refusal(std::string_view body) {
  return json::parse_message(body, [](json::Members& members, json::Problems&) {
    // What the daemon refuses before a page of nodes has it is a problem document.
    const auto detail = members.find_shown("detail", kLongestReason);
    return Refusal{.error = detail ? *detail : members.shown("error", kLongestReason),
                   .hint = members.find_shown("hint", kLongestReason).value_or(""),
                   .refused = refused_of(members.find_word("refused", kLongestWord).value_or(""))};
  });
}

}  // namespace muster::provisioning
