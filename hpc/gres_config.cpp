#include "hpc/gres_config.h"

#include <algorithm>
#include <array>
#include <format>
#include <map>
#include <set>

#include "core/base/device_file.h"
#include "core/base/text.h"
#include "hpc/node_groups.h"

namespace muster::hpc {
namespace {

constexpr std::size_t kLongestType = 32;

/// Starts with a letter: Slurm reads a number behind "gpu:" as a count.
bool is_type(std::string_view text) {
  return !text.empty() && text.size() <= kLongestType && text.front() >= 'a' &&
         text.front() <= 'z' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

bool is_count(std::string_view text) {
  const auto number = parse_number(text);
  return number && *number > 0 && *number < 1000 && !text.starts_with('0');
}

/// Device files of one type, by their kinds.
using Files = std::map<std::string_view, std::set<std::uint64_t>>;

std::map<std::string, Files> files_by_type(std::span<const Gpu> gpus) {
  std::map<std::string, Files> types;
  for (const Gpu& gpu : gpus) {
    const auto file = parse_device_file(gpu.file);
    CHECK(file.has_value());
    types[gpu.type][file->kind].insert(file->number);
  }
  return types;
}

/// "3", or "[0-3,6]".
std::string fold_numbers(const std::set<std::uint64_t>& numbers) {
  std::string text;
  for (auto it = numbers.begin(); it != numbers.end();) {
    const std::uint64_t first = *it;
    std::uint64_t last = first;
    for (++it; it != numbers.end() && *it == last + 1; ++it) last = *it;
    text += text.empty() ? "" : ",";
    text += first == last ? std::to_string(first) : std::format("{}-{}", first, last);
  }
  return numbers.size() == 1 ? text : "[" + text + "]";
}

/// "3", or a list of numbers and ranges in brackets.
bool is_folded_numbers(std::string_view text) {
  if (!text.starts_with('['))
    return parse_device_file(std::format("/dev/nvidia{}", text)).has_value();
  if (!text.ends_with(']')) return false;
  const auto parts = split(text.substr(1, text.size() - 2), ',');
  return !parts.empty() && std::ranges::all_of(parts, [](const std::string& part) {
    const auto ends = split(part, '-');
    return !ends.empty() && ends.size() <= 2 && std::ranges::all_of(ends, [](const auto& number) {
      return parse_device_file("/dev/nvidia" + number).has_value();
    });
  });
}

bool is_folded_file(std::string_view text) {
  return std::ranges::any_of(
      std::array{kNvidiaDevice, kRenderDevice, kAccelDevice}, [text](std::string_view kind) {
        return text.starts_with(kind) && is_folded_numbers(text.substr(kind.size()));
      });
}

bool is_folded_name(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-[]") ==
             std::string_view::npos;
}

/// What follows `key` at the start of a word; empty when it starts otherwise.
std::string_view after(std::string_view word, std::string_view key) {
  return word.starts_with(key) ? word.substr(key.size()) : std::string_view();
}

}  // namespace

Status validate_gpus(std::span<const Gpu> gpus) {
  std::set<std::string_view> seen;
  for (const Gpu& gpu : gpus) {
    if (!is_type(gpu.type)) {
      return fail(std::format("'{}' is no type of a card", printable(gpu.type, 64)));
    }
    if (!parse_device_file(gpu.file)) {
      return fail(std::format("'{}' is no device file of a card", printable(gpu.file, 64)));
    }
    if (!seen.insert(gpu.file).second) {
      return fail(std::format("two cards have the device file '{}'", gpu.file));
    }
  }
  return {};
}

std::string render_gres(std::span<const Gpu> gpus) {
  std::map<std::string_view, int> counts;
  for (const Gpu& gpu : gpus) ++counts[gpu.type];
  std::string text;
  for (const auto& [type, count] : counts) {
    text += std::format("{}gpu:{}:{}", text.empty() ? " Gres=" : ",", type, count);
  }
  return text;
}

std::string render_gres_conf(std::span<const NodeHardware> nodes) {
  std::string text =
      "# Made by Muster from the cards that the nodes have. Changes made here are lost.\n"
      "AutoDetect=off\n";
  const auto may_share = [](const NodeHardware& last, const NodeHardware& next) {
    return last.gpus == next.gpus && names_follow(last, next);
  };
  for (const auto group : group_nodes(nodes, may_share)) {
    for (const auto& [type, files] : files_by_type(group.front().gpus)) {
      for (const auto& [kind, numbers] : files) {
        text += std::format("NodeName={} Name=gpu Type={} File={}{}\n", folded_name(group), type,
                            kind, fold_numbers(numbers));
      }
    }
  }
  return text;
}

bool is_gres_word(std::string_view word) {
  const auto parts = split(after(word, "Gres="), ',');
  return !parts.empty() && std::ranges::all_of(parts, [](const std::string& part) {
    const auto fields = split(part, ':');
    return fields.size() == 3 && fields[0] == "gpu" && is_type(fields[1]) && is_count(fields[2]);
  });
}

bool is_line_about_gpus(std::string_view line) {
  const auto words = split(line, ' ');
  return words.size() == 4 && is_folded_name(after(words[0], "NodeName=")) &&
         words[1] == "Name=gpu" && is_type(after(words[2], "Type=")) &&
         is_folded_file(after(words[3], "File="));
}

}  // namespace muster::hpc
