#include "head/history.h"

#include <algorithm>
#include <format>
#include <ranges>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/json/members.h"
#include "core/os/file_lock.h"
#include "core/os/files.h"

namespace muster::head {
namespace {

namespace fs = std::filesystem;

using nlohmann::json;

constexpr std::uint64_t kSchema = 1;
constexpr muster::json::Limits kLimits = {.bytes = std::size_t{8} << 20U, .depth = 4};
constexpr std::size_t kLongestText = std::size_t{4} << 20U;
constexpr std::size_t kLongestWho = 256;
constexpr std::string_view kEnding = ".json";

std::string file_of(std::uint64_t number) { return std::format("{:06}{}", number, kEnding); }

/// The numbers of the generations whose files are there, sorted.
Result<std::vector<std::uint64_t>> list_numbers(const fs::path& directory) {
  TRY_ASSIGN(const auto names, os::list_directory(directory));
  std::vector<std::uint64_t> numbers;
  for (const std::string& name : names) {
    if (!name.ends_with(kEnding)) continue;
    const auto number = parse_number(name.substr(0, name.size() - kEnding.size()));
    if (number && file_of(*number) == name) numbers.push_back(*number);
  }
  std::ranges::sort(numbers);
  return numbers;
}

Result<Generation> parse_generation(std::string_view text) {
  TRY_ASSIGN(const json value, muster::json::parse_object(text, kLimits));
  muster::json::Problems problems;
  muster::json::Members members(value, problems);
  const std::uint64_t schema = members.number("schema", 0, UINT32_MAX);
  Generation generation = {
      .number = members.number("number", 1, UINT32_MAX),
      .at_ms = static_cast<std::int64_t>(members.number("at_ms", 0, INT64_MAX)),
      .who = members.find_text("who", kLongestWho).value_or(""),
      .how = members.text("how", kLongestWho),
      .text = members.text("text", kLongestText)};
  if (schema != kSchema) problems.add("schema", std::format("is {} and not {}", schema, kSchema));
  TRY(problems.status());
  return generation;
}

Result<Generation> read_generation(const fs::path& directory, std::uint64_t number) {
  const fs::path file = directory / file_of(number);
  TRY_ASSIGN(const std::string text, os::read_plain_file(file));
  auto generation = parse_generation(text);
  if (generation) return generation;
  return fail(ErrorKind::invalid,
              std::format("'{}' is damaged: {}", file.string(), generation.error().message),
              "the other generations are whole");
}

}  // namespace

Result<History> read_history(const fs::path& directory) {
  TRY_ASSIGN(const auto numbers, list_numbers(directory));
  History history;
  for (const std::uint64_t number : numbers) {
    auto generation = read_generation(directory, number);
    if (generation) {
      history.generations.push_back(std::move(*generation));
    } else {
      history.damaged.push_back(std::move(generation.error()));
    }
  }
  return history;
}

Result<Generation> find_generation(const History& history, std::uint64_t number) {
  const auto found = std::ranges::find(history.generations, number, &Generation::number);
  if (found != history.generations.end()) return *found;
  if (history.generations.empty()) {
    return fail(ErrorKind::absent, std::format("there is no generation {}", number),
                "the head has applied none yet");
  }
  return fail(ErrorKind::absent, std::format("there is no generation {}", number),
              std::format("there are {} to {}: 'muster history' shows them",
                          history.generations.front().number, history.generations.back().number));
}

Result<Generation> find_before(const History& history, std::string_view text) {
  for (const Generation& each : history.generations | std::views::reverse) {
    if (each.text != text && each.how != kNotApplied) return each;
  }
  return fail(ErrorKind::absent, "there is no earlier generation",
              "'muster history' shows those that there are");
}

Result<Generation> add_generation(Generation generation, const fs::path& directory) {
  TRY(os::make_directory(directory));
  TRY_ASSIGN(const os::Handle lock, os::lock_file(directory / "lock"));
  TRY_ASSIGN(const auto numbers, list_numbers(directory));
  if (!numbers.empty()) {
    const auto newest = read_generation(directory, numbers.back());
    if (newest && newest->text == generation.text) return *newest;
  }
  generation.number = numbers.empty() ? 1 : numbers.back() + 1;
  const json value = {{"schema", kSchema},         {"number", generation.number},
                      {"at_ms", generation.at_ms}, {"who", generation.who},
                      {"how", generation.how},     {"text", generation.text}};
  TRY(os::write_file(directory / file_of(generation.number), muster::json::render(value) + "\n"));
  // The one that was added counts, too. What cannot be removed now is the next one's to remove.
  const std::size_t all = numbers.size() + 1;
  for (std::size_t i = 0; i + kMostGenerations < all; ++i) {
    if (!os::remove_tree(directory / file_of(numbers[i]))) break;
  }
  return generation;
}

Status forget_generation(std::uint64_t number, const fs::path& directory) {
  return os::remove_tree(directory / file_of(number));
}

}  // namespace muster::head
