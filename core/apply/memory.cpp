#include "core/apply/memory.h"

#include <utility>

namespace muster::apply {

bool Memory::put_back(const Entry& entry, Outcome& outcome) {
  Undo undo(programs_, changes_, *record_, target_.settings);
  outcome = undo.put_back(entry);
  if (outcome.kind == Outcome::Kind::kept || outcome.kind == Outcome::Kind::failed) return false;
  record_->forget(plan::subject(entry.step));
  return true;
}

Status Memory::put_back_leavers(const plan::Plan& plan, const Add& add) {
  if (target_.record.empty()) return {};
  TRY_ASSIGN(record_, Record::load(target_.record));
  std::vector<plan::Step> running;
  for (const Entry& entry : record_->find_leavers(plan)) {
    Outcome outcome;
    if (!put_back(entry, outcome)) {
      waiting_.push_back(entry);
    } else if (outcome.kind == Outcome::Kind::taken_back) {
      add(std::move(outcome));
    }
    const auto* const service = std::get_if<plan::Service>(&entry.step);
    if (service != nullptr && entry.former.kind == Former::Kind::running) {
      running.push_back(entry.step);
    }
  }
  Undo undo(programs_, changes_, *record_, target_.settings);
  for (const plan::Step& service : running) {
    Outcome outcome = undo.tell(service);
    if (outcome.kind != Outcome::Kind::unchanged) add(std::move(outcome));
  }
  return record_->save();
}

Status Memory::try_again(const Add& add) {
  for (const Entry& entry : std::exchange(waiting_, {})) {
    // The plan has another file system there by now, or its step said why not.
    if (planned_.contains(plan::subject(entry.step))) continue;
    Outcome outcome;
    put_back(entry, outcome);
    if (outcome.kind != Outcome::Kind::unchanged) add(std::move(outcome));
  }
  return record_ ? record_->save() : Status();
}

Status Memory::remember(const plan::Plan& plan) {
  if (!record_) return {};
  // What waits to be put back is not the plan's yet.
  std::set<std::string> waiting;
  for (const Entry& entry : waiting_) waiting.insert(plan::subject(entry.step));
  Status seen;
  for (const plan::Step& step : plan.steps) {
    if (!is_recorded(step)) continue;
    const std::string subject = plan::subject(step);
    planned_.insert(subject);
    if (waiting.contains(subject)) continue;
    if (record_->knows(subject)) {
      record_->update(step);
      continue;
    }
    auto sight = look_at(step, programs_, target_.settings);
    if (sight) {
      record_->add(step, std::move(*sight));
    } else {
      seen = std::unexpected(sight.error());
    }
  }
  TRY(record_->save());
  return seen;
}

bool Memory::is_recorded(const plan::Step& step) const {
  if (!is_remembered(step)) return false;
  const auto* const file = std::get_if<plan::WriteFile>(&step);
  return file == nullptr || target_.unrecorded.empty() ||
         std::filesystem::path(file->path).parent_path() != target_.unrecorded;
}

}  // namespace muster::apply
