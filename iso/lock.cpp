#include "iso/lock.h"

#include <algorithm>
#include <chrono>
#include <format>
#include <limits>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/json/members.h"

namespace muster::iso {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kLongestWord = 255;

Closure read_closure(json::Members& layer, json::Problems& problems) {
  Closure closure;
  const auto place = layer.path("packages");
  for (const auto& value : layer.list("packages")) {
    json::Members package(value, problems, place);
    closure.push_back({.name = package.word("name", kLongestWord),
                       .version = package.word("version", kLongestWord),
                       .sha256 = package.word("sha256", kLongestWord)});
  }
  return closure;
}

/// What is in one closure and not in the other, as sentences; both are sorted.
void compare(const std::string& layer, const Closure& then, const Closure& now,
             std::vector<std::string>& found) {
  std::map<std::string, std::pair<std::string, std::string>> versions;
  for (const auto& package : then) {
    if (!std::ranges::binary_search(now, package)) versions[package.name].first = package.version;
  }
  for (const auto& package : now) {
    if (!std::ranges::binary_search(then, package)) versions[package.name].second = package.version;
  }
  for (const auto& [name, both] : versions) {
    const auto& [before, after] = both;
    if (before == after) {
      found.push_back(std::format("'{}' {} is another file", name, after));
    } else if (before.empty() || after.empty()) {
      found.push_back(
          std::format("layer '{}' has {} '{}'", layer, before.empty() ? "now" : "no more", name));
    } else {
      found.push_back(std::format("'{}' was {} and is {}", name, before, after));
    }
  }
}

std::string shown_time(std::int64_t time) {
  return std::format("{:%Y-%m-%d %H:%M} UTC", std::chrono::sys_seconds{std::chrono::seconds{time}});
}

}  // namespace

std::string render_lock(const Lock& lock) {
  nlohmann::ordered_json layers = nlohmann::ordered_json::array();
  for (const auto& [name, closure] : lock.closures) {
    nlohmann::ordered_json packages = nlohmann::ordered_json::array();
    for (const auto& package : closure) {
      packages.push_back(
          {{"name", package.name}, {"version", package.version}, {"sha256", package.sha256}});
    }
    layers.push_back({{"name", name}, {"packages", std::move(packages)}});
  }
  const nlohmann::ordered_json document = {{"lock", kVersion},
                                           {"id", lock.id},
                                           {"archives_time", lock.archives_time},
                                           {"layers", std::move(layers)}};
  return document.dump(1) + "\n";
}

Result<Lock> parse_lock(std::string_view text) {
  TRY_ASSIGN(const auto value, json::parse_object(text, {.bytes = std::size_t{64} << 20U}));
  json::Problems problems;
  json::Members members(value, problems);
  members.number("lock", kVersion, kVersion);
  Lock lock{.id = members.word("id", kLongestWord),
            .archives_time = static_cast<std::int64_t>(
                members.number("archives_time", 0, std::numeric_limits<std::int32_t>::max())),
            .closures = {}};
  for (const auto& one : members.list("layers")) {
    json::Members layer(one, problems, "layers");
    const auto name = layer.word("name", kLongestWord);
    lock.closures[name] = read_closure(layer, problems);
    std::ranges::sort(lock.closures[name]);
  }
  TRY(problems.status());
  return lock;
}

Status compare_with_lock(const Lock& lock, const Closures& now) {
  constexpr std::size_t kShown = 5;
  std::vector<std::string> found;
  for (const auto& [layer, closure] : lock.closures) {
    const auto there = now.find(layer);
    if (there == now.end()) {
      found.push_back(std::format("there is no layer '{}' any more", layer));
    } else {
      compare(layer, closure, there->second, found);
    }
  }
  for (const auto& [layer, closure] : now) {
    if (!lock.closures.contains(layer)) found.push_back(std::format("layer '{}' is new", layer));
  }
  // A layer has what those below it have.
  std::ranges::sort(found);
  const auto again = std::ranges::unique(found);
  found.erase(again.begin(), again.end());
  if (found.empty()) return {};
  const auto count = found.size();
  if (count > kShown) found.resize(kShown);
  return fail(
      std::format("{} of the packages {} other than in the lock file: {}{}", count,
                  count == 1 ? "is" : "are", join(found, "; "), count > kShown ? "; …" : ""),
      std::format("let this machine's apt use the archives as they were on {}, or build without "
                  "--locked",
                  shown_time(lock.archives_time)));
}

}  // namespace muster::iso
