#include "core/plan/plan.h"

#include <algorithm>
#include <format>
#include <map>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/crypto/hash.h"
#include "core/json/members.h"

namespace muster::plan {
namespace {

using nlohmann::json;

template <typename Codec>
json document_of(const Plan& plan, Codec codec) {
  json steps = json::array();
  for (const Step& step : plan.steps) steps.push_back(codec(step));
  return {{"schema", kSchema}, {"steps", std::move(steps)}};
}

std::string_view word_of(Change::Kind kind) {
  return kind == Change::Kind::added     ? "added"
         : kind == Change::Kind::removed ? "removed"
                                         : "changed";
}

}  // namespace

Status check_name(std::string_view what, std::string_view text, std::string_view marks) {
  const auto fits = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.contains(c);
  };
  if (!text.empty() && text.front() != '-' && std::ranges::all_of(text, fits)) return {};
  return fail(ErrorKind::invalid,
              std::format("'{}' is no name of a {}", printable(text, 80), what));
}

Status check(const Step& step) {
  return std::visit(
      []<typename Kind>(const Kind& known) -> Status {
        if constexpr (requires { Kind::check(known); }) return Kind::check(known);
        return {};
      },
      step);
}

std::string describe(const Step& step) {
  return std::visit([](const auto& known) { return known.words(); }, step);
}

std::string subject(const Step& step) {
  return std::visit([](const auto& known) { return known.subject(); }, step);
}

void Plan::append(Plan other, std::string_view origin) {
  for (Step& step : other.steps) {
    if (step.origin.empty()) step.origin = origin;
    steps.push_back(std::move(step));
  }
}

Status check_owners(const Plan& plan) {
  std::map<std::string, const Step*> owned;
  for (const Step& step : plan.steps) {
    const auto [known, is_new] = owned.emplace(subject(step), &step);
    if (is_new || known->second->origin == step.origin) continue;
    return fail(
        ErrorKind::conflict,
        std::format("'{}' is of '{}', and '{}' of '{}', for the same thing",
                    describe(*known->second), known->second->origin, describe(step), step.origin),
        "this is a defect of Muster or of an extension: one of the two must leave it to the other");
  }
  return {};
}

json to_json(const Plan& plan) {
  return document_of(plan, [](const Step& step) { return to_json(step); });
}

json to_view(const Plan& plan) {
  return document_of(plan, [](const Step& step) { return to_view(step); });
}

Result<Plan> parse_plan(std::string_view text) {
  TRY_ASSIGN(const json value, muster::json::parse_object(text, kLimits));
  return parse_plan_value(value);
}

Result<Plan> parse_plan_value(const json& value) {
  muster::json::Problems problems;
  muster::json::Members members(value, problems);
  const std::uint64_t schema = members.number("schema", 0, UINT32_MAX);
  TRY(problems.status());
  if (schema != kSchema) {
    return fail(ErrorKind::invalid,
                std::format("the plan has schema {}, and this version of Muster knows schema {}",
                            schema, kSchema),
                "use the same version of Muster on head and node");
  }
  const json& steps = members.list("steps");
  TRY(problems.status());
  Plan plan;
  plan.steps.reserve(steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    TRY_ASSIGN(Step step, parse_step(steps[i], std::format("steps[{}]", i)));
    plan.add(std::move(step));
  }
  return plan;
}

std::string generation(const Plan& plan) {
  return crypto::sha256(to_json(plan).dump()).substr(0, 16);
}

std::string explain_content(std::string_view expected, std::string_view given) {
  const auto wanted = lines(expected);
  const auto found = lines(given);
  const auto [own, other] = std::ranges::mismatch(wanted, found);
  constexpr std::size_t kShown = 80;
  if (own == wanted.end() && other == found.end()) return "its line ends are others";
  if (other == found.end()) return std::format("the line '{}' is missing", printable(*own, kShown));
  if (own == wanted.end()) {
    return std::format("the line '{}' is one too many", printable(*other, kShown));
  }
  return std::format("line {} is '{}' in place of '{}'", other - found.begin() + 1,
                     printable(*other, kShown), printable(*own, kShown));
}

std::vector<Change> diff(const Plan& from, const Plan& to) {
  std::map<std::string, const Step*> before;
  for (const Step& step : from.steps) before[subject(step)] = &step;
  std::vector<Change> changes;
  for (const Step& step : to.steps) {
    const auto found = before.find(subject(step));
    if (found == before.end()) {
      changes.push_back({Change::Kind::added, step});
    } else {
      if (*found->second != step) changes.push_back({Change::Kind::changed, step});
      before.erase(found);
    }
  }
  for (const Step& step : from.steps) {
    const auto left = before.find(subject(step));
    if (left != before.end() && left->second == &step) {
      changes.push_back({Change::Kind::removed, step});
    }
  }
  return changes;
}

nlohmann::json to_view(const std::vector<Change>& changes) {
  json list = json::array();
  for (const Change& change : changes) {
    list.push_back({{"kind", word_of(change.kind)},
                    {"origin", change.step.origin},
                    {"what", describe(change.step)}});
  }
  return list;
}

}  // namespace muster::plan
