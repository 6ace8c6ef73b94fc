#include "control/extension_notes.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "core/json/members.h"

namespace muster::control {

constinit const muster::json::DocumentKind kExtensionHeardDocument = {.name = "extension-heard"};
constinit const muster::json::DocumentKind kExtensionValueDocument = {.name = "extension-value"};

std::string render_heard(std::uint64_t event) {
  return muster::json::render_document(kExtensionHeardDocument, {{"event", event}});
}

std::string render_value(const nlohmann::json& value) {
  return muster::json::render_document(kExtensionValueDocument, {{"value", value}});
}

Result<std::uint64_t> parse_heard(std::string_view text) {
  TRY_ASSIGN(const muster::json::Document document,
             muster::json::parse_document(kExtensionHeardDocument, text));
  muster::json::Problems problems;
  muster::json::Members members(document.value, problems);
  const std::uint64_t event = members.number("event", 0, std::uint64_t{1} << 53U);
  members.refuse_unknown();
  TRY(problems.status());
  return event;
}

Result<nlohmann::json> parse_value(std::string_view text) {
  TRY_ASSIGN(const muster::json::Document document,
             muster::json::parse_document(kExtensionValueDocument, text));
  const nlohmann::json& value = document.value;
  if (value.is_object() && value.size() == 1 && value.contains("value")) return value.at("value");
  return fail(ErrorKind::invalid, "it has not the one member 'value'");
}

namespace {

constexpr std::size_t kLongestKey = 100;

std::string place_of(const std::string& extension, const std::string& key) {
  return std::format("{}/{}", extension, key);
}

Status check_key(const std::string& key) {
  const bool is_right = !key.empty() && key.size() <= kLongestKey &&
                        std::ranges::all_of(key, [](char c) { return c > ' ' && c < 0x7F; });
  if (is_right) return {};
  return fail(ErrorKind::invalid, std::format("'{}' is no key", printable(key, kLongestKey)),
              "a key has 1 to 100 printable characters of ASCII without blanks");
}

}  // namespace

Result<std::vector<state::Change>> change_values(const std::string& extension,
                                                 const std::vector<std::string>& known,
                                                 const NewValues& values) {
  std::vector<state::Change> changes;
  std::size_t count = known.size();
  for (const auto& [key, value] : values) {
    TRY(check_key(key));
    const bool is_known = std::ranges::contains(known, key);
    state::Change change{.kind = kExtensionValueKind,
                         .key = place_of(extension, key),
                         .value = std::nullopt,
                         .schema = kExtensionValueDocument.schema()};
    if (value) change.value = render_value(*value);
    if (change.value && change.value->size() > kLongestValue) {
      return fail(ErrorKind::invalid,
                  std::format("the value of '{}' has more than {} bytes", key, kLongestValue));
    }
    if (value && !is_known) ++count;
    if (!value && is_known) --count;
    if (value || is_known) changes.push_back(std::move(change));
  }
  if (count <= kMostValues) return changes;
  return fail(ErrorKind::invalid, std::format("an extension has at most {} values", kMostValues));
}

Result<std::vector<std::string>> list_values(state::Store& store, const std::string& extension) {
  const std::string prefix = place_of(extension, "");
  TRY_ASSIGN(const std::vector<state::Document> documents, store.list(kExtensionValueKind));
  std::vector<std::string> keys;
  for (const state::Document& document : documents) {
    if (document.key.starts_with(prefix)) keys.push_back(document.key.substr(prefix.size()));
  }
  return keys;
}

Result<std::vector<state::Change>> forget_notes(state::Store& store, const std::string& extension) {
  TRY_ASSIGN(const std::vector<std::string> keys, list_values(store, extension));
  std::vector<state::Change> changes = {
      {.kind = kExtensionHeardKind, .key = extension, .value = std::nullopt}};
  for (const std::string& key : keys) {
    changes.push_back(
        {.kind = kExtensionValueKind, .key = place_of(extension, key), .value = std::nullopt});
  }
  return changes;
}

}  // namespace muster::control
