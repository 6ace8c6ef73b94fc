#pragma once
// The documents that `muster help` shows: those that the package installs, or those of the source
// tree. One is called by its file's name without ending.

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "core/base/result.h"

namespace muster::cli {

/// What follows it in `muster help` are words to look for.
inline constexpr const char* kSearchWord = "search";

struct HelpTopic {
  /// "quick-start".
  std::string name;
  /// The document's first heading.
  std::string title;
  std::filesystem::path file;
};

/// Where the documents are.
std::filesystem::path find_documents();

/// The documents in a directory and in reference/ below it, by name; none where they are missing.
std::vector<HelpTopic> list_topics(const std::filesystem::path& documents);

/// A line where all of some words stand in a document, in any case of letters.
struct HelpMatch {
  std::string topic;
  /// The heading above it.
  std::string heading;
  std::string line;
};

/// Errors: a document cannot be read.
Result<std::vector<HelpMatch>> search_topics(std::span<const HelpTopic> topics,
                                             std::span<const std::string> words);

/// What may stand behind `before` in `muster help`: nouns and topics, then the noun's verbs.
std::vector<std::string> help_words(const CLI::App& program, std::span<const std::string> before);

}  // namespace muster::cli
