#include "apps/muster/help_topics.h"

#include <algorithm>

#include "apps/muster/markdown.h"
#include "apps/muster/markdown_inline.h"
#include "apps/muster/source_tree.h"
#include "apps/muster/verbs.h"
#include "core/base/text.h"
#include "core/os/files.h"

namespace muster::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kInstalled = "/usr/share/doc/muster";

void add_topics(const fs::path& directory, std::vector<HelpTopic>& topics) {
  for (const std::string& name :
       os::list_directory(directory).value_or(std::vector<std::string>())) {
    const fs::path file = directory / name;
    // Pages in capitals are for those who change Muster.
    if (file.extension() != ".md" || name != lower(name)) continue;
    const auto text = os::read_file(file);
    if (text) topics.push_back({lower(file.stem().string()), find_title(*text), file});
  }
}

bool has_all(const std::string& line, std::span<const std::string> words) {
  const std::string low = lower(line);
  return std::ranges::all_of(words, [&](const auto& word) { return low.contains(lower(word)); });
}

}  // namespace

fs::path find_documents() {
  const auto tree = find_source_tree();
  return tree ? *tree / "docs" : fs::path(kInstalled);
}

std::vector<HelpTopic> list_topics(const fs::path& documents) {
  std::vector<HelpTopic> topics;
  add_topics(documents, topics);
  add_topics(documents / "reference", topics);
  std::ranges::sort(topics, {}, &HelpTopic::name);
  return topics;
}

Result<std::vector<HelpMatch>> search_topics(std::span<const HelpTopic> topics,
                                             std::span<const std::string> words) {
  std::vector<HelpMatch> matches;
  for (const HelpTopic& topic : topics) {
    TRY_ASSIGN(const std::string text, os::read_file(topic.file));
    std::string heading;
    for (const std::string& line : lines(text)) {
      if (line.starts_with('#')) heading = find_title(line);
      if (has_all(line, words)) {
        matches.push_back({topic.name, heading, render_inline(trim(line))});
      }
    }
  }
  return matches;
}

std::vector<std::string> help_words(const CLI::App& program, std::span<const std::string> before) {
  const CLI::App* verb = &program;
  for (const std::string& word : before) {
    verb = find_verb(*verb, word);
    if (verb == nullptr) return {};
  }
  std::vector<std::string> words = verbs_of(*verb);
  if (!before.empty()) return words;
  words.emplace_back(kSearchWord);
  for (const HelpTopic& topic : list_topics(find_documents())) words.push_back(topic.name);
  return words;
}

}  // namespace muster::cli
