#include "extensions/scheduler_settings.h"

#include <algorithm>
#include <array>
#include <format>
#include <string>

#include "core/base/text.h"

namespace muster::extensions {
namespace {

/// What a value may be.
enum class Shape {
  /// One of the words.
  word,
  /// Some of the words, with commas between.
  words,
  number,
  port,
  /// Minutes, or DAYS-HOURS[:MINUTES[:SECONDS]], and more than none.
  time,
  host,
  /// NAME[:COUNT], with commas between.
  licences,
  /// gres/NAME or license/NAME, with commas between.
  resources,
  /// RESOURCE=NUMBER, with commas between.
  weights,
};

struct Key {
  std::string_view name;
  Shape shape = Shape::number;
  std::string_view words = {};
};

/// In the order of their names.
constexpr auto kKeys = std::to_array<Key>({
    {"AccountingStorageEnforce", Shape::words,
     "associations,limits,nojobs,none,nosteps,qos,safe,wckeys"},
    {"AccountingStorageHost", Shape::host},
    {"AccountingStoragePort", Shape::port},
    {"AccountingStorageTRES", Shape::resources},
    {"AccountingStorageType", Shape::word, "accounting_storage/none,accounting_storage/slurmdbd"},
    {"AccountingStoreFlags", Shape::words, "job_comment,job_env,job_extra,job_script,no_stdio"},
    {"EnforcePartLimits", Shape::word, "ALL,ANY,NO"},
    {"Licenses", Shape::licences},
    {"PriorityCalcPeriod", Shape::time},
    {"PriorityDecayHalfLife", Shape::time},
    {"PriorityFavorSmall", Shape::word, "NO,YES"},
    {"PriorityFlags", Shape::words,
     "ACCRUE_ALWAYS,CALCULATE_RUNNING,DEPTH_OBLIVIOUS,INCR_ONLY,MAX_TRES,MAX_TRES_GRES,"
     "NO_FAIR_TREE,NO_NORMAL_ALL,NO_NORMAL_ASSOC,NO_NORMAL_PART,NO_NORMAL_QOS,NO_NORMAL_TRES,"
     "SMALL_RELATIVE_TO_TIME"},
    {"PriorityMaxAge", Shape::time},
    {"PriorityType", Shape::word, "priority/basic,priority/multifactor"},
    {"PriorityUsageResetPeriod", Shape::word, "DAILY,MONTHLY,NONE,QUARTERLY,WEEKLY,YEARLY"},
    {"PriorityWeightAge", Shape::number},
    {"PriorityWeightAssoc", Shape::number},
    {"PriorityWeightFairshare", Shape::number},
    {"PriorityWeightJobSize", Shape::number},
    {"PriorityWeightPartition", Shape::number},
    {"PriorityWeightQOS", Shape::number},
    {"PriorityWeightTRES", Shape::weights},
});
static_assert(std::ranges::is_sorted(kKeys, {}, &Key::name));

constexpr auto kNames = [] {
  std::array<std::string_view, kKeys.size()> names{};
  std::ranges::transform(kKeys, names.begin(), &Key::name);
  return names;
}();

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// Slurm keeps these numbers in 32 bits, and the last values for itself (slurm.h, NO_VAL).
constexpr std::uint64_t kMostNumber = 0xFFFF0000;
constexpr std::size_t kLongest = 1000;

bool is_of(std::string_view text, std::string_view more) {
  return std::ranges::all_of(text, [&](char c) {
    return kDigits.contains(c) || kLetters.contains(c) || more.contains(c);
  });
}

bool is_number(std::string_view text) {
  const auto number = parse_number(text);
  return number && *number <= kMostNumber && std::to_string(*number) == text;
}

/// Digits between '-' and ':', in the order of slurm.conf(5).
bool is_time(std::string_view text) {
  const auto is_count = [](const std::string& part) {
    return !part.empty() && part.size() <= 6 && part.find_first_not_of(kDigits) == part.npos;
  };
  const auto days = split(text, '-');
  if (days.size() > 2 || (days.size() == 2 && !is_count(days.front()))) return false;
  const auto parts = split(days.back(), ':');
  return parts.size() <= 3 && std::ranges::all_of(parts, is_count);
}

bool is_word(const Key& key, std::string_view value) {
  return std::ranges::contains(split(key.words, ','), value);
}

bool are_all(std::string_view list, const auto& is_right) {
  return std::ranges::all_of(split(list, ','), is_right);
}

/// Two parts of an entry; the second is empty where there is no separator.
std::pair<std::string, std::string> halves_of(const std::string& entry, char separator) {
  const std::size_t place = entry.find(separator);
  if (place == entry.npos) return {entry, ""};
  return {entry.substr(0, place), entry.substr(place + 1)};
}

bool is_licence(const std::string& entry) {
  const auto [name, count] = halves_of(entry, ':');
  const bool has_count = name.size() != entry.size();
  return !name.empty() && is_of(name, "_.-") && (!has_count || is_number(count));
}

bool is_resource(const std::string& entry) {
  const auto [kind, name] = halves_of(entry, '/');
  return (kind == "gres" || kind == "license") && !name.empty() && is_of(name, "_.:-");
}

bool is_weight(const std::string& entry) {
  constexpr std::array<std::string_view, 4> kCounted = {"billing", "cpu", "mem", "node"};
  const auto [resource, weight] = halves_of(entry, '=');
  return is_number(weight) && (std::ranges::contains(kCounted, resource) || is_resource(resource));
}

bool has_shape(const Key& key, std::string_view value) {
  switch (key.shape) {
    case Shape::word:
      return is_word(key, value);
    case Shape::words:
      return are_all(value, [&](const std::string& word) { return is_word(key, word); });
    case Shape::number:
      return is_number(value);
    case Shape::port:
      return is_number(value) && value != "0" && parse_number(value) <= 65535U;
    case Shape::time:
      return is_time(value) && value.find_first_of("123456789") != value.npos;
    case Shape::host:
      return is_of(value, ".-");
    case Shape::licences:
      return are_all(value, is_licence);
    case Shape::resources:
      return are_all(value, is_resource);
    case Shape::weights:
      break;
  }
  return are_all(value, is_weight);
}

bool is_value(const Key& key, std::string_view value) {
  // A comma at the end would be one entry less.
  return !value.empty() && value.size() <= kLongest && is_of(value.substr(value.size() - 1), "") &&
         has_shape(key, value);
}

std::string allowed(const Key& key) {
  switch (key.shape) {
    case Shape::word:
      return "one of " + std::string(key.words);
    case Shape::words:
      return "some of " + std::string(key.words) + " with commas between";
    case Shape::number:
      return "a whole number";
    case Shape::port:
      return "a port, 1 to 65535";
    case Shape::time:
      return "minutes, or DAYS-HOURS, DAYS-HOURS:MINUTES or HOURS:MINUTES:SECONDS, and not 0";
    case Shape::host:
      return "the name or the address of a machine";
    case Shape::licences:
      return "NAME or NAME:COUNT, with commas between";
    case Shape::resources:
      return "gres/NAME or license/NAME, with commas between";
    case Shape::weights:
      break;
  }
  return "RESOURCE=NUMBER with commas between; a resource is billing, cpu, mem, node, gres/NAME or "
         "license/NAME";
}

}  // namespace

std::span<const std::string_view> scheduler_keys() { return kNames; }

bool is_scheduler_key(std::string_view key) { return std::ranges::contains(kNames, key); }

Status check_scheduler_setting(std::string_view key, std::string_view value) {
  const auto found = std::ranges::find(kKeys, key, &Key::name);
  if (found == kKeys.end()) {
    return fail(ErrorKind::invalid,
                std::format("an extension sets no '{}' of slurm.conf", printable(key, 80)),
                "docs/extensions.md has the keys that it may set");
  }
  if (is_value(*found, value)) return {};
  return fail(
      ErrorKind::invalid,
      std::format("'{}' is no value of {} in slurm.conf", printable(value, 80), found->name),
      std::format("write {}", allowed(*found)));
}

Status check_scheduler_settings(const std::map<std::string, std::string, std::less<>>& settings) {
  for (const auto& [key, value] : settings) TRY(check_scheduler_setting(key, value));
  constexpr std::string_view kType = "AccountingStorageType";
  const auto type = settings.find(kType);
  if (type != settings.end() && type->second == "accounting_storage/slurmdbd") return {};
  for (const char* const key : {"AccountingStorageEnforce", "AccountingStorageTRES"}) {
    if (!settings.contains(key)) continue;
    return fail(ErrorKind::invalid,
                std::format("the scheduler does not start with {} and without slurmdbd", key),
                std::format("set {} to accounting_storage/slurmdbd, too", kType));
  }
  return {};
}

}  // namespace muster::extensions
