#include "apps/muster/paths.h"

#include <optional>
#include <print>
#include <set>

#include "apps/muster/commands.h"
#include "apps/muster/complete.h"

namespace muster::cli {
namespace {

std::optional<PathWord::Kind> path_kind(const std::string& kind) {
  if (kind == value::kFile) return PathWord::Kind::file;
  if (kind == value::kDirectory) return PathWord::Kind::directory;
  return std::nullopt;
}

}  // namespace

std::vector<PathWord> find_paths(const CLI::App& program, std::span<const std::string> words) {
  std::vector<PathWord> paths;
  std::set<const CLI::Option*> given;
  for (std::size_t count = 1; count <= words.size(); ++count) {
    const Cursor cursor = find_cursor(program, words.first(count));
    given.insert(cursor.value);
    const auto kind = path_kind(kind_at(cursor));
    if (kind && !cursor.prefix.empty()) paths.push_back({*kind, cursor.prefix});
  }
  // The last word may be the verb's own name.
  std::vector<std::string> all(words.begin(), words.end());
  all.emplace_back();
  for (const CLI::Option* option : find_cursor(program, all).verb->get_options()) {
    const auto kind = path_kind(option->get_type_name());
    const std::string usual = option->get_default_str();
    if (kind && !usual.empty() && !given.contains(option)) paths.push_back({*kind, usual});
  }
  return paths;
}

int print_paths(const CLI::App& program, std::span<const std::string> words) {
  for (const PathWord& word : find_paths(program, words)) {
    std::print("{}{}{}{}", word.kind == PathWord::Kind::file ? "file" : "directory", '\0',
               word.path, '\0');
  }
  return kDone;
}

}  // namespace muster::cli
