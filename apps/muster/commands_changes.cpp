// changes: what happens on the cluster, as it happens.

#include <chrono>
#include <format>
#include <memory>

#include <nlohmann/json.hpp>

#include "apps/muster/client.h"
#include "apps/muster/commands.h"
#include "apps/muster/output.h"
#include "apps/muster/table.h"
#include "core/os/wait.h"

namespace muster::cli {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

struct ChangesOptions {
  std::uint64_t last = 50;
  bool follow = false;
};

/// What a change happened to.
std::string subject_of(const json& change) {
  if (const std::string node = text_of(change, "node", 64); !node.empty()) return node;
  if (change.contains("operation")) return "operation " + text_of(change, "operation", 64);
  return change.value("kind", "") == "request" ? "log" : "cluster";
}

std::string line_of(const json& change) {
  const std::string kind = text_of(change, "kind", 64);
  const bool is_told = kind == "request" || kind == "operation" || kind == "stage";
  return std::format("{}  {}: {}{}",
                     clock_time(change.value("time_ms", std::int64_t{0}), ShowDate::yes),
                     subject_of(change), is_told ? "" : kind + ": ", text_of(change, "text"));
}

/// A daemon that starts anew meanwhile is asked again. Errors: it does not answer for a minute.
Result<json> wait_for_changes(std::uint64_t since) {
  constexpr auto kAway = 1min;
  constexpr auto kBetweenTries = 1s;
  const std::string page = std::format("/v1/changes?since={}", since);
  auto answer = wait_for_head(page, {});
  const os::Deadline end = os::in(kAway);
  while (!answer && os::in(0ms) < end) {
    TRY(os::wait_readable({}, os::in(kBetweenTries)));
    answer = wait_for_head(page, {});
  }
  return answer;
}

int run_changes(const ChangesOptions& options) {
  auto answer = call_head("GET", std::format("/v1/changes?last={}", options.last));
  if (!answer) return report(answer.error());
  if (!options.follow && form() == Form::json) return print_answer(*answer, "");
  while (true) {
    for (const json& change : answer->at("changes")) print_answer(change, line_of(change));
    // Each line is there when it is known; the end of the program tells of an output that is lost.
    if (!options.follow || !flush_answers()) return kDone;
    answer = wait_for_changes(answer->at("next").get<std::uint64_t>());
    if (!answer) return report(answer.error());
  }
}

}  // namespace

void add_changes(CLI::App& app, Session& session) {
  auto* const verb = app.add_subcommand("changes", "what happened on the cluster, and happens");
  const auto options = std::make_shared<ChangesOptions>();
  verb->add_option("--last", options->last, "show so many of the newest")
      ->type_name("N")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  verb->add_flag("-f,--follow", options->follow, "go on with what happens");
  add_json(*verb);
  on_run_at_head(*verb, session, [options] { return run_changes(*options); });
}

}  // namespace muster::cli
