#include "core/apply/former.h"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/apply/kinds.h"
#include "core/base/text.h"
#include "core/json/members.h"

namespace muster::apply {
namespace {

using Kind = Former::Kind;

using Word = std::pair<Kind, std::string_view>;

constexpr std::array kWords = {Word{Kind::absent, "absent"},   Word{Kind::file, "file"},
                               Word{Kind::link, "link"},       Word{Kind::directory, "directory"},
                               Word{Kind::mounted, "mounted"}, Word{Kind::running, "running"},
                               Word{Kind::stopped, "stopped"}, Word{Kind::name, "name"},
                               Word{Kind::enabled, "enabled"}, Word{Kind::disabled, "disabled"},
                               Word{Kind::masked, "masked"},   Word{Kind::holds, "holds"},
                               Word{Kind::other, "other"}};

constexpr std::size_t kLongestWord = 16;
constexpr std::size_t kLongestPath = 4096;
constexpr std::uint64_t kHighestId = INT32_MAX;

bool has_mode(Kind kind) { return kind == Kind::file || kind == Kind::directory; }

}  // namespace

nlohmann::json to_json(const Former& former) {
  const auto* const word = std::ranges::find(kWords, former.kind, &Word::first);
  nlohmann::json value = {{"kind", word->second}};
  if (!former.text.empty()) value["text"] = former.text;
  if (has_mode(former.kind)) {
    value["mode"] = former.mode.mode;
    value["uid"] = former.mode.uid;
    value["gid"] = former.mode.gid;
  }
  return value;
}

Result<Former> parse_former(const nlohmann::json& value) {
  muster::json::Problems problems;
  muster::json::Members members(value, problems);
  const std::string word = members.word("kind", kLongestWord);
  const auto* const known = std::ranges::find(kWords, word, &Word::second);
  if (known == kWords.end()) problems.add("kind", "is none that is known");
  Former former = {.text = members.find_text("text", kLongestPath).value_or("")};
  if (known != kWords.end() && has_mode(known->first)) {
    former.mode = {.mode = static_cast<std::uint32_t>(members.number("mode", 0, 07777)),
                   .uid = static_cast<int>(members.number("uid", 0, kHighestId)),
                   .gid = static_cast<int>(members.number("gid", 0, kHighestId))};
  }
  TRY(problems.status());
  former.kind = known->first;
  return former;
}

bool is_remembered(const plan::Step& step) {
  return std::visit([]<typename Kind>(const Kind&) { return Remembered<Kind>; }, step);
}

Result<Sight> look_at(const plan::Step& step, Target& target) {
  return std::visit(
      [&]<typename Kind>(const Kind& known) -> Result<Sight> {
        if constexpr (Remembered<Kind>) return see(known, target);
        return Sight{};
      },
      step);
}

}  // namespace muster::apply
