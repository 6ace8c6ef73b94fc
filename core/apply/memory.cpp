#include "core/apply/memory.h"

#include <algorithm>
#include <utility>

namespace muster::apply {

using plan::MountFileSystem;

Outcome Memory::put_back(Entry entry) {
  const auto* const mount = std::get_if<MountFileSystem>(&entry.step);
  // The plan wants the directory itself now, which the file system was mounted on.
  const bool is_wanted = mount != nullptr && planned_.contains("directory " + mount->target);
  if (is_wanted && entry.former.kind == Former::Kind::absent) {
    entry.former.kind = Former::Kind::directory;
  }
  return Undo(target_, changes_, *record_).put_back(entry);
}

bool Memory::is_done(const Outcome& outcome) {
  return outcome.kind != Outcome::Kind::kept && outcome.kind != Outcome::Kind::failed;
}

void Memory::make_wait(const Entry& entry) {
  waiting_.push_back(entry);
  const auto* const mount = std::get_if<MountFileSystem>(&entry.step);
  // Who shares it, such as an NFS server that knows the export still, looks again.
  if (mount != nullptr) changes_.note(mount->target);
}

Status Memory::put_back_leavers(const plan::Plan& plan, const Add& add) {
  if (options_.record.empty()) return {};
  TRY_ASSIGN(const std::string boot, target_.boot_id());
  TRY_ASSIGN(record_, Record::load(options_.record, boot));
  for (const plan::Step& step : plan.steps) planned_.insert(plan::subject(step));
  std::vector<plan::Step> running;
  for (const Entry& entry : record_->find_leavers(plan)) {
    Outcome outcome = put_back(entry);
    const bool done = is_done(outcome);
    if (!done) make_wait(entry);
    if (outcome.kind == Outcome::Kind::taken_back) add(std::move(outcome));
    const bool ran = std::holds_alternative<plan::Service>(entry.step) &&
                     entry.former.kind == Former::Kind::running;
    // It is forgotten when it has heard.
    if (done && ran) running.push_back(entry.step);
    if (done && !ran) record_->forget(plan::subject(entry.step));
  }
  for (const plan::Step& service : running) {
    Outcome outcome = Undo(target_, changes_, *record_).tell(service);
    if (is_done(outcome)) record_->forget(plan::subject(service));
    if (outcome.kind != Outcome::Kind::unchanged) add(std::move(outcome));
  }
  TRY(record_->save());
  return record_->lost();
}

Result<std::set<std::string>> Memory::try_again(const Add& add) {
  std::set<std::string> free;
  for (const Entry& entry : std::exchange(waiting_, {})) {
    const std::string subject = plan::subject(entry.step);
    Outcome outcome = put_back(entry);
    if (is_done(outcome)) {
      record_->forget(subject);
      // Services had their turn; they hear of it with the next apply.
      changes_.owe(entry.step);
      if (planned_.contains(subject)) free.insert(subject);
    }
    if (outcome.kind != Outcome::Kind::unchanged) add(std::move(outcome));
  }
  if (record_) TRY(record_->save());
  return free;
}

bool Memory::must_wait(const plan::Step& step) const {
  if (!std::holds_alternative<plan::RunCommand>(step)) return false;
  const std::string subject = plan::subject(step);
  return std::ranges::any_of(
      waiting_, [&](const Entry& entry) { return plan::subject(entry.step) == subject; });
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
    if (waiting.contains(subject)) continue;
    if (record_->knows(subject)) {
      record_->update(step);
      continue;
    }
    auto sight = look_at(step, target_);
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
  // What no such step can have would not be read again.
  if (!is_remembered(step) || !plan::check(step)) return false;
  const auto* const file = std::get_if<plan::WriteFile>(&step);
  return file == nullptr || options_.unrecorded.empty() ||
         std::filesystem::path(file->path).parent_path() != options_.unrecorded;
}

}  // namespace muster::apply
