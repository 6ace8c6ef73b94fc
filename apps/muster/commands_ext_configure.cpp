// ext configure, enable, disable: what an administrator decides about an extension.

#include <algorithm>
#include <format>
#include <memory>

#include <nlohmann/json.hpp>

#include "apps/muster/client.h"
#include "apps/muster/commands_ext.h"
#include "apps/muster/ext_on_head.h"
#include "core/base/text.h"
#include "extensions/settings.h"

namespace muster::cli {
namespace {

using nlohmann::json;

struct ConfigureOptions {
  std::string extension;
  /// "greeting=Hello."
  std::vector<std::string> set;
  std::vector<std::string> unset;
};

/// Errors: it does not work, or the head could not do what it wants there.
Status wait_for_head(const std::string& name, const json& answer) {
  const json now = find_extension(answer, name);
  const std::string error = text_of(now, "error");
  if (!error.empty() && !is_set(now, "disabled")) {
    return fail(std::format("extension '{}' does not work: {}", printable(name, 80), error),
                "'muster ext show' has what it said");
  }
  return is_about_head(now) ? wait_for_head_steps(name, answer) : Status();
}

}  // namespace

Result<json> body_of_settings(const std::string& extension,
                              const std::vector<std::string>& settings) {
  json set = json::array();
  for (const std::string& text : settings) {
    TRY_ASSIGN(const extensions::Choice choice, extensions::parse_choice(text));
    set.push_back({{"name", choice.setting}, {"value", choice.value}});
  }
  return json{{"extension", extension}, {"set", set}, {"unset", json::array()}};
}

Result<json> set_settings(const std::string& extension, const json& body) {
  TRY_ASSIGN(json answer, call_head("POST", "/v1/extensions/configure", body));
  TRY(wait_for_head(extension, answer));
  return answer;
}

namespace {

int configure(const ConfigureOptions& options) {
  if (options.set.empty() && options.unset.empty()) {
    return report({.message = "nothing is to be set",
                   .hint = std::format("'muster ext show {}' has its settings; write SETTING=VALUE",
                                       printable(options.extension, 80))},
                  kUsage);
  }
  auto body = body_of_settings(options.extension, options.set);
  if (!body) return report(body.error(), kUsage);
  body->at("unset") = options.unset;
  const auto answer = set_settings(options.extension, *body);
  if (!answer) return report(answer.error());
  const json now = find_extension(*answer, options.extension);
  return print_answer(now, std::format("configured {}: nodes get it now, and those that are off "
                                       "when they boot",
                                       printable(options.extension, 80)));
}

int set_disabled(const std::string& extension, bool is_disabled) {
  const auto answer =
      set_settings(extension, {{"extension", extension}, {"disabled", is_disabled}});
  if (!answer) return report(answer.error());
  const char* const words =
      is_disabled ? "disabled {}: what it changed on nodes and on the head is put back"
                  : "enabled {}: nodes and head get its steps again";
  const std::string name = printable(extension, 80);
  return print_answer(find_extension(*answer, extension),
                      std::vformat(words, std::make_format_args(name)));
}

void add_switch(CLI::App& noun, Session& session, const std::string& word, bool is_disabled,
                const std::string& about) {
  CLI::App& verb = *noun.add_subcommand(word, about);
  const auto name = std::make_shared<std::string>();
  add_extension_name(verb, *name);
  add_json(verb);
  on_run_at_head(verb, session, [name, is_disabled] { return set_disabled(*name, is_disabled); });
}

}  // namespace

void add_ext_configure(CLI::App& noun, Session& session) {
  CLI::App& verb = *noun.add_subcommand("configure", "gives settings of an extension other values");
  const auto options = std::make_shared<ConfigureOptions>();
  add_extension_name(verb, options->extension);
  verb.add_option("set", options->set, "a setting and its value: SETTING=VALUE");
  verb.add_option("--unset", options->unset, "a setting that gets its default again")
      ->allow_extra_args(false);
  add_json(verb);
  on_run_at_head(verb, session, [options] { return configure(*options); });
  add_switch(noun, session, "disable", true, "takes an extension's steps back, and keeps it");
  add_switch(noun, session, "enable", false, "has an extension that was disabled work again");
}

}  // namespace muster::cli
