#include "tests/contract/checkers/any_cluster.h"

#include <format>
#include <rapidcheck.h>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/units.h"
#include "core/spec/locales.h"
#include "core/spec/time_zones.h"

namespace muster {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kLabel = "abcdefghijklmnopqrstuvwxyz0123456789-";
constexpr std::string_view kWord =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

template <typename T>
T one_of(const std::vector<T>& values) {
  return *rc::gen::elementOf(values);
}

char any_of(std::string_view characters) {
  return characters[*rc::gen::inRange<std::size_t>(0, characters.size())];
}

/// Short ones as a rule, and the longest.
std::size_t any_length(std::size_t longest) {
  return *rc::gen::weightedOneOf<std::size_t>(
      {{3, rc::gen::inRange<std::size_t>(1, std::min<std::size_t>(longest, 9))},
       {1, rc::gen::just(longest)}});
}

std::string any_text(std::string_view first, std::string_view inner, std::string_view last,
                     std::size_t longest) {
  std::string text(1, any_of(first));
  const std::size_t length = any_length(longest);
  while (text.size() + 1 < length) text += any_of(inner);
  if (length > 1) text += any_of(last);
  return text;
}

std::string any_name() { return any_text(kLower, kLabel, kLabel.substr(0, 36), 32); }

std::string any_package() {
  constexpr std::string_view kInner = "abcdefghijklmnopqrstuvwxyz0123456789-+.";
  return "p" + any_text(kInner, kInner, "abcz019+.", 120);
}

std::string any_user_name() {
  constexpr std::string_view kInner = "abcdefghijklmnopqrstuvwxyz0123456789_.-";
  return "u" + any_text(kInner, kInner, "abc019_-", 31);
}

std::string any_full_name() {
  return one_of<std::string>({"", "Ada Lovelace", "Zoë Ж", "50 % $HOME `id`", "a\\b 'c' \"d\"",
                              "#x; y | z & <w>", std::string(128, 'x'), "= ! ? * [a]"});
}

/// Printable characters, but for those that are a loader's.
std::string any_argument() {
  std::string inner;
  for (char c = '!'; c <= '~'; ++c) {
    if (!std::string_view("\"'\\").contains(c)) inner += c;
  }
  const std::string text = any_text(kWord, inner, inner, 250);
  const std::size_t variable = text.find("${");
  const std::string word = variable == std::string::npos ? text : text.substr(0, variable + 1);
  return "x" + word;
}

std::string any_mount() {
  constexpr std::string_view kInner =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  return "/srv/" + any_text(kWord, kInner, kWord, 60) + "/" + any_text(kWord, kInner, kWord, 60);
}

Json any_list(std::size_t most, auto make) {
  Json list = Json::array();
  const auto count = *rc::gen::inRange<std::size_t>(0, most + 1);
  for (std::size_t i = 0; i < count; ++i) list.push_back(make());
  return list;
}

Json any_head() {
  const int prefix = *rc::gen::inRange(8, 30);
  const std::uint32_t room = 1U << static_cast<unsigned>(32 - prefix);
  const std::uint32_t host = *rc::gen::inRange<std::uint32_t>(1, room - 1);
  const std::uint32_t network = prefix == 8 ? 0x0A000000U : 0x0A4D0000U & ~(room - 1);
  const Ipv4Interface address{.address = {network | host}, .prefix = prefix};
  return {{"hostname", any_text(kLower, kLabel, kLabel.substr(0, 36), 63)},
          {"interface", any_text(kWord.substr(0, 52), kWord, kWord, 15)},
          {"address", to_string(address)},
          {"locale", one_of(spec::locales())},
          {"time_zone", one_of(spec::time_zones())},
          {"packages", any_list(3, any_package)}};
}

Json any_user() {
  Json user = {{"name", any_user_name()}, {"full_name", any_full_name()}};
  if (*rc::gen::arbitrary<bool>()) {
    user["uid"] = *rc::gen::weightedOneOf<std::uint32_t>(
        {{1, rc::gen::element(1000U, 9998U, 59999U, 65536U, 2000200000U)},
         {2, rc::gen::inRange(65536U, 2000200000U)}});
  }
  return user;
}

}  // namespace

std::string any_cluster_yaml() {
  Json profiles = Json::array();
  Json images = Json::array();
  const auto count = *rc::gen::inRange(1, 4);
  for (int i = 0; i < count; ++i) {
    const std::string image = any_name();
    images.push_back({{"name", image},
                      {"packages", any_list(3, any_package)},
                      {"kernel_arguments", any_list(2, any_argument)}});
    profiles.push_back(
        {{"name", any_name()}, {"image", image}, {"kernel_arguments", any_list(2, any_argument)}});
  }
  const auto volume = [] { return Json{{"name", any_name()}, {"mount", any_mount()}}; };
  const auto group = [] { return Json{{"name", any_name()}, {"nodes", "n[001-004]"}}; };
  const Json nodes = {{"prefix", any_text(kLower, kLabel, "abcz-", 32)},
                      {"digits", *rc::gen::inRange(1, 7)},
                      {"route", one_of<std::string>({"auto", "none", "nat"})}};
  const Json hpc = {
      {"partition", any_text(kWord.substr(0, 52), kWord, kWord, 32)},
      {"time_limit", one_of<std::string>({"1 s", "90", "7-00:00:00", "infinite", "100 d"})}};
  return Json{{"schema", 1},
              {"name", any_name()},
              {"head", any_head()},
              {"nodes", nodes},
              {"profiles", profiles},
              {"images", images},
              {"users", any_list(4, any_user)},
              {"volumes", any_list(3, volume)},
              {"groups", any_list(2, group)},
              {"hpc", hpc}}
      .dump(2);
}

}  // namespace muster
