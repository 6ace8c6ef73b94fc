#include "provisioning/pci_names.h"

#include <algorithm>
#include <array>
#include <format>
#include <optional>
#include <set>
#include <vector>

#include "core/base/text.h"

namespace muster::provisioning {
namespace {

constexpr std::size_t kLongestType = 24;

/// Four hexadecimal digits with two blanks behind them, as both kinds of line start.
std::optional<std::uint32_t> leading_id(std::string_view line) {
  if (line.size() < 7 || line.substr(4, 2) != "  ") return std::nullopt;
  return parse_hex(line.substr(0, 4));
}

std::uint32_t key(std::uint32_t vendor, std::uint32_t device) { return vendor << 16U | device; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

/// "a100-sxm4 80gb" → "a100", "sxm4", "80gb".
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (is_digit(c) || is_letter(c)) {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

/// "40gb": how much memory a card has is no model.
bool is_size(std::string_view word) {
  const std::size_t end = word.find_first_not_of("0123456789");
  return end != 0 && end != std::string_view::npos &&
         (word.substr(end) == "gb" || word.substr(end) == "gib");
}

/// Words that many models share, and those that tell how a card is plugged in.
bool is_filler(std::string_view word) {
  static const std::set<std::string_view> kFillers = {
      "accelerator", "amd",     "ati",        "center",   "converged", "data",   "engineering",
      "firepro",     "geforce", "generation", "gpu",      "graphics",  "hash",   "hbm2",
      "hbm2e",       "hbm3",    "hbm3e",      "instinct", "intel",     "lite",   "mobile",
      "nvidia",      "nvl",     "oam",        "pcie",     "quadro",    "radeon", "rate",
      "sample",      "series",  "sxm",        "sxm2",     "sxm3",      "sxm4",   "sxm5",
      "sxm6",        "tesla"};
  return kFillers.contains(word) || is_size(word);
}

/// The marketing name stands in the last brackets; the part before a '/' is the first of several.
std::string_view model_of(std::string_view name) {
  const std::size_t open = name.rfind('[');
  const std::size_t close = name.rfind(']');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return {};
  const std::string_view model = name.substr(open + 1, close - open - 1);
  return model.substr(0, model.find('/'));
}

/// A vendor's name as a type starts: "nvidia", or "pci-10ee".
std::string slug_of(std::uint16_t vendor) {
  const std::string name = lower(vendor_name(vendor));
  const bool plain = std::ranges::all_of(name, is_letter);
  return plain ? name : std::format("pci-{:04x}", vendor);
}

}  // namespace

std::string type_of_name(std::string_view vendor, std::string_view name) {
  std::string type;
  bool after_revision = false;
  for (const std::string& word : words_of(lower(model_of(name)))) {
    const bool skipped = is_filler(word) || word == "rev" || after_revision;
    after_revision = word == "rev";
    if (!skipped) type += word;
  }
  // "Pro", "VII": too little to tell a model by.
  constexpr std::size_t kLeastLetters = 4;
  const bool tells = std::ranges::any_of(type, is_digit) || type.size() >= kLeastLetters;
  if (!tells || type.size() > kLongestType) return {};
  return is_digit(type.front()) ? std::string(vendor) + type : type;
}

PciNames PciNames::parse(std::string_view text) {
  Devices devices;
  std::optional<std::uint32_t> vendor;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    // Behind the devices the file lists classes.
    if (line.starts_with("C ")) break;
    if (line.starts_with("\t\t") || line.starts_with('#')) continue;
    if (!line.starts_with('\t')) {
      vendor = leading_id(line);
      continue;
    }
    const auto device = leading_id(line.substr(1));
    if (vendor && device) devices.emplace(key(*vendor, *device), trim(line.substr(7)));
  }
  PciNames names;
  names.devices_ = std::make_shared<const Devices>(std::move(devices));
  return names;
}

const std::string* PciNames::find(const Accelerator& card) const {
  const auto found = devices_->find(key(card.vendor, card.device));
  return found == devices_->end() ? nullptr : &found->second;
}

std::string PciNames::name_of(const Accelerator& card) const {
  const std::string* const name = find(card);
  const std::string vendor = vendor_name(card.vendor);
  return name != nullptr ? std::format("{} {}", vendor, printable(*name, 128))
                         : std::format("{} device {:04x}", vendor, card.device);
}

std::string PciNames::type_of(const Accelerator& card) const {
  const std::string slug = slug_of(card.vendor);
  const std::string* const name = find(card);
  const std::string type = name == nullptr ? std::string() : type_of_name(slug, *name);
  return type.empty() ? std::format("{}-{:04x}", slug, card.device) : type;
}

}  // namespace muster::provisioning
