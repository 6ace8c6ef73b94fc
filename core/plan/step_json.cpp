// Steps to JSON and back. Each kind lists its members once (kind.h), for both directions.

#include <algorithm>
#include <array>
#include <format>
#include <string_view>
#include <type_traits>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/json/members.h"
#include "core/plan/plan.h"

namespace muster::plan {

namespace {

using muster::json::Members;
using muster::json::Problems;
using nlohmann::json;

/// The length of the plan bounds the texts in it.
constexpr std::size_t kLongestText = kLimits.bytes;
constexpr std::size_t kLongestKind = 64;

/// An absolute path without "." and "..".
bool is_plain_path(const std::string& path) {
  const std::vector<std::string> parts = split(path, '/');
  const auto is_dotted = [](const std::string& part) { return part == ".." || part == "."; };
  return path.starts_with('/') && std::ranges::none_of(parts, is_dotted);
}

/// Reads the members of one kind.
class Reader {
 public:
  Reader(Members& members, Problems& problems) : members_(members), problems_(problems) {}

  void operator()(const char* name, std::string& member) {
    auto text = members_.find_text(name, kLongestText);
    if (!text) return note_missing(name);
    member = std::move(*text);
    const bool is_path = std::ranges::contains(kPathMembers, std::string_view(name));
    if (is_path && !is_plain_path(member)) {
      problems_.add(members_.path(name), "is no absolute path without '.' and '..'");
    }
  }

  void operator()(const char* name, std::uint32_t& member) {
    member = static_cast<std::uint32_t>(members_.number(name, 0, UINT32_MAX));
  }

  void operator()(const char* name, std::vector<std::string>& member) {
    for (const json& element : members_.list(name)) {
      if (element.is_string()) {
        member.push_back(element.get<std::string>());
      } else {
        problems_.add(members_.path(name), "has an element that is no text");
      }
    }
  }

  template <typename Enumeration>
    requires std::is_enum_v<Enumeration>
  void operator()(const char* name, Enumeration& member) {
    const auto word = members_.find_word(name, kLongestKind);
    if (!word) return note_missing(name);
    static constexpr auto kWords = words_of(Enumeration{});
    const auto* const known = std::ranges::find(kWords, *word, &Word<Enumeration>::second);
    if (known == kWords.end()) return problems_.add(members_.path(name), "has an unknown value");
    member = known->first;
  }

 private:
  /// A member that is there and wrong has its problem already.
  void note_missing(const char* name) { problems_.add(members_.path(name), "is missing"); }

  Members& members_;
  Problems& problems_;
};

/// Writes the members of one kind.
struct Writer {
  json& value;

  void operator()(const char* name, const auto& member) const { value[name] = member; }

  template <typename Enumeration>
    requires std::is_enum_v<Enumeration>
  void operator()(const char* name, const Enumeration& member) const {
    static constexpr auto kWords = words_of(Enumeration{});
    value[name] = std::ranges::find(kWords, member, &Word<Enumeration>::first)->second;
  }
};

template <std::size_t Index = 0>
Result<Step> parse_kind(std::string_view kind, Members& step_members, Problems& problems) {
  if constexpr (Index == std::variant_size_v<AnyStep>) {
    problems.add(step_members.path("step"),
                 std::format("is '{}', an unknown kind", printable(kind)));
    TRY(problems.status());
    return Step();
  } else {
    using Kind = std::variant_alternative_t<Index, AnyStep>;
    if (kind != Kind::kKind) return parse_kind<Index + 1>(kind, step_members, problems);
    Kind step;
    Reader reader(step_members, problems);
    Kind::members(step, reader);
    step_members.refuse_unknown();
    TRY(problems.status());
    TRY(check(step));
    return step;
  }
}

}  // namespace

json to_json(const Step& step) {
  return std::visit(
      []<typename Kind>(const Kind& known) {
        json value = {{"step", Kind::kKind}};
        Kind::members(known, Writer{value});
        return value;
      },
      step);
}

json to_view(const Step& step) {
  json value = to_json(step);
  const auto* const file = std::get_if<WriteFile>(&step);
  if (file != nullptr && file->secrecy == Secrecy::secret) {
    value["content"] = {{"secret", file->path}};
  }
  if (!step.origin.empty()) value["origin"] = step.origin;
  return value;
}

std::vector<std::string> step_kinds() {
  return []<std::size_t... Index>(std::index_sequence<Index...>) {
    return std::vector<std::string>{
        std::string(std::variant_alternative_t<Index, AnyStep>::kKind)...};
  }(std::make_index_sequence<std::variant_size_v<AnyStep>>());
}

Result<Step> parse_step(const json& value, std::string place) {
  Problems problems;
  Members step_members(value, problems, std::move(place));
  const std::string kind = step_members.word("step", kLongestKind);
  TRY(problems.status());
  return parse_kind(kind, step_members, problems);
}

}  // namespace muster::plan
