// What administrators choose of an extension's settings: changed, and how it is kept.

#include <format>

#include "control/extensions.h"
#include "core/json/members.h"

namespace muster::control {

constinit const muster::json::DocumentKind kExtensionSettingsDocument = {.name =
                                                                             "extension-settings"};

std::string render_extension_settings(const ExtensionSettings& settings) {
  nlohmann::json choices = nlohmann::json::object();
  for (const auto& [name, text] : settings.choices) choices[name] = text;
  return muster::json::render_document(
      kExtensionSettingsDocument,
      {{"settings", std::move(choices)}, {"disabled", settings.is_disabled}});
}

Result<ExtensionSettings> parse_extension_settings(std::string_view text) {
  constexpr std::size_t kLongest = 4000;
  TRY_ASSIGN(const muster::json::Document document,
             muster::json::parse_document(kExtensionSettingsDocument, text));
  muster::json::Problems problems;
  muster::json::Members members(document.value, problems);
  muster::json::Members settings = members.object("settings");
  ExtensionSettings read{.choices = {},
                         .is_disabled = members.find_flag("disabled").value_or(false)};
  members.refuse_unknown();
  TRY(problems.status());
  for (const auto& each : document.value.at("settings").items()) {
    read.choices[each.key()] = settings.find_text(each.key().c_str(), kLongest).value_or("");
  }
  TRY(problems.status());
  return read;
}

namespace {

/// The choices after a change. Errors: there is no such setting; a value is none of the setting's.
Result<extensions::Choices> change_choices(const extensions::Specification& specification,
                                           extensions::Choices choices,
                                           const Extensions::Chosen& chosen) {
  for (const auto& [name, text] : chosen) {
    // One of an earlier version can be unset, too.
    if (!text && choices.erase(name) != 0) continue;
    TRY_ASSIGN(const extensions::Setting setting, extensions::find_setting(specification, name));
    if (!text) continue;
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
  return change(name, [&](const Known& known) -> Result<ExtensionSettings> {
    ExtensionSettings settings = known.settings;
    TRY_ASSIGN(settings.choices,
               change_choices(known.extension.specification, std::move(settings.choices), chosen));
    return settings;
  });
}

Status Extensions::set_disabled(const std::string& name, bool is_disabled) {
  return change(name, [&](const Known& known) -> Result<ExtensionSettings> {
    ExtensionSettings settings = known.settings;
    settings.is_disabled = is_disabled;
    return settings;
  });
}

Status Extensions::change(
    const std::string& name,
    const std::function<Result<ExtensionSettings>(const Known&)>& settings_of) {
  read_store();
  const Urgent urgent(*this);
  const auto turn = turns_.of(name);
  const std::scoped_lock one_question(*turn);
  TRY_ASSIGN(Known known, find_to_configure(name));
  const ExtensionSettings before = known.settings;
  TRY_ASSIGN(known.settings, settings_of(known));
  if (known.settings == before && !known.is_settings_lost) return {};
  known.is_settings_lost = false;
  std::string said;
  if (!is_current(known)) {
    auto answer = ask_one(known, said, [this] { return ending_.stop_requested(); });
    if (!answer) {
      return fail(std::format("extension '{}' does not work with that: {}{}", name,
                              answer.error().message, said.empty() ? "" : "; it said: " + said),
                  "nothing was changed");
    }
    known.answer = std::move(*answer);
  }
  const auto is_still_there = [&] { return is_still(known.extension.grant); };
  TRY(save(name, Kept{.answer = known.answer, .settings = known.settings}, is_still_there));
  if (!is_still_there()) {
    return fail(ErrorKind::conflict, std::format("extension '{}' was replaced meanwhile", name),
                "try again");
  }
  {
    const std::scoped_lock lock(mutex_);
    const auto now = all_.find(name);
    if (now == all_.end()) return {};
    now->second.said = std::move(said);
    now->second.error.clear();
  }
  leave_out_conflicts();
  return {};
}

}  // namespace muster::control
