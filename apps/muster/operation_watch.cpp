#include "apps/muster/operation_watch.h"

#include <format>
#include <functional>

#include <nlohmann/json.hpp>

#include "apps/muster/client.h"
#include "apps/muster/operation_view.h"
#include "apps/muster/output.h"
#include "apps/muster/progress_line.h"
#include "core/os/command.h"

namespace muster::cli {
namespace {

using nlohmann::json;

bool has_ended(const json& progress) { return progress.value("ended_ms", std::int64_t{0}) != 0; }

/// Follows it until it has ended. `is_unwanted`: whether it is not waited for any more.
Result<json> follow(const std::string& operation, const std::function<bool()>& is_unwanted) {
  ProgressLine line;
  std::uint64_t seen = 0;
  std::string told;
  while (true) {
    auto progress = wait_for_head(
        std::format("{}/progress?seen={}", operation_page(operation), seen), is_unwanted);
    if (!progress) {
      line.close();
      return progress;
    }
    if (!progress->is_object() || !progress->contains("version")) {
      line.close();
      return fail("the daemon's answer has no 'version'",
                  "compare 'muster --version' and 'musterd --version'");
    }
    seen = progress->value("version", std::uint64_t{0});
    const std::string text = render_operation_progress(*progress);
    // Where lines are not written over, how far it is would be a line for each node.
    if (text != told && line.is_written_over()) line.show(text);
    told = text;
    if (!has_ended(*progress)) continue;
    line.close();
    return progress;
  }
}

}  // namespace

std::string operation_page(const std::string& operation) {
  return "/v1/operations/" + url_encode(operation);
}

int print_operation(const std::string& operation, Shown shown) {
  const auto detail = call_head("GET", operation_page(operation));
  if (!detail) return report(detail.error());
  std::string text = render_results(*detail);
  if (shown == Shown::results_below_head) {
    text = render_operation_head(*detail) + (text.empty() ? "" : "\n\n" + text);
  }
  return print_answer(*detail, text);
}

int watch_to_end(const std::string& operation, Shown shown, Interrupted interrupted) {
  auto ended = follow(operation, &os::is_interrupted);
  if (!ended && interrupted == Interrupted::is_cancelled && os::is_interrupted()) {
    say(std::format("ending operation {} on its nodes", operation));
    const auto cancelled = call_head("DELETE", operation_page(operation));
    if (!cancelled) return report(cancelled.error());
    ended = follow(operation, &os::is_interrupted_again);
  }
  if (!ended && interrupted == Interrupted::is_cancelled) {
    say(std::format("operation {} was begun; 'muster operation watch {}' waits for its end",
                    operation, operation));
  }
  if (!ended) return report(ended.error());
  const int status = print_operation(operation, shown);
  if (status != kDone) return status;
  return ended->value("state", "") == "done" ? kDone : kFailed;
}

}  // namespace muster::cli
