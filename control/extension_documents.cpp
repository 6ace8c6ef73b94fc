// What the head's store has of extensions: read when the daemon starts, and written.

#include <algorithm>
#include <format>
#include <iterator>
#include <utility>

#include "control/extension_notes.h"
#include "control/extensions.h"
#include "core/base/text.h"

namespace muster::control {

Error Extensions::cannot_forget(const std::string& name) {
  return {
      .message = std::format("what extension '{}' answered cannot be removed from the state", name),
      .hint = "it is tried again; 'muster status' says what is wrong with the disk"};
}

/// Has `take` read each document of a kind. Adds to `lost` what it cannot read: `trouble` and the
/// reason. False: nothing of this kind can be read.
bool Extensions::load_documents(const char* kind, const Take& take, const Trouble& trouble,
                                std::vector<Error>& lost) {
  const auto documents = sources_.decisions.store().list(kind);
  if (!documents) {
    lost.push_back(documents.error());
    return false;
  }
  const std::scoped_lock lock(mutex_);
  for (const state::Document& document : *documents) {
    Known* const known = known_of(document.key);
    if (known == nullptr) continue;
    if (const Status taken = take(*known, document.value); !taken) {
      Error error = trouble(printable(document.key, 64));
      error.message += std::format(" cannot be read: {}", taken.error().message);
      lost.push_back(std::move(error));
    }
  }
  return true;
}

void Extensions::load(std::vector<Error>& lost) {
  read_store();
  load_settings(lost);
  load_in_scheduler(lost);
  load_documents(
      kExtensionKind, &Extensions::take_up,
      [](const std::string& name) {
        return Error{.message = std::format("what extension '{}' answered", name),
                     .hint = "it is asked again"};
      },
      lost);
}

/// Before the answers, of which each counts with the settings that it was made for.
void Extensions::load_settings(std::vector<Error>& lost) {
  const auto take = [](Known& known, const std::string& document) -> Status {
    auto settings = parse_extension_settings(document);
    known.is_settings_lost = !settings;
    if (!settings) return std::unexpected(settings.error());
    known.settings = std::move(*settings);
    return {};
  };
  const auto trouble = [](const std::string& name) {
    return Error{.message = std::format("the settings of extension '{}'", name),
                 .hint = "it keeps what it has; set them again with 'muster ext configure'"};
  };
  if (load_documents(kExtensionSettingsKind, take, trouble, lost)) return;
  const std::scoped_lock lock(mutex_);
  for (auto& [name, known] : all_) known.is_settings_lost = true;
}

/// Whose document this is; null: it is removed. `mutex_` is locked.
Extensions::Known* Extensions::known_of(const std::string& name) {
  const auto known = all_.find(name);
  if (known != all_.end()) return &known->second;
  // A disk that cannot be read now takes nothing away from nodes.
  if (unreadable_) return &all_.emplace(name, damaged(name, {})).first->second;
  removed_.insert(name);
  return nullptr;
}

Extensions::Known Extensions::damaged(const std::string& name, const std::optional<Error>& why) {
  Known known{.is_damaged = true, .error = why ? why->message : std::string()};
  known.extension.grant.name = name;
  return known;
}

/// Takes up what the store has of an extension. Errors: it cannot be read.
Status Extensions::take_up(Known& known, const std::string& document) {
  TRY_ASSIGN(Configured answer, parse_configured(document));
  const std::string& name = known.extension.grant.name;
  answer.steps.change_each([&](plan::Plan& part) { part = of_extension(std::move(part), name); });
  known.answer = std::move(answer);
  return {};
}

/// What the disk does not take is tried again later.
void Extensions::forget_removed() {
  std::set<std::string> names;
  {
    const std::scoped_lock lock(mutex_);
    names = removed_;
  }
  for (const std::string& name : names) {
    const auto is_removed = [&] {
      const std::scoped_lock lock(mutex_);
      return removed_.contains(name);
    };
    if (!save(name, std::nullopt, is_removed)) continue;
    const std::scoped_lock lock(mutex_);
    removed_.erase(name);
  }
}

/// What is kept of an answer: settings only of one that has none yet.
Extensions::Kept Extensions::kept_of(const Known& known, const Configured& answer) {
  Kept kept{.answer = answer, .settings = {}};
  if (known.is_new) kept.settings = known.settings;
  return kept;
}

/// For people who look at what happened.
std::string Extensions::told_of(const Kept& kept) {
  if (kept.settings && kept.settings->is_disabled) return "disabled";
  if (!kept.answer) return "not asked yet";
  return std::format("{} steps for nodes, {} for the head", kept.answer->steps.count_on_nodes(),
                     kept.answer->steps.on_head.steps.size());
}

/// On disk first, in the plans then; nothing where that `is_right` no more.
Status Extensions::save(const std::string& name, const std::optional<Kept>& kept,
                        const std::function<bool()>& is_right) {
  Decisions& decisions = sources_.decisions;
  state::Change answer{.kind = kExtensionKind, .key = name, .value = std::nullopt};
  state::Change settings{.kind = kExtensionSettingsKind, .key = name, .value = std::nullopt};
  if (kept && kept->answer) answer.value = render_configured(*kept->answer);
  if (kept && kept->settings && *kept->settings != ExtensionSettings()) {
    settings.value = render_extension_settings(*kept->settings);
  }
  answer.schema = kExtensionDocument.schema();
  settings.schema = kExtensionSettingsDocument.schema();
  std::vector<state::Change> changes = {answer};
  if (!kept || kept->settings) changes.push_back(settings);
  if (!kept) std::ranges::move(forget_notes(name), std::back_inserter(changes));
  // What it runs may be gone when it is enabled again.
  const bool ends = kept && kept->settings && kept->settings->is_disabled;
  if (ends) changes.push_back(scheduler_change(name, {}));
  const std::scoped_lock one_decision(decisions.one_at_a_time());
  if (!is_right()) return {};
  TRY_ASSIGN(const state::Revision revision,
             decisions.store().commit({.changes = std::move(changes),
                                       .events = {{.time_ms = decisions.now_ms(),
                                                   .subject = "extension/" + name,
                                                   .kind = kept ? "configured" : "removed",
                                                   .text = kept ? told_of(*kept) : ""}}}));
  if (kept) {
    const std::scoped_lock lock(mutex_);
    const auto now = all_.find(name);
    if (now != all_.end()) {
      now->second.answer = kept->answer;
      now->second.written = revision;
      if (kept->settings) {
        now->second.settings = *kept->settings;
        now->second.is_settings_lost = false;
        now->second.is_new = false;
        if (ends) now->second.in_scheduler.clear();
      }
      now->second.conflict.clear();
    }
  }
  decisions.note(revision);
  return {};
}

}  // namespace muster::control
