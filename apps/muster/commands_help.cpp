// help: what a noun or a verb takes, and the documents of Muster as text.

#include <algorithm>
#include <format>
#include <memory>
#include <print>
#include <span>

#include "apps/muster/commands.h"
#include "apps/muster/help_topics.h"
#include "apps/muster/markdown.h"
#include "apps/muster/pager.h"
#include "apps/muster/table.h"
#include "apps/muster/verbs.h"
#include "core/base/text.h"
#include "core/os/files.h"

namespace muster::cli {
namespace {

using Words = std::vector<std::string>;

/// What `--help` prints; App::help prefers the verb that was chosen, which is `help`. `path`: the
/// words before the verb's own name.
std::string help_of(const CLI::App& verb, const std::string& path) {
  const std::string name = path.empty() ? verb.get_name() : path + " " + verb.get_name();
  return verb.get_formatter()->make_help(&verb, name, CLI::AppFormatMode::Normal);
}

int show_overview(const CLI::App& program) {
  std::string text = help_of(program, "");
  const auto topics = list_topics(find_documents());
  std::vector<Words> rows;
  for (const HelpTopic& topic : topics) rows.push_back({"  " + topic.name, topic.title});
  text += topics.empty() ? std::format("\nNo documents are in '{}'.\n", find_documents().string())
                         : "\nTopics of 'muster help TOPIC':\n" + render_table(rows);
  show_long(text);
  return kDone;
}

int show_topic(const HelpTopic& topic) {
  const auto text = os::read_file(topic.file);
  if (!text) return report(text.error());
  show_long(render_markdown(*text, text_width()));
  return kDone;
}

int search(std::span<const std::string> words) {
  if (words.empty()) {
    return report({.message = "'muster help search' needs words to look for",
                   .hint = "such as: muster help search secure boot"},
                  kUsage);
  }
  const auto topics = list_topics(find_documents());
  const auto matches = search_topics(topics, words);
  if (!matches) return report(matches.error());
  if (matches->empty()) {
    return report(
        {.message = std::format("no document has a line with '{}'", printable(join(words, " "))),
         .hint = "'muster help' lists the documents; try fewer words"});
  }
  std::vector<Words> rows = {{"TOPIC", "UNDER", "LINE"}};
  for (const HelpMatch& match : *matches) {
    rows.push_back({match.topic, match.heading, match.line});
  }
  show_long(render_table(rows));
  return kDone;
}

int unknown(const CLI::App& program, std::span<const std::string> before, const std::string& word) {
  const Words known = help_words(program, before);
  const auto near = nearest(word, known);
  return report({.message = std::format("there is no help for '{}'", printable(word)),
                 .hint = near            ? std::format("did you mean '{}'?", *near)
                         : known.empty() ? "'muster help' lists what there is"
                                         : "there is " + join(known, ", ")},
                kUsage);
}

/// A page is shown whole.
int too_many(const HelpTopic& topic, std::span<const std::string> words) {
  return report({.message = std::format("'muster help {}' takes no further word", topic.name),
                 .hint = std::format("'muster help search {}' looks for it in all pages",
                                     printable(join(words, " ")))},
                kUsage);
}

/// The help of a noun or a verb is its own --help; a word that is neither is a document's name.
int help(const CLI::App& program, const Words& words) {
  if (words.empty()) return show_overview(program);
  if (words.front() == kSearchWord) return search(std::span(words).subspan(1));
  const CLI::App* verb = &program;
  std::string path = program.get_name();
  for (std::size_t i = 0; i < words.size(); ++i) {
    const CLI::App* const below = find_verb(*verb, words[i]);
    if (below == nullptr && i == 0) {
      const auto topics = list_topics(find_documents());
      const auto topic = std::ranges::find(topics, lower(words[0]), &HelpTopic::name);
      if (topic != topics.end()) {
        return words.size() == 1 ? show_topic(*topic)
                                 : too_many(*topic, std::span(words).subspan(1));
      }
    }
    if (below == nullptr) return unknown(program, std::span(words).first(i), words[i]);
    verb = below;
    if (i + 1 < words.size()) path += " " + words[i];
  }
  show_long(help_of(*verb, path));
  return kDone;
}

}  // namespace

void add_help(CLI::App& app, Session& session) {
  CLI::App* const noun = app.add_subcommand("help", "what a command takes, and Muster's documents");
  const auto words = std::make_shared<Words>();
  noun->add_option("words", *words, "a noun and a verb, a topic, or 'search' and words to look for")
      ->type_name(value::kTopic);
  on_run(*noun, session, [&app, words] { return help(app, *words); });
}

}  // namespace muster::cli
