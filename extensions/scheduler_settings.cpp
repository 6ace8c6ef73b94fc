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
  /// Minutes, or DAYS-HOURS[:MINUTES[:SECONDS]].
  time,
  host,
  /// Letters, digits and "_.,:/=+-".
  text,
};

struct Key {
  std::string_view name;
  Shape shape = Shape::text;
  std::string_view words = {};
};

/// In the order of their names.
constexpr auto kKeys = std::to_array<Key>({
    {"AccountingStorageEnforce", Shape::words,
     "associations,limits,nojobs,none,nosteps,qos,safe,wckeys"},
    {"AccountingStorageHost", Shape::host},
    {"AccountingStoragePort", Shape::number},
    {"AccountingStorageTRES", Shape::text},
    {"AccountingStorageType", Shape::word, "accounting_storage/none,accounting_storage/slurmdbd"},
    {"AccountingStoreFlags", Shape::words, "job_comment,job_env,job_extra,job_script,no_stdio"},
    {"EnforcePartLimits", Shape::word, "ALL,ANY,NO"},
    {"JobAcctGatherFrequency", Shape::text},
    {"Licenses", Shape::text},
    {"PreemptExemptTime", Shape::time},
    {"PreemptMode", Shape::words, "CANCEL,GANG,OFF,REQUEUE,SUSPEND,WITHIN"},
    {"PreemptType", Shape::word, "preempt/none,preempt/partition_prio,preempt/qos"},
    {"PriorityCalcPeriod", Shape::time},
    {"PriorityDecayHalfLife", Shape::time},
    {"PriorityFavorSmall", Shape::word, "NO,YES"},
    {"PriorityFlags", Shape::words,
     "ACCRUE_ALWAYS,CALCULATE_RUNNING,DEPTH_OBLIVIOUS,INCR_ONLY,MAX_TRES,MAX_TRES_GRES,"
     "NO_FAIR_TREE,NO_NORMAL_ALL,NO_NORMAL_ASSOC,NO_NORMAL_PART,NO_NORMAL_QOS,NO_NORMAL_TRES,"
     "SMALL_RELATIVE_TO_TIME"},
    {"PriorityMaxAge", Shape::time},
    {"PriorityType", Shape::word, "priority/basic,priority/multifactor"},
    {"PriorityUsageResetPeriod", Shape::word, "DAILY,MONTHLY,NONE,NOW,QUARTERLY,WEEKLY,YEARLY"},
    {"PriorityWeightAge", Shape::number},
    {"PriorityWeightAssoc", Shape::number},
    {"PriorityWeightFairshare", Shape::number},
    {"PriorityWeightJobSize", Shape::number},
    {"PriorityWeightPartition", Shape::number},
    {"PriorityWeightQOS", Shape::number},
    {"PriorityWeightTRES", Shape::text},
    {"SchedulerParameters", Shape::text},
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

bool is_value(const Key& key, std::string_view value) {
  if (value.empty() || value.size() > kLongest || !is_of(value.substr(value.size() - 1), "")) {
    return false;
  }
  switch (key.shape) {
    case Shape::word:
      return is_word(key, value);
    case Shape::words:
      return std::ranges::all_of(split(value, ','),
                                 [&](const std::string& word) { return is_word(key, word); });
    case Shape::number:
      return is_number(value);
    case Shape::time:
      return is_time(value);
    case Shape::host:
      return is_of(value, ".-");
    case Shape::text:
      break;
  }
  return is_of(value, "_.,:/=+-") && !value.contains("..");
}

std::string allowed(const Key& key) {
  switch (key.shape) {
    case Shape::word:
      return "one of " + std::string(key.words);
    case Shape::words:
      return "some of " + std::string(key.words) + " with commas between";
    case Shape::number:
      return "a whole number";
    case Shape::time:
      return "minutes, or DAYS-HOURS";
    case Shape::host:
      return "the name or the address of a machine";
    case Shape::text:
      break;
  }
  return "letters, digits and '_.,:/=+-', at most 1000";
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

}  // namespace muster::extensions
