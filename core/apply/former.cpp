#include "core/apply/former.h"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/apply/services.h"
#include "core/base/text.h"
#include "core/json/members.h"
#include "core/os/hash.h"

namespace muster::apply {
namespace {

namespace fs = std::filesystem;

using Kind = Former::Kind;

using Word = std::pair<Kind, std::string_view>;

constexpr std::array kWords = {Word{Kind::absent, "absent"},   Word{Kind::file, "file"},
                               Word{Kind::link, "link"},       Word{Kind::directory, "directory"},
                               Word{Kind::mounted, "mounted"}, Word{Kind::running, "running"},
                               Word{Kind::stopped, "stopped"}, Word{Kind::name, "name"},
                               Word{Kind::other, "other"}};

constexpr std::size_t kLongestWord = 16;
constexpr std::size_t kLongestPath = 4096;
constexpr std::uint64_t kHighestId = INT32_MAX;

bool has_mode(Kind kind) { return kind == Kind::file || kind == Kind::directory; }

/// The topmost of the directories that lead to `path` and are missing; empty for none.
std::string topmost_missing(const fs::path& path) {
  std::string topmost;
  for (fs::path each = path.parent_path(); os::is_missing(each); each = each.parent_path()) {
    topmost = each;
  }
  return topmost;
}

Sight look_at_path(const std::string& path) {
  std::error_code error;
  // A link that leads nowhere is a link.
  const fs::path target = fs::read_symlink(path, error);
  if (!error && printable(target.native(), kLongestPath) == target.native()) {
    return {.former = {.kind = Kind::link, .text = target}};
  }
  if (!error) return {};
  if (os::is_missing(path))
    return {.former = {.kind = Kind::absent, .text = topmost_missing(path)}};
  const auto state = os::read_state(path);
  if (!state) return {};
  if (state->mode.uid < 0 || state->mode.gid < 0) return {};
  if (state->is_directory) return {.former = {.kind = Kind::directory, .mode = state->mode}};
  auto content = state->is_plain ? os::read_plain_file(path) : fail("");
  if (!content) return {};
  return {.former = {.kind = Kind::file, .text = os::sha256(*content), .mode = state->mode},
          .content = std::move(*content)};
}

struct Look {
  const Programs& programs;
  const fs::path& settings;

  Result<Sight> operator()(const plan::WriteFile& step) const { return look_at_path(step.path); }
  Result<Sight> operator()(const plan::MakeDirectory& step) const {
    return look_at_path(step.path);
  }
  Result<Sight> operator()(const plan::MountFileSystem& step) const {
    TRY_ASSIGN(const std::string mounted, mounted_at(step.target, programs));
    if (!mounted.empty()) return Sight{.former = {.kind = Kind::mounted}};
    return look_at_path(step.target);
  }
  Result<Sight> operator()(const plan::SetHostname&) const {
    const auto name = os::read_file(settings / "hostname");
    if (!name || printable(trim(*name), kLongestPath) != trim(*name)) return Sight{};
    return Sight{.former = {.kind = Kind::name, .text = std::string(trim(*name))}};
  }
  Result<Sight> operator()(const plan::Service& step) const {
    TRY_ASSIGN(const bool running, is_running(programs, step.unit));
    return Sight{.former = {.kind = running ? Kind::running : Kind::stopped}};
  }
  Result<Sight> operator()(const auto&) const { return Sight{}; }
};

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
  return std::holds_alternative<plan::WriteFile>(step) ||
         std::holds_alternative<plan::MakeDirectory>(step) ||
         std::holds_alternative<plan::MountFileSystem>(step) ||
         std::holds_alternative<plan::SetHostname>(step) ||
         std::holds_alternative<plan::Service>(step);
}

Result<Sight> look_at(const plan::Step& step, const Programs& programs, const fs::path& settings) {
  return std::visit(Look{programs, settings}, step);
}

Result<std::string> mounted_at(const std::string& directory, const Programs& programs) {
  TRY_ASSIGN(const os::CommandResult now,
             programs.ask({"findmnt", "--noheadings", "--output", "SOURCE,FSTYPE", "--mountpoint",
                           directory}));
  return now.status == 0 ? std::string(trim(now.out)) : std::string();
}

}  // namespace muster::apply
