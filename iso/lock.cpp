#include "iso/lock.h"

#include <algorithm>
#include <chrono>
#include <format>
#include <limits>
#include <set>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/json/members.h"
#include "core/os/files.h"

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

/// What differs between a lock and now, as sentences, each once: a layer has what those below have.
struct Differences {
  std::set<std::string> texts;
  /// Whether a package has another version or another file.
  bool has_other_version = false;
};

/// Of one layer; both closures are sorted.
void compare(const std::string& layer, const Closure& then, const Closure& now,
             Differences& found) {
  std::map<std::string, std::pair<std::string, std::string>> versions;
  for (const auto& package : then) {
    if (!std::ranges::binary_search(now, package)) versions[package.name].first = package.version;
  }
  for (const auto& package : now) {
    if (!std::ranges::binary_search(then, package)) versions[package.name].second = package.version;
  }
  for (const auto& [name, both] : versions) {
    const auto& [before, after] = both;
    if (before.empty() || after.empty()) {
      const auto* const when = before.empty() ? "now" : "no more";
      found.texts.insert(std::format("layer '{}' has {} '{}'", layer, when, name));
      continue;
    }
    found.has_other_version = true;
    found.texts.insert(before == after ? std::format("'{}' {} is another file", name, after)
                                       : std::format("'{}' was {} and is {}", name, before, after));
  }
}

Differences differences_of(const Closures& then, const Closures& now) {
  Differences found;
  for (const auto& [layer, closure] : then) {
    if (const auto there = now.find(layer); there != now.end()) {
      compare(layer, closure, there->second, found);
    } else {
      found.texts.insert(std::format("there is no layer '{}' any more", layer));
    }
  }
  for (const auto& [layer, closure] : now) {
    if (!then.contains(layer)) found.texts.insert(std::format("layer '{}' is new", layer));
  }
  return found;
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

Result<Lock> read_lock(const std::filesystem::path& file) {
  TRY_ASSIGN(const auto text, os::read_file(file));
  auto lock = parse_lock(text);
  if (lock) return lock;
  return fail(
      std::format("'{}' is no lock file of an ISO: {}", file.string(), lock.error().message),
      "name the .lock.json that 'muster iso build' wrote beside an ISO");
}

Status compare_with_lock(const Lock& lock, const Closures& now, const std::string& next_step) {
  constexpr std::size_t kShown = 5;
  const Differences found = differences_of(lock.closures, now);
  if (found.texts.empty()) return {};
  std::vector<std::string> texts(found.texts.begin(), found.texts.end());
  const auto count = texts.size();
  if (count > kShown) texts.resize(kShown);
  std::string hint = next_step;
  if (hint.empty()) {
    hint = found.has_other_version
               ? std::format(
                     "let this machine's apt use the archives as they were on {}, or build "
                     "without --locked",
                     shown_time(lock.archives_time))
               : "cluster.yaml or Muster asks for others now: build without --locked";
  }
  return fail(std::format("{} other than when the ISO was built: {}{}",
                          count == 1 ? "one package is" : std::format("{} packages are", count),
                          join(texts, "; "), count > kShown ? "; …" : ""),
              std::move(hint));
}

}  // namespace muster::iso
