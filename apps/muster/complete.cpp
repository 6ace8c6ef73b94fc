#include "apps/muster/complete.h"

#include <algorithm>
#include <print>

#include "apps/muster/commands.h"
#include "apps/muster/complete_names.h"
#include "apps/muster/help_topics.h"
#include "apps/muster/verbs.h"
#include "core/base/text.h"

namespace muster::cli {
namespace {

/// The option that "--firmware" or "-o" names, when it takes a value.
const CLI::Option* find_valued(const CLI::App& verb, std::string_view word) {
  const CLI::Option* const option = find_option(verb, word);
  return option != nullptr && takes_value(*option) ? option : nullptr;
}

/// The argument that the word after `before` others is; none when the verb takes no more.
const CLI::Option* find_argument(const CLI::App& verb, std::size_t before) {
  auto count = static_cast<int>(before);
  for (const CLI::Option* option : verb.get_options()) {
    if (!option->get_positional()) continue;
    count -= option->get_items_expected_max();
    if (count < 0) return option;
  }
  return nullptr;
}

/// Reads words from left to right, as the parser would, but without demanding any.
class Reader {
 public:
  explicit Reader(const CLI::App& program) { cursor_.verb = &program; }

  void read(const std::string& word) {
    if (const CLI::Option* option = std::exchange(waiting_, nullptr)) {
      if (!option->get_lnames().empty()) cursor_.given[option->get_lnames().front()] = word;
    } else if (is_option(word)) {
      read_option(word);
    } else if (const CLI::App* verb =
                   cursor_.arguments.empty() ? find_verb(*cursor_.verb, word) : nullptr) {
      cursor_.verb = verb;
    } else {
      cursor_.arguments.push_back(word);
      if (cursor_.verb->get_positionals_at_end()) only_arguments_ = true;
    }
  }

  Cursor finish(const std::string& last) {
    cursor_.prefix = last;
    if (waiting_ != nullptr) {
      cursor_.value = waiting_;
    } else if (!is_option(last)) {
      cursor_.value = find_argument(*cursor_.verb, cursor_.arguments.size());
    } else if (const auto equal = last.find('='); equal != std::string::npos) {
      cursor_.value = find_valued(*cursor_.verb, last.substr(0, equal));
      keep(equal + 1);
    } else if (is_short_with_value(last)) {
      cursor_.value = find_valued(*cursor_.verb, last.substr(0, 2));
      keep(2);
    }
    if (kind_at(cursor_) == value::kNodes) keep(cursor_.prefix.rfind(',') + 1);
    return std::move(cursor_);
  }

 private:
  bool is_option(const std::string& word) const {
    return !only_arguments_ && word.starts_with('-');
  }

  /// "-oFILE".
  bool is_short_with_value(const std::string& word) const {
    return word.size() > 2 && word[1] != '-' &&
           find_valued(*cursor_.verb, word.substr(0, 2)) != nullptr;
  }

  void read_option(const std::string& word) {
    if (word == "--") {
      only_arguments_ = true;
    } else if (const auto equal = word.find('='); equal == std::string::npos) {
      waiting_ = find_valued(*cursor_.verb, word);
    } else if (const CLI::Option* option = find_valued(*cursor_.verb, word.substr(0, equal))) {
      waiting_ = option;
      read(word.substr(equal + 1));
    }
  }

  void keep(std::size_t size) {
    cursor_.kept += cursor_.prefix.substr(0, size);
    cursor_.prefix.erase(0, size);
  }

  Cursor cursor_;
  const CLI::Option* waiting_ = nullptr;
  bool only_arguments_ = false;
};

/// "{on,off,reset}" at the end of a type's name, which CLI::IsMember adds.
std::vector<std::string> enumeration(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const auto open = type.find('{');
  const auto close = type.rfind('}');
  if (open == std::string::npos || close == std::string::npos) return {};
  return split(std::string_view(type).substr(open + 1, close - open - 1), ',');
}

/// What only the shell knows, asked for by a word that no candidate can be.
std::vector<std::string> shell_request(const std::string& kind) {
  if (kind == value::kFile) return {":file"};
  if (kind == value::kDirectory) return {":directory"};
  if (kind == value::kCommand) return {":command"};
  return {};
}

}  // namespace

Cursor find_cursor(const CLI::App& program, std::span<const std::string> words) {
  Reader reader(program);
  if (words.empty()) return reader.finish("");
  for (const std::string& word : words.first(words.size() - 1)) reader.read(word);
  return reader.finish(words.back());
}

std::vector<std::string> words_at(const Cursor& cursor) {
  if (cursor.value != nullptr) return enumeration(*cursor.value);
  if (cursor.prefix.starts_with('-')) return options_of(*cursor.verb);
  return cursor.arguments.empty() ? verbs_of(*cursor.verb) : std::vector<std::string>();
}

std::string kind_at(const Cursor& cursor) {
  if (cursor.value == nullptr) return {};
  const std::string type = cursor.value->get_type_name();
  return type.substr(0, type.find(':'));
}

int complete(const CLI::App& program, std::span<const std::string> words) {
  const Cursor cursor = find_cursor(program, words);
  const std::string kind = kind_at(cursor);
  for (const std::string& request : shell_request(kind)) std::println("{}", request);
  std::vector<std::string> candidates = words_at(cursor);
  if (kind == value::kTopic) candidates = help_words(program, cursor.arguments);
  if (candidates.empty()) candidates = names_of_kind(kind, cursor.given);
  for (const std::string& word : candidates) {
    if (word.starts_with(cursor.prefix)) std::println("{}{}", cursor.kept, word);
  }
  return kDone;
}

}  // namespace muster::cli
