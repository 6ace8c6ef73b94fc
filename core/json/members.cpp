#include "core/json/members.h"

#include <algorithm>
#include <format>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace muster::json {
namespace {

/// Reads as an absent object or list.
const Value& empty_object() {
  static const Value kEmpty = Value::object();
  return kEmpty;
}

const Value& empty_list() {
  static const Value kEmpty = Value::array();
  return kEmpty;
}

bool is_word(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

/// Why a text is not a word of at most `most` bytes; empty when it is one.
std::string word_problem(std::string_view text, std::size_t most) {
  if (text.size() > most) return std::format("is longer than {} bytes", most);
  return is_word(text) ? "" : "is not one word of printable ASCII";
}

}  // namespace

void Problems::add(std::string_view member, std::string_view what) {
  if (count_++ == 0) first_ = std::format("member '{}' {}", printable(member, 128), what);
}

Status Problems::status() const {
  if (count_ == 0) return {};
  return fail(ErrorKind::invalid, first_);
}

Members::Members(const Value& value, Problems& problems, std::string place)
    : value_(&value), problems_(&problems), place_(std::move(place)) {
  if (value.is_object()) return;
  problems.add(place_, "is not an object");
  value_ = &empty_object();
}

std::string Members::path(std::string_view name) const {
  return place_.empty() ? std::string(name) : std::format("{}.{}", place_, name);
}

const Value* Members::find(const char* name) {
  asked_.emplace(name);
  const auto found = value_->find(name);
  return found == value_->end() || found->is_null() ? nullptr : &*found;
}

const std::string* Members::find_string(const char* name) {
  const Value* const member = find(name);
  if (member == nullptr) return nullptr;
  if (member->is_string()) return &member->get_ref<const std::string&>();
  problems_->add(path(name), "is not a text");
  return nullptr;
}

void Members::missing(const char* name) {
  // A member that is there and wrong has its problem already.
  if (find(name) == nullptr) problems_->add(path(name), "is missing");
}

std::string Members::word(const char* name, std::size_t most) {
  const auto found = find_word(name, most);
  if (!found) missing(name);
  if (found && found->empty()) problems_->add(path(name), "is empty");
  return found.value_or("");
}

std::optional<std::string> Members::find_word(const char* name, std::size_t most) {
  const std::string* const given = find_string(name);
  if (given == nullptr) return std::nullopt;
  const std::string problem = word_problem(*given, most);
  if (problem.empty()) return *given;
  problems_->add(path(name), problem);
  return std::nullopt;
}

std::optional<std::vector<std::string>> Members::find_words(const char* name, std::size_t most,
                                                            std::size_t longest) {
  const Value* const given = find_list(name);
  if (given == nullptr) return std::nullopt;
  if (given->size() > most) {
    problems_->add(path(name), std::format("has more than {} elements", most));
    return std::nullopt;
  }
  std::vector<std::string> words;
  for (const Value& element : *given) {
    const std::string problem = element.is_string()
                                    ? word_problem(element.get_ref<const std::string&>(), longest)
                                    : "is not a text";
    if (!problem.empty()) {
      problems_->add(std::format("{}[{}]", path(name), words.size()), problem);
      return std::nullopt;
    }
    words.push_back(element.get<std::string>());
  }
  return words;
}

std::string Members::text(const char* name, std::size_t most) {
  const auto found = find_text(name, most);
  if (!found) missing(name);
  if (found && found->empty()) problems_->add(path(name), "is empty");
  return found.value_or("");
}

std::optional<std::string> Members::find_text(const char* name, std::size_t most) {
  const std::string* const given = find_string(name);
  if (given == nullptr) return std::nullopt;
  if (given->size() <= most && !given->contains('\0')) return *given;
  problems_->add(path(name), given->size() > most ? std::format("is longer than {} bytes", most)
                                                  : "has a NUL character");
  return std::nullopt;
}

std::string Members::show(const std::string& given, std::size_t most) {
  std::string shown = printable(given, most);
  // A text that was cut before is the same when it is cut again.
  if (shown.ends_with("…") && shown != given && given.size() > most) ++cut_;
  return shown;
}

std::string Members::shown(const char* name, std::size_t most) {
  const auto found = find_shown(name, most);
  if (!found) missing(name);
  return found.value_or("");
}

std::optional<std::string> Members::find_shown(const char* name, std::size_t most) {
  const std::string* const given = find_string(name);
  return given == nullptr ? std::nullopt : std::optional(show(*given, most));
}

std::optional<std::vector<std::string>> Members::find_lines(const char* name, std::size_t most,
                                                            std::size_t longest) {
  const Value* const given = find_list(name);
  if (given == nullptr) return std::nullopt;
  std::vector<std::string> lines;
  for (const Value& line : *given) {
    if (lines.size() == most) break;
    if (!line.is_string()) {
      problems_->add(std::format("{}[{}]", path(name), lines.size()), "is not a text");
      return std::nullopt;
    }
    lines.push_back(show(line.get_ref<const std::string&>(), longest));
  }
  return lines;
}

std::uint64_t Members::number(const char* name, std::uint64_t low, std::uint64_t high) {
  const auto found = find_number(name, low, high);
  if (!found) missing(name);
  return found.value_or(low);
}

std::optional<std::uint64_t> Members::find_number(const char* name, std::uint64_t low,
                                                  std::uint64_t high) {
  const Value* const member = find(name);
  if (member == nullptr) return std::nullopt;
  // nlohmann's get would make a huge number of -1 and any number of 1e300. A value that a program
  // made, and not the parser, may have a signed type and be positive.
  const bool whole = member->is_number_unsigned() ||
                     (member->is_number_integer() && member->get<std::int64_t>() >= 0);
  const std::uint64_t number = whole ? member->get<std::uint64_t>() : 0;
  if (whole && number >= low && number <= high) return number;
  problems_->add(path(name), std::format("is not a whole number from {} to {}", low, high));
  return std::nullopt;
}

std::optional<bool> Members::find_flag(const char* name) {
  const Value* const member = find(name);
  if (member == nullptr) return std::nullopt;
  if (member->is_boolean()) return member->get<bool>();
  problems_->add(path(name), "is neither true nor false");
  return std::nullopt;
}

const Value& Members::list(const char* name) {
  const Value* const found = find_list(name);
  if (found == nullptr) missing(name);
  return found == nullptr ? empty_list() : *found;
}

const Value* Members::find_list(const char* name) {
  const Value* const member = find(name);
  if (member == nullptr || member->is_array()) return member;
  problems_->add(path(name), "is not a list");
  return nullptr;
}

Members Members::object(const char* name) {
  const Value* const member = find(name);
  if (member == nullptr) missing(name);
  return {member == nullptr ? empty_object() : *member, *problems_, path(name)};
}

std::optional<Members> Members::find_object(const char* name) {
  const Value* const member = find(name);
  if (member == nullptr) return std::nullopt;
  if (member->is_object()) return Members(*member, *problems_, path(name));
  problems_->add(path(name), "is not an object");
  return std::nullopt;
}

void Members::refuse_unknown() {
  for (const auto& [name, unused] : value_->items()) {
    if (!asked_.contains(name)) problems_->add(path(name), "is unknown");
  }
}

}  // namespace muster::json
