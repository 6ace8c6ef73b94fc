// log: who changed what on this head.

#include <memory>

#include <nlohmann/json.hpp>

#include "apps/muster/client.h"
#include "apps/muster/commands.h"
#include "apps/muster/output.h"
#include "apps/muster/table.h"
#include "core/base/text.h"

namespace muster::cli {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestRequest = 60;

std::string outcome_of(const json& entry) {
  return entry.value("status", 0) < 400 ? "done" : "refused: " + text_of(entry, "error", 120);
}

int run_log(std::size_t most) {
  auto answer = call_head("GET", "/v1/log");
  if (!answer) return report(answer.error());
  json& entries = answer->at("entries");
  while (entries.size() > most) entries.erase(entries.begin());
  std::vector<std::vector<std::string>> rows = {{"when", "who", "role", "what", "with", "outcome"}};
  for (const json& entry : entries) {
    rows.push_back({clock_time(entry.value("time_ms", std::int64_t{0}), ShowDate::yes),
                    text_of(entry, "who", 40), text_of(entry, "role", 10),
                    text_of(entry, "action", 40),
                    cut_to(text_of(entry, "request"), kLongestRequest), outcome_of(entry)});
  }
  const std::string text = entries.empty() ? "nobody has changed anything on this head yet"
                                           : std::string(trim(render_table(rows)));
  return print_answer(*answer, text);
}

}  // namespace

void add_log(CLI::App& app, Session& session) {
  auto* const verb = app.add_subcommand("log", "who changed what on this head, and when");
  const auto most = std::make_shared<std::size_t>(100);
  verb->add_option("--last", *most, "show so many of the newest")
      ->type_name("N")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  add_json(*verb);
  on_run_at_head(*verb, session, [most] { return run_log(*most); });
}

}  // namespace muster::cli
