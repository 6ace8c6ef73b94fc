#include "extensions/settings.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "extensions/values.h"

namespace muster::extensions {
namespace {

using nlohmann::json;

std::unexpected<Error> refuse_value(const Setting& setting, std::string_view text,
                                    std::string_view allowed) {
  return fail(ErrorKind::invalid,
              std::format("'{}' is no value of '{}'", printable(text, 80), setting.name),
              std::format("write {}", allowed));
}

Result<json> integer_of(const Setting& setting, std::string_view text) {
  const auto number = kSettingNumber.parse(text);
  const std::uint64_t least = setting.minimum.value_or(kSettingNumber.type.minimum);
  const std::uint64_t most = setting.maximum.value_or(kSettingNumber.type.maximum);
  if (number && *number >= least && *number <= most) return json(*number);
  return refuse_value(setting, text, std::format("a number from {} to {}", least, most));
}

Result<json> flag_of(const Setting& setting, std::string_view text) {
  if (text == "yes") return json(true);
  if (text == "no") return json(false);
  return refuse_value(setting, text, "'yes' or 'no'");
}

Result<json> choice_of(const Setting& setting, std::string_view text) {
  if (std::ranges::contains(setting.choices, text)) return json(text);
  return refuse_value(setting, text, std::format("one of: {}", join(setting.choices, ", ")));
}

}  // namespace

Result<json> parse_setting(const Setting& setting, std::string_view text) {
  switch (setting.type) {
    case SettingType::integer:
      return integer_of(setting, text);
    case SettingType::flag:
      return flag_of(setting, text);
    case SettingType::choice:
      return choice_of(setting, text);
    case SettingType::text:
      break;
  }
  const auto value = kSettingText.parse(text);
  if (value) return json(*value);
  return refuse_value(setting, text, kSettingText.type.allowed);
}

Result<Choice> parse_choice(std::string_view text) {
  const std::size_t sign = text.find('=');
  if (sign != std::string_view::npos && sign > 0) {
    return Choice{std::string(text.substr(0, sign)), std::string(text.substr(sign + 1))};
  }
  return fail(ErrorKind::invalid, std::format("'{}' sets nothing", printable(text, 200)),
              "write SETTING=VALUE, in quotes where the value has blanks");
}

Result<Choices> parse_choices(const Specification& specification,
                              const std::vector<std::string>& texts) {
  Choices choices;
  for (const std::string& text : texts) {
    TRY_ASSIGN(Choice choice, parse_choice(text));
    TRY_ASSIGN(const Setting setting, find_setting(specification, choice.setting));
    if (auto value = parse_setting(setting, choice.value); !value) {
      return wrap(std::format("extension '{}'", specification.name), std::move(value).error());
    }
    if (choices.emplace(choice.setting, std::move(choice.value)).second) continue;
    return fail(ErrorKind::invalid,
                std::format("setting '{}' of extension '{}' is chosen twice", choice.setting,
                            specification.name),
                "write it once");
  }
  return choices;
}

Result<Setting> find_setting(const Specification& specification, std::string_view name) {
  std::vector<std::string> known;
  for (const Setting& setting : specification.settings) {
    if (setting.name == name) return setting;
    known.push_back(setting.name);
  }
  const auto near = nearest(name, known);
  const std::string has = known.empty() ? "it has none" : "it has " + join(known, ", ");
  return fail(
      ErrorKind::absent,
      std::format("extension '{}' has no setting '{}'", specification.name, printable(name, 80)),
      near ? std::format("did you mean '{}'?", *near) : has);
}

std::string value_of(const Setting& setting, const Choices& choices) {
  const auto chosen = choices.find(setting.name);
  return chosen == choices.end() ? setting.fallback : chosen->second;
}

Result<json> setting_values(const Specification& specification, const Choices& choices) {
  json values = json::object();
  for (const Setting& setting : specification.settings) {
    TRY_ASSIGN(values[setting.name], parse_setting(setting, value_of(setting, choices)));
  }
  return values;
}

}  // namespace muster::extensions
