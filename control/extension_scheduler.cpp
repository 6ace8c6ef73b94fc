// What extensions have in slurm.conf, and when: not before their steps for the head are done.

#include <algorithm>
#include <format>

#include "control/extension_notes.h"
#include "control/extensions.h"
#include "core/json/json.h"
#include "extensions/scheduler_settings.h"
#include "plans/head_rights.h"

namespace muster::control {
namespace {

using muster::json::text_of;

/// Whether a step of this origin is in the report, and did not fail.
bool is_done(const plan::Step& step, const std::string& origin, const nlohmann::json& steps) {
  const std::string words = plan::describe(step);
  return std::ranges::any_of(steps, [&](const nlohmann::json& each) {
    return text_of(each, "origin") == origin && text_of(each, "step") == words &&
           text_of(each, "outcome") != "failed";
  });
}

/// Whether root granted all of these, and this Muster knows that the scheduler starts with them:
/// the helper takes no others.
bool are_allowed(const hpc::OtherSettings& settings, const extensions::Grant& grant) {
  return extensions::check_scheduler_settings(settings) &&
         std::ranges::all_of(settings,
                             [&](const auto& each) { return may_schedule(grant, each.first); });
}

}  // namespace

void Extensions::load_in_scheduler(std::vector<Error>& lost) {
  const auto take = [](Known& known, const std::string& document) -> Status {
    TRY_ASSIGN(known.in_scheduler, parse_in_scheduler(document));
    return {};
  };
  const auto trouble = [](const std::string& name) {
    return Error{.message = std::format("what extension '{}' has in slurm.conf", name),
                 .hint = "it has it again when its steps on the head are done"};
  };
  load_documents(kExtensionSchedulerKind, take, trouble, lost);
}

hpc::OtherSettings Extensions::in_scheduler() const {
  const std::scoped_lock lock(mutex_);
  hpc::OtherSettings all;
  for (const auto& [name, known] : all_) {
    const bool may = has_steps(known) && !known.is_damaged &&
                     are_allowed(known.in_scheduler, known.extension.grant);
    if (may) all.insert(known.in_scheduler.begin(), known.in_scheduler.end());
  }
  return all;
}

/// Whether the report has all that the answer wants of the head.
bool Extensions::is_done(const Known& known, const nlohmann::json& report) {
  const auto steps = report.find("steps");
  if (steps == report.end() || !steps->is_array()) return false;
  const std::string origin = plans::origin_of(known.extension.grant.name);
  return std::ranges::all_of(known.answer->steps.on_head.steps, [&](const plan::Step& step) {
    return control::is_done(step, origin, *steps);
  });
}

void Extensions::head_is_applied(const nlohmann::json& report, state::Revision revision) {
  if (!report.is_object()) return;
  const std::scoped_lock lock(mutex_);
  bool is_any = false;
  for (auto& [name, known] : all_) {
    const bool has_any = has_steps(known) && !known.is_damaged;
    // Its steps were in no plan, so what it runs may be gone.
    hpc::OtherSettings wanted = has_any ? known.answer->steps.in_scheduler : hpc::OtherSettings();
    if (wanted == known.in_scheduler) continue;
    if (has_any && (known.written > revision || !is_done(known, report))) continue;
    known.in_scheduler = std::move(wanted);
    unsaved_.insert(name);
    is_any = true;
  }
  if (!is_any) return;
  has_news_ = true;
  wake_.notify_all();
  note_change();
}

/// Where it cannot be written it is tried again; meanwhile it is so all the same.
void Extensions::save_in_scheduler() {
  Decisions& decisions = sources_.decisions;
  const std::scoped_lock one_decision(decisions.one_at_a_time());
  std::set<std::string> names;
  std::vector<state::Change> changes;
  {
    const std::scoped_lock lock(mutex_);
    for (const std::string& name : unsaved_) {
      const auto found = all_.find(name);
      if (found == all_.end()) continue;
      changes.push_back(scheduler_change(name, found->second.in_scheduler));
    }
    names = unsaved_;
  }
  if (!changes.empty()) {
    const auto revision = decisions.store().commit({.changes = std::move(changes)});
    if (!revision) return;
    decisions.note(*revision);
  }
  const std::scoped_lock lock(mutex_);
  for (const std::string& name : names) unsaved_.erase(name);
}

}  // namespace muster::control
