// How extensions are: their steps for the plans, and what people see.

#include <algorithm>
#include <format>

#include "control/extensions.h"

namespace muster::control {

/// Why it does not work; empty: it does, as far as anybody knows.
std::string Extensions::trouble_of(const Known& known) {
  if (known.is_settings_lost) {
    return "its settings cannot be read; set them again with 'muster ext configure'";
  }
  return known.error.empty() ? known.conflict : known.error;
}

/// Whether its answer is in the plans, as far as its grant goes.
bool Extensions::has_steps(const Known& known) {
  return known.answer && known.conflict.empty() && !known.settings.is_disabled;
}

plan::Plan Extensions::on_nodes() const {
  return steps_in(extensions::Place::node, [](const auto& steps) { return &steps.on_nodes; });
}

plan::Plan Extensions::on_head() const {
  return steps_in(extensions::Place::head, [](const auto& steps) { return &steps.on_head; });
}

std::map<std::string, plan::Plan> Extensions::on_profiles() const {
  std::map<std::string, plan::Plan> plans;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [name, known] : all_) {
      if (!known.answer) continue;
      for (const auto& each : known.answer->steps.on_profiles) plans[each.first];
    }
  }
  for (auto& [profile, plan] : plans) {
    plan = steps_in(extensions::Place::node, [&](const ExtensionSteps& steps) {
      const auto found = steps.on_profiles.find(profile);
      return found == steps.on_profiles.end() ? nullptr : &found->second;
    });
  }
  return plans;
}

/// Of one whose grant cannot be read nodes keep what they have; the helper takes none of its steps.
plan::Plan Extensions::steps_in(extensions::Place place, const PartOf& of) const {
  const bool is_head = place == extensions::Place::head;
  const std::scoped_lock lock(mutex_);
  plan::Plan plan;
  for (const auto& [name, known] : all_) {
    if (!has_steps(known) || (known.is_damaged && is_head)) continue;
    const plan::Plan* const part = of(known.answer->steps);
    if (part == nullptr) continue;
    for (const plan::Step& step : part->steps) {
      // What root granted since may be less.
      const bool may = known.is_damaged || check_grant(step, known.extension.grant, place);
      if (may) plan.add(step);
    }
  }
  return plan;
}

/// Whether it answered in this version, and what it answered is in the plans.
bool Extensions::is_working(const Known& known) {
  return !known.is_damaged && !known.is_settings_lost && has_steps(known) &&
         known.answer->specification == known.extension.grant.specification;
}

std::vector<extensions::Installed> Extensions::working() const {
  const std::scoped_lock lock(mutex_);
  std::vector<extensions::Installed> working;
  for (const auto& [name, known] : all_) {
    if (is_working(known)) working.push_back(known.extension);
  }
  return working;
}

bool Extensions::is_working(const extensions::Grant& grant) const {
  const std::scoped_lock lock(mutex_);
  const auto now = all_.find(grant.name);
  return now != all_.end() && now->second.extension.grant == grant && is_working(now->second);
}

Result<nlohmann::json> Extensions::told(const extensions::Grant& grant) const {
  const std::scoped_lock lock(mutex_);
  const auto now = all_.find(grant.name);
  if (now != all_.end() && now->second.extension.grant == grant && is_working(now->second)) {
    TRY_ASSIGN(nlohmann::json told, input_of(now->second));
    TRY_ASSIGN(const auto users, users_for(now->second));
    if (users) told["cluster"]["users"] = users->users;
    return told;
  }
  return std::unexpected(why_idle_now(grant.name));
}

Error Extensions::why_idle(const std::string& name) const {
  const std::scoped_lock lock(mutex_);
  return why_idle_now(name);
}

/// `mutex_` is locked.
Error Extensions::why_idle_now(const std::string& name) const {
  const auto found = all_.find(name);
  if (found == all_.end()) return extensions::no_extension(name);
  const Known& known = found->second;
  if (known.settings.is_disabled) {
    return {.message = std::format("extension '{}' is disabled", name),
            .hint = std::format("'muster ext enable {}' has it work again", name),
            .kind = ErrorKind::conflict};
  }
  if (!is_working(known)) {
    return {.message = std::format(
                "extension '{}' does not work: {}", name,
                trouble_of(known).empty() ? "it has not answered yet" : trouble_of(known)),
            .hint = std::format("'muster ext show {}' has what it said", name),
            .kind = ErrorKind::conflict};
  }
  return {.message = std::format("extension '{}' has no verbs", name),
          .hint = std::format("'muster ext show {}' has what it does", name),
          .kind = ErrorKind::absent};
}

std::vector<Extensions::State> Extensions::states() const {
  const std::scoped_lock lock(mutex_);
  std::vector<State> states;
  for (const auto& [name, known] : all_) {
    states.push_back({.extension = known.extension,
                      .is_damaged = known.is_damaged,
                      .is_active = !known.is_damaged && !known.is_settings_lost &&
                                   has_steps(known) && is_current(known),
                      .error = trouble_of(known),
                      .said = known.said,
                      .steps = known.answer ? known.answer->steps.count_on_nodes() : 0,
                      .steps_on_head = known.answer ? known.answer->steps.on_head.steps.size() : 0,
                      .in_scheduler = known.in_scheduler,
                      .waits_for_scheduler = has_steps(known) &&
                                             known.in_scheduler != known.answer->steps.in_scheduler,
                      .settings = known.settings});
  }
  return states;
}

std::vector<Problem> Extensions::problems() const {
  const std::scoped_lock lock(mutex_);
  std::vector<Problem> problems;
  if (unreadable_) problems.push_back({unreadable_->message, unreadable_->hint});
  for (const std::string& name : removed_) {
    const Error error = cannot_forget(name);
    problems.push_back({error.message, error.hint});
  }
  for (const auto& [name, known] : all_) {
    if (known.settings.is_disabled) continue;
    if (!known.conflict.empty()) {
      problems.push_back({std::format("extension '{}' is left out: {}", name, known.conflict),
                          std::format("change cluster.yaml, or 'muster ext remove {}'", name)});
    }
    const std::string trouble = known.conflict.empty() ? trouble_of(known) : known.error;
    if (trouble.empty()) continue;
    problems.push_back(
        {std::format("extension '{}' does not work: {}", name, trouble),
         known.is_damaged
             ? std::format("install it again, or 'muster ext remove {}'", name)
             : std::format("'muster ext show {0}' has what it said; it is asked again", name)});
  }
  return problems;
}

}  // namespace muster::control
