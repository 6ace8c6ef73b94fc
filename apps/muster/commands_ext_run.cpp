// ext run: has an extension do one of its verbs.

#include <chrono>
#include <format>
#include <memory>

#include <nlohmann/json.hpp>

#include "apps/muster/client.h"
#include "apps/muster/commands_ext.h"
#include "core/base/text.h"
#include "extensions/store.h"

namespace muster::cli {
namespace {

using nlohmann::json;

struct RunOptions {
  std::string extension;
  std::string verb;
  std::vector<std::string> arguments;
};

/// Lines of an extension's text: nothing of it steers the terminal.
std::string shown(const std::string& text) {
  std::string all;
  for (const std::string& line : lines(text)) {
    all += (all.empty() ? "" : "\n") + printable(line, 10'000);
  }
  return all;
}

int run_verb(const RunOptions& options) {
  // Longer than a verb may take, and than one that waits for another.
  constexpr auto kPatience = std::chrono::minutes(25);
  const auto answer = call_head(
      "POST", "/v1/extensions/run",
      {{"extension", options.extension}, {"verb", options.verb}, {"arguments", options.arguments}},
      kPatience);
  if (!answer) return report(answer.error());
  const bool has_text = answer->contains("text") && answer->at("text").is_string();
  print_answer(*answer, has_text ? shown(answer->at("text").get<std::string>()) : "");
  return answer->value("status", kDone);
}

/// The verbs of an extension, for who names none.
int list_verbs(const std::string& extension) {
  const auto answer = call_head("GET", "/v1/extensions");
  if (!answer) return report(answer.error());
  const json found = find_extension(*answer, extension);
  if (found.is_null()) return report(extensions::no_extension(extension), kUsage);
  const json verbs = found.value("verbs", json::array());
  if (verbs.empty()) {
    return print_answer({{"verbs", verbs}},
                        std::format("extension '{}' has no verbs", printable(extension, 80)));
  }
  std::vector<std::vector<std::string>> rows = {{"VERB", "ABOUT"}};
  for (const json& verb : verbs) rows.push_back({text_of(verb, "name"), text_of(verb, "about")});
  return print_answer({{"verbs", verbs}}, trim(render_table(rows)));
}

}  // namespace

void add_ext_run(CLI::App& noun, Session& session) {
  CLI::App& verb = *noun.add_subcommand(
      "run", "has an extension do one of its verbs; without a verb, lists them");
  const auto options = std::make_shared<RunOptions>();
  add_extension_name(verb, options->extension);
  verb.add_option("verb", options->verb, "the verb");
  verb.add_option("arguments", options->arguments,
                  "what the extension is told besides; after '--' where one begins with '-'");
  add_json(verb);
  on_run_at_head(verb, session, [options] {
    return options->verb.empty() ? list_verbs(options->extension) : run_verb(*options);
  });
}

}  // namespace muster::cli
