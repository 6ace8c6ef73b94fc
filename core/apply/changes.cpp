#include "core/apply/changes.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/os/files.h"

namespace muster::apply {
namespace {

bool is_unit(const std::string& path) { return path.starts_with("/etc/systemd/"); }

std::string text_of(const std::set<std::string>& paths) {
  std::string text;
  for (const std::string& path : paths) text += path + "\n";
  return text;
}

}  // namespace

Status Changes::load() {
  if (pending_.empty() || os::is_missing(pending_)) return {};
  TRY_ASSIGN(const std::string text, os::read_file(pending_));
  for (const std::string& path : lines(text)) changed_.insert(path);
  has_new_units_ = std::ranges::any_of(changed_, is_unit);
  return {};
}

Status Changes::make(const std::string& path, const std::function<Status()>& how) {
  const bool is_new = changed_.insert(path).second;
  if (is_new && !pending_.empty()) TRY(os::write_file(pending_, text_of(changed_)));
  Status done = how();
  // Nothing changed, and so there is nothing to hear of.
  if (!done && is_new) changed_.erase(path);
  if (done && is_unit(path)) has_new_units_ = true;
  return done;
}

bool Changes::is_replaced(const plan::Service& step) const {
  return std::ranges::any_of(step.restart_watches,
                             [this](const std::string& path) { return changed_.contains(path); });
}

bool Changes::is_touched(const plan::Service& step) const {
  return is_replaced(step) || std::ranges::any_of(step.watches, [this](const std::string& path) {
           return changed_.contains(path);
         });
}

void Changes::owe(const plan::Service& step) {
  for (const auto& watched : {step.watches, step.restart_watches}) {
    for (const std::string& path : watched) {
      if (changed_.contains(path)) owed_.insert(path);
    }
  }
}

void Changes::owe(const plan::Step& step) {
  const auto* const file = std::get_if<plan::WriteFile>(&step);
  const auto* const mount = std::get_if<plan::MountFileSystem>(&step);
  const auto* const link = std::get_if<plan::MakeLink>(&step);
  if (file != nullptr) owed_.insert(file->path);
  if (link != nullptr) owed_.insert(link->path);
  if (mount != nullptr) owed_.insert(mount->target);
}

Status Changes::keep_owed() {
  if (pending_.empty()) return {};
  for (const std::string& path : changed_) {
    if (has_new_units_ && is_unit(path)) owed_.insert(path);
  }
  if (owed_.empty()) return os::remove_tree(pending_);
  return os::write_file(pending_, text_of(owed_));
}

}  // namespace muster::apply
