// What administrators choose of an extension's settings: changed, and how it is kept.

#include <format>

#include "control/extensions.h"
#include "core/json/members.h"

namespace muster::control {

constinit const muster::json::DocumentKind kExtensionSettingsDocument = {.name =
                                                                             "extension-settings"};

std::string render_choices(const extensions::Choices& choices) {
  nlohmann::json settings = nlohmann::json::object();
  for (const auto& [name, text] : choices) settings[name] = text;
  return muster::json::render_document(kExtensionSettingsDocument,
                                       {{"settings", std::move(settings)}});
}

Result<extensions::Choices> parse_choices(std::string_view text) {
  constexpr std::size_t kLongest = 4000;
  TRY_ASSIGN(const muster::json::Document document,
             muster::json::parse_document(kExtensionSettingsDocument, text));
  muster::json::Problems problems;
  muster::json::Members members(document.value, problems);
  muster::json::Members settings = members.object("settings");
  members.refuse_unknown();
  TRY(problems.status());
  extensions::Choices choices;
  for (const auto& each : document.value.at("settings").items()) {
    choices[each.key()] = settings.text(each.key().c_str(), kLongest);
  }
  TRY(problems.status());
  return choices;
}

namespace {

/// The choices after a change. Errors: there is no such setting; a value is none of the setting's.
Result<extensions::Choices> change_choices(const extensions::Specification& specification,
                                           extensions::Choices choices,
                                           const Extensions::Chosen& chosen) {
  for (const auto& [name, text] : chosen) {
    TRY_ASSIGN(const extensions::Setting setting, extensions::find_setting(specification, name));
    if (!text) {
      choices.erase(name);
      continue;
    }
    TRY(extensions::parse_setting(setting, *text));
    choices[name] = *text;
  }
  return choices;
}

}  // namespace

Result<Extensions::Known> Extensions::find_to_configure(const std::string& name) const {
  const std::scoped_lock lock(mutex_);
  const auto found = all_.find(name);
  if (found == all_.end()) return std::unexpected(extensions::no_extension(name));
  if (!found->second.is_damaged) return found->second;
  return fail(ErrorKind::conflict, std::format("extension '{}' is damaged", name),
              std::format("install it again, or 'muster ext remove {}'", name));
}

Status Extensions::configure(const std::string& name, const Chosen& chosen) {
  read_store();
  const Urgent urgent(*this);
  const std::scoped_lock one_question(asking_);
  TRY_ASSIGN(Known known, find_to_configure(name));
  const extensions::Choices before = known.choices;
  TRY_ASSIGN(known.choices, change_choices(known.extension.specification, before, chosen));
  if (known.choices == before && is_current(known)) return {};
  std::string said;
  auto answer = ask_one(known, said, [this] { return ending_.stop_requested(); });
  if (!answer) {
    return fail(std::format("extension '{}' does not work with that: {}{}", name,
                            answer.error().message, said.empty() ? "" : "; it said: " + said),
                "nothing was changed");
  }
  const auto is_still_there = [&] { return is_still(known.extension.grant); };
  TRY(save(name, Kept{.answer = std::move(*answer), .choices = std::move(known.choices)},
           is_still_there));
  if (!is_still_there()) {
    return fail(ErrorKind::conflict, std::format("extension '{}' was replaced meanwhile", name),
                "try again");
  }
  const std::scoped_lock lock(mutex_);
  const auto now = all_.find(name);
  if (now == all_.end()) return {};
  now->second.said = std::move(said);
  now->second.error.clear();
  return {};
}

}  // namespace muster::control
