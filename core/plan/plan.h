#pragma once
// A plan: steps in the order in which they are made true; and the difference of two plans.

#include <string>
#include <string_view>
#include <vector>

#include "core/json/json.h"
#include "core/plan/step.h"

namespace muster::plan {

struct Plan {
  std::vector<Step> steps;
  bool operator==(const Plan&) const = default;

  void add(Step step) { steps.push_back(std::move(step)); }
  /// The steps of `other`, behind these. Those that nobody wants yet are of `origin` then.
  void append(Plan other, std::string_view origin = {});
};

/// Of the form of a plan. 2: a node is told what its plan is called.
inline constexpr int kSchema = 2;

/// What the text of a plan may need: the accounts of many thousand people are a plan of some MB.
inline constexpr muster::json::Limits kLimits = {.bytes = std::size_t{64} << 20U, .depth = 16};

/// {"schema": kSchema, "steps": […]}, as the plan travels.
nlohmann::json to_json(const Plan& plan);

/// The same of steps as people see them: without secrets.
nlohmann::json to_view(const Plan& plan);

/// Errors (invalid): not JSON within kLimits; a schema that this version does not know; as
/// parse_step, with the step's index. Other members of the plan are ignored.
Result<Plan> parse_plan(std::string_view text);
Result<Plan> parse_plan_value(const nlohmann::json& value);

/// The plan's name: SHA-256 of its canonical JSON, 16 hexadecimal digits. Equal plans, equal names.
std::string generation(const Plan& plan);

/// What is different in a file's content: the first line that is another, is missing or is too
/// many, as the end of a sentence. Not for secrets: lines are shown.
std::string explain_content(std::string_view expected, std::string_view given);

/// Errors (conflict): steps of two origins are about the same thing; the error names both.
Status check_owners(const Plan& plan);

/// How one subject differs between two plans.
struct Change {
  enum class Kind { added, removed, changed } kind = Kind::added;
  Step step;
  bool operator==(const Change&) const = default;
};

/// What `to` would change in a machine that holds `from`; in the order of `to`, removals last.
std::vector<Change> diff(const Plan& from, const Plan& to);

/// [{"kind": "added", "origin": "storage", "what": "…"}], as people see changes: without the
/// content of files, of which some are secret.
nlohmann::json to_view(const std::vector<Change>& changes);

}  // namespace muster::plan
