// explain: what a message means, and what to do.

#include <format>
#include <memory>

#include <nlohmann/json.hpp>

#include "apps/muster/commands.h"
#include "apps/muster/markdown.h"
#include "apps/muster/table.h"
#include "core/base/text.h"
#include "explain/explanations.h"

namespace muster::cli {
namespace {

using explain::Explanation;
using nlohmann::json;

/// One line of Markdown as text that is not broken.
std::string plain(std::string_view markdown) {
  constexpr std::size_t kOneLine = 10'000;
  return std::string(trim(render_markdown(markdown, kOneLine)));
}

json to_json(const Explanation& row) {
  return {{"id", row.id},
          {"section", row.section},
          {"seen", plain(row.seen)},
          {"cause", plain(row.cause)},
          {"next", plain(row.next)}};
}

int list_all() {
  json all = json::array();
  std::vector<std::vector<std::string>> rows = {{"NAME", "WHAT YOU SEE"}};
  for (const Explanation& row : explain::explanations()) {
    all.push_back(to_json(row));
    rows.push_back({row.id, plain(row.seen)});
  }
  return print_answer({{"explanations", std::move(all)}}, trim(render_table(rows)));
}

int show(const Explanation& row) {
  const std::string text = std::format(
      "**{}**: {}\n\nWhy: {}\n\nWhat to do: {}\n\nSee `muster help troubleshooting`, "
      "*{}*.\n",
      row.id, row.seen, row.cause, row.next, row.section);
  return print_answer(to_json(row), trim(render_markdown(text, text_width())));
}

int explain_words(const std::vector<std::string>& words) {
  if (words.empty()) return list_all();
  const std::string text = join(words, " ");
  const Explanation* row = explain::find_explanation(text);
  if (row == nullptr) row = explain::explain_text(text);
  if (row != nullptr) return show(*row);
  std::vector<std::string> ids;
  for (const Explanation& each : explain::explanations()) ids.push_back(each.id);
  const auto near = nearest(text, ids);
  return report({.message = std::format("nothing explains '{}'", printable(text, 200)),
                 .hint = near ? std::format("did you mean '{}'?", *near)
                              : "'muster explain' lists what is explained; 'muster help search "
                                "WORDS' looks through all documents",
                 .kind = ErrorKind::absent});
}

}  // namespace

void add_explain(CLI::App& app, Session& session) {
  auto* const verb = app.add_subcommand("explain", "what a message means, and what to do");
  const auto words = std::make_shared<std::vector<std::string>>();
  verb->add_option("words", *words, "a name, or the words of a message in quotes")
      ->type_name("NAME|MESSAGE");
  add_json(*verb);
  on_run(*verb, session, [words] { return explain_words(*words); });
}

}  // namespace muster::cli
