// history: the specifications that this head had.

#include <memory>
#include <print>
#include <ranges>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "apps/muster/commands.h"
#include "apps/muster/output.h"
#include "apps/muster/table.h"
#include "core/base/text.h"
#include "head/history.h"

namespace muster::cli {
namespace {

using nlohmann::json;

json to_json(const head::Generation& generation) {
  return {{"number", generation.number},
          {"at_ms", generation.at_ms},
          {"who", generation.who},
          {"how", generation.how}};
}

int print_history(const head::History& history) {
  json generations = json::array();
  std::vector<std::vector<std::string>> rows = {{"generation", "when", "who", "how"}};
  // The newest first: the one that holds.
  for (const head::Generation& each : history.generations | std::views::reverse) {
    generations.push_back(to_json(each));
    rows.push_back({std::to_string(each.number), clock_time(each.at_ms, ShowDate::yes),
                    each.who.empty() ? "?" : printable(each.who, 40), printable(each.how, 60)});
  }
  for (const Error& damaged : history.damaged) say("muster: " + damaged.text());
  if (rows.size() == 1 && form() == Form::text) {
    std::println("this head has applied no cluster.yaml yet");
    return kDone;
  }
  return print_answer({{"generations", std::move(generations)}}, trim(render_table(rows)));
}

int run_history(std::uint64_t number) {
  if (geteuid() != 0) {
    return report({.message = "only root may read the head's history", .hint = "run it with sudo"});
  }
  const auto history = head::read_history();
  if (!history) return report(history.error());
  if (number == 0) return print_history(*history);
  const auto chosen = head::find_generation(*history, number);
  if (!chosen) return report(chosen.error(), kUsage);
  if (form() == Form::json) {
    json value = to_json(*chosen);
    value["text"] = chosen->text;
    print_json(value.dump());
  } else {
    std::print("{}", chosen->text);
  }
  return kDone;
}

}  // namespace

void add_history(CLI::App& app, Session& session) {
  auto* const verb =
      app.add_subcommand("history", "the cluster.yaml that this head has, and the earlier ones");
  const auto number = std::make_shared<std::uint64_t>(0);
  verb->add_option("number", *number, "print this generation's cluster.yaml")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  add_json(*verb);
  on_run(*verb, session, [number] { return run_history(*number); });
}

}  // namespace muster::cli
