#include "apps/muster/operation_view.h"

#include <algorithm>
#include <cstring>
#include <format>
#include <ranges>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/muster/client.h"
#include "apps/muster/table.h"
#include "core/base/text.h"

namespace muster::cli {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestLine = 1U << 16U;
constexpr std::size_t kShownCommand = 50;
constexpr std::size_t kShownNodes = 60;

std::string command_of(const json& operation) {
  std::vector<std::string> words;
  const json command = operation.value("command", json::array());
  for (const json& word : command) {
    words.push_back(word.is_string() ? printable(word.get<std::string>(), 4000) : "?");
  }
  return join(words, " ");
}

/// What was begun: the words of a command; of another kind, the kind as well.
std::string described(const json& operation) {
  const std::string kind = text_of(operation, "kind");
  return kind == "exec" ? command_of(operation) : kind + " " + command_of(operation);
}

bool is_done(const json& result) { return text_of(result, "state") == "done"; }

/// What is to be said of a result beside its output; empty when all is well.
std::string described_outcome(const json& result) {
  const std::string state = text_of(result, "state");
  const std::string note = text_of(result, "note");
  if (state == "waiting")
    return note.empty() ? "has not begun" : "waits to be tried again: " + note;
  if (state == "given") return note.empty() ? "goes on" : "goes on: " + note;
  if (state == "unreached") return "not reached: " + note;
  if (state == "cancelled")
    return note.empty() ? "cancelled before it began" : "cancelled: " + note;
  if (!note.empty()) return note;
  if (const int signal = result.value("signal", 0); signal != 0) {
    return std::format("killed by signal {} ({})", signal, strsignal(signal));
  }
  const int status = result.value("status", 0);
  return status == 0 ? std::string() : std::format("exit status {}", status);
}

/// The lines that nodes wrote. A tab is a tab.
std::string shown_lines(const json& result, const char* member) {
  const auto found = result.find(member);
  if (found == result.end() || !found->is_string()) return {};
  std::string text;
  for (const std::string& line : lines(found->get<std::string>())) {
    std::vector<std::string> parts = split(line, '\t');
    for (std::string& part : parts) part = printable(part, kLongestLine);
    text += join(parts, "\t") + "\n";
  }
  return text;
}

std::string render_result(const json& result) {
  const auto count = result.value("count", std::size_t{1});
  const std::string nodes = text_of(result, "nodes", kLongText);
  const std::string outcome = described_outcome(result);
  std::string text =
      std::format("--- {}{}{}\n", nodes, count > 1 ? std::format(" ({} nodes)", count) : "",
                  outcome.empty() ? "" : ": " + outcome);
  text += shown_lines(result, "out") + shown_lines(result, "err");
  if (const auto dropped = result.value("dropped", std::uint64_t{0}); dropped != 0) {
    text += std::format("({} more bytes were written and are not kept)\n", dropped);
  }
  return text;
}

std::size_t count_of(const json& operation, const char* state) {
  const json counts = operation.value("counts", json::object());
  return counts.value(state, std::size_t{0});
}

/// Nodes whose part has not ended.
std::size_t open_of(const json& operation) {
  return count_of(operation, "waiting") + count_of(operation, "given");
}

std::size_t all_of(const json& operation) {
  std::size_t all = 0;
  const json counts = operation.value("counts", json::object());
  for (const auto& [state, count] : counts.items()) {
    if (count.is_number_integer()) all += count.get<std::size_t>();
  }
  return all;
}

/// "37 of 40"
std::string ended_of(const json& operation) {
  const std::size_t all = all_of(operation);
  return std::format("{} of {}", all - std::min(open_of(operation), all), all);
}

}  // namespace

std::string render_results(const json& detail) {
  std::vector<json> results = detail.value("results", std::vector<json>());
  std::ranges::stable_partition(results, &is_done);
  std::string text;
  for (const json& result : results) text += render_result(result);
  return std::string(trim(text));
}

std::string render_operation_progress(const json& progress) {
  const std::size_t open = open_of(progress);
  std::string text = ended_of(progress) + " ended";
  if (open == 0) return text;
  return std::format("{}; {} {}", text, cut_to(text_of(progress, "open", kLongText), kShownNodes),
                     open == 1 ? "goes on" : "go on");
}

std::string render_operations(const json& list) {
  std::vector<std::vector<std::string>> rows = {
      {"operation", "begun", "by", "state", "nodes", "ended", "what"}};
  const json operations = list.value("operations", json::array());
  for (const json& each : operations | std::views::reverse) {
    rows.push_back({text_of(each, "id"),
                    clock_time(each.value("begun_ms", std::int64_t{0}), ShowDate::yes),
                    text_of(each, "by", 40), text_of(each, "state"),
                    cut_to(text_of(each, "nodes", kLongText), kShownNodes), ended_of(each),
                    cut_to(described(each), kShownCommand)});
  }
  return std::string(trim(render_table(rows)));
}

std::string render_operation_head(const json& detail) {
  const auto begun = clock_time(detail.value("begun_ms", std::int64_t{0}), ShowDate::yes);
  const std::int64_t ended_ms = detail.value("ended_ms", std::int64_t{0});
  const std::string reason = text_of(detail, "reason", kLongText);
  std::string text = std::format("what      {}\nbegun     {} by {}\n", described(detail), begun,
                                 text_of(detail, "by", 40));
  if (!reason.empty()) text += std::format("reason    {}\n", reason);
  const std::int64_t deadline_ms = detail.value("deadline_ms", std::int64_t{0});
  if (deadline_ms != 0 && ended_ms == 0) {
    text += std::format("deadline  {}\n", clock_time(deadline_ms, ShowDate::yes));
  }
  if (ended_ms != 0) text += std::format("ended     {}\n", clock_time(ended_ms, ShowDate::yes));
  return text + std::format("state     {}, {}", text_of(detail, "state"),
                            render_operation_progress(detail));
}

}  // namespace muster::cli
