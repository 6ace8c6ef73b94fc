#include "iso/inspect/menu.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"

namespace muster::inspect {
namespace {

constexpr std::string_view kMicrocode = "muster/microcode/";

std::vector<std::string> words_of(std::string_view text, char separator) {
  std::vector<std::string> words;
  for (const auto& word : split(text, separator)) {
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

/// A path on the medium without the slash that menus begin it with.
std::string path_of(std::string_view text) {
  return std::string(text.substr(std::min(text.find_first_not_of('/'), text.size())));
}

std::vector<std::string> paths_of(const std::vector<std::string>& words) {
  std::vector<std::string> paths;
  for (const auto& word : words) paths.push_back(path_of(word));
  return paths;
}

/// The first word of a line, and the rest.
std::pair<std::string, std::string> first_word(std::string_view line) {
  const auto text = trim(line);
  const auto blank = std::min(text.find(' '), text.size());
  return {std::string(text.substr(0, blank)), std::string(trim(text.substr(blank)))};
}

/// What stands between the first two quotes.
std::string in_quotes(std::string_view text) {
  const auto parts = split(text, '\'');
  return parts.size() > 1 ? parts[1] : std::string();
}

bool is_system(const MenuEntry& entry) {
  return std::ranges::contains(words_of(entry.arguments, ' '), "boot=live");
}

std::vector<Finding> find_entry_faults(const MenuEntry& entry, const std::set<std::string>& files) {
  std::vector<Finding> findings;
  auto loaded = entry.initrds;
  loaded.push_back(entry.kernel);
  for (const auto& file : loaded) {
    if (files.contains(file)) continue;
    findings.push_back(
        {std::format("'{}' loads '{}', which is not there", entry.title, file), kMakeAnew});
  }
  if (!is_system(entry)) return findings;
  if (entry.initrds.empty()) {
    findings.push_back({std::format("'{}' loads no initial RAM disk", entry.title), kMakeAnew});
  }
  const auto is_early = [](const auto& file) { return file.starts_with(kMicrocode); };
  if (!std::ranges::is_partitioned(entry.initrds, is_early)) {
    findings.push_back(
        {std::format("'{}' loads microcode behind another archive", entry.title), kMakeAnew});
  }
  for (const auto* maker : {"amd.img", "intel.img"}) {
    const std::string image = std::string(kMicrocode) + maker;
    if (!files.contains(image) || std::ranges::contains(entry.initrds, image)) continue;
    findings.push_back({std::format("'{}' does not load '{}'", entry.title, image), kMakeAnew});
  }
  return findings;
}

}  // namespace

std::vector<MenuEntry> parse_grub_menu(std::string_view text) {
  std::vector<MenuEntry> entries;
  for (const auto& line : lines(text)) {
    const auto [word, rest] = first_word(line);
    if (word == "menuentry") entries.push_back({.title = in_quotes(rest)});
    if (entries.empty()) continue;
    if (word == "linux") {
      const auto [kernel, arguments] = first_word(rest);
      entries.back().kernel = path_of(kernel);
      entries.back().arguments = arguments;
    }
    if (word == "initrd") entries.back().initrds = paths_of(words_of(rest, ' '));
  }
  return entries;
}

std::vector<MenuEntry> parse_isolinux_menu(std::string_view text) {
  static constexpr std::string_view kLabel = "label ";
  std::vector<MenuEntry> entries;
  for (const auto& line : lines(text)) {
    const auto [word, rest] = first_word(line);
    if (word == "label") entries.push_back({.title = rest});
    if (entries.empty()) continue;
    MenuEntry& entry = entries.back();
    if (word == "menu" && rest.starts_with(kLabel)) entry.title = rest.substr(kLabel.size());
    if (word == "linux") entry.kernel = path_of(rest);
    if (word == "append") entry.arguments = rest;
    if (word == "initrd") entry.initrds = paths_of(words_of(rest, ','));
  }
  return entries;
}

std::vector<Finding> find_menu_faults(const std::string& name,
                                      const std::vector<MenuEntry>& entries,
                                      const std::set<std::string>& files) {
  std::vector<Finding> findings;
  if (std::ranges::none_of(entries, is_system)) {
    findings.push_back({"no entry starts the system", kMakeAnew});
  }
  for (const auto& entry : entries) {
    if (!entry.kernel.empty()) add(findings, find_entry_faults(entry, files));
  }
  return found_in(name, std::move(findings));
}

bool is_microcode(std::string_view start) {
  return start.starts_with("070701") && (start.contains("kernel/x86/microcode/AuthenticAMD.bin") ||
                                         start.contains("kernel/x86/microcode/GenuineIntel.bin"));
}

}  // namespace muster::inspect
