// What extensions set in slurm.conf, and when it is there: not before the steps of the extension
// for the head are done.

#include <algorithm>

#include "control/extensions.h"
#include "core/base/layout.h"
#include "core/json/json.h"
#include "plans/head_rights.h"

namespace muster::control {
namespace {

/// Whether the head did nothing of the plan, or could not do a step of this origin.
bool has_failed(const nlohmann::json& report, const std::string& origin) {
  const auto steps = report.find("steps");
  if (steps == report.end() || !steps->is_array()) return true;
  return std::ranges::any_of(*steps, [&](const nlohmann::json& step) {
    if (muster::json::text_of(step, "outcome") != "failed") return false;
    return muster::json::text_of(step, "step") == layout::kWholePlan ||
           muster::json::text_of(step, "origin") == origin;
  });
}

}  // namespace

hpc::OtherSettings Extensions::in_scheduler() const {
  const std::scoped_lock lock(mutex_);
  hpc::OtherSettings all;
  for (const auto& [name, known] : all_) {
    if (!has_steps(known) || known.is_damaged || !known.answer->is_in_scheduler) continue;
    for (const auto& [key, value] : known.answer->steps.in_scheduler) {
      // What root granted since may be less.
      if (may_schedule(known.extension.grant, key)) all.emplace(key, value);
    }
  }
  return all;
}

void Extensions::head_is_applied(const nlohmann::json& report, state::Revision revision) {
  const std::scoped_lock lock(mutex_);
  for (auto& [name, known] : all_) {
    const bool waits = has_steps(known) && !known.answer->is_in_scheduler &&
                       !known.answer->steps.in_scheduler.empty() && known.written <= revision;
    if (!waits || !report.is_object() || has_failed(report, plans::origin_of(name))) continue;
    known.answer->is_in_scheduler = true;
    unsaved_.insert(name);
    has_news_ = true;
  }
  if (unsaved_.empty()) return;
  wake_.notify_all();
  note_change();
}

/// Who cannot write it tries again; meanwhile it is so all the same.
void Extensions::save_in_scheduler() {
  std::set<std::string> names;
  {
    const std::scoped_lock lock(mutex_);
    names = unsaved_;
  }
  for (const std::string& name : names) {
    const auto turn = turns_.of(name);
    const std::scoped_lock one_question(*turn);
    std::optional<Known> known;
    {
      const std::scoped_lock lock(mutex_);
      const auto found = all_.find(name);
      if (found != all_.end() && found->second.answer) known = found->second;
    }
    const auto is_still_there = [&] { return is_still(known->extension.grant); };
    if (known && !save(name, Kept{.answer = known->answer, .settings = {}}, is_still_there)) return;
    const std::scoped_lock lock(mutex_);
    unsaved_.erase(name);
  }
}

}  // namespace muster::control
