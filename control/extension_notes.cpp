#include "control/extension_notes.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "core/json/members.h"

namespace muster::control {

constinit const muster::json::DocumentKind kExtensionHeardDocument = {.name = "extension-heard"};
constinit const muster::json::DocumentKind kExtensionValuesDocument = {.name = "extension-values"};

std::string render_heard(std::uint64_t event) {
  return muster::json::render_document(kExtensionHeardDocument, {{"event", event}});
}

std::string render_values(const Values& values) {
  nlohmann::json all = nlohmann::json::object();
  for (const auto& [key, value] : values) all[key] = value;
  return muster::json::render_document(kExtensionValuesDocument, {{"values", std::move(all)}});
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

Result<Values> parse_values(std::string_view text) {
  TRY_ASSIGN(const muster::json::Document document,
             muster::json::parse_document(kExtensionValuesDocument, text));
  muster::json::Problems problems;
  muster::json::Members members(document.value, problems);
  members.object("values");
  members.refuse_unknown();
  TRY(problems.status());
  Values values;
  for (const auto& each : document.value.at("values").items()) values[each.key()] = each.value();
  return values;
}

Result<Values> read_values(state::Store& store, const std::string& extension) {
  TRY_ASSIGN(const auto document, store.find(kExtensionValuesKind, extension));
  return document ? parse_values(document->value) : Values();
}

namespace {

Status check_key(const std::string& key) {
  const bool is_right = !key.empty() && key.size() <= kLongestKey &&
                        std::ranges::all_of(key, [](char c) { return c > ' ' && c < 0x7F; });
  if (is_right) return {};
  return fail(ErrorKind::invalid, std::format("'{}' is no key", printable(key, kLongestKey)),
              "a key has 1 to 100 printable characters of ASCII without blanks");
}

Error too_much(std::size_t most, std::string_view of_what) {
  return {.message = std::format("an extension has at most {} {} of its own", most, of_what),
          .hint = "it removes those that it needs no more",
          .kind = ErrorKind::invalid};
}

}  // namespace

Result<state::Change> change_values(const std::string& extension, Values values,
                                    const NewValues& changed) {
  if (changed.size() > kMostValues) return std::unexpected(too_much(kMostValues, "values"));
  for (const auto& [key, value] : changed) {
    TRY(check_key(key));
    if (value) {
      values.insert_or_assign(key, *value);
    } else {
      values.erase(key);
    }
  }
  if (values.size() > kMostValues) return std::unexpected(too_much(kMostValues, "values"));
  state::Change change{.kind = kExtensionValuesKind,
                       .key = extension,
                       .value = std::nullopt,
                       .schema = kExtensionValuesDocument.schema()};
  if (values.empty()) return change;
  change.value = render_values(values);
  if (change.value->size() > kMostValueBytes) {
    return std::unexpected(too_much(kMostValueBytes, "bytes of values"));
  }
  // What cannot be read again would be lost.
  if (const auto again = parse_values(*change.value); !again) {
    return fail(ErrorKind::invalid, "a value has too many lists and objects in each other");
  }
  return change;
}

constinit const muster::json::DocumentKind kExtensionSchedulerDocument = {
    .name = kExtensionSchedulerKind};

hpc::OtherSettings read_scheduler(const nlohmann::json& object, muster::json::Members& members) {
  constexpr std::size_t kLongest = 1000;
  hpc::OtherSettings settings;
  for (const auto& each : object.items()) {
    settings[each.key()] = members.word(each.key().c_str(), kLongest);
  }
  return settings;
}

std::string render_in_scheduler(const hpc::OtherSettings& settings) {
  return muster::json::render_document(kExtensionSchedulerDocument, {{"settings", settings}});
}

Result<hpc::OtherSettings> parse_in_scheduler(std::string_view text) {
  TRY_ASSIGN(const muster::json::Document document,
             muster::json::parse_document(kExtensionSchedulerDocument, text));
  muster::json::Problems problems;
  muster::json::Members members(document.value, problems);
  muster::json::Members settings = members.object("settings");
  members.refuse_unknown();
  TRY(problems.status());
  hpc::OtherSettings read = read_scheduler(document.value.at("settings"), settings);
  TRY(problems.status());
  return read;
}

state::Change scheduler_change(const std::string& extension, const hpc::OtherSettings& settings) {
  state::Change change{.kind = kExtensionSchedulerKind, .key = extension, .value = std::nullopt};
  if (!settings.empty()) change.value = render_in_scheduler(settings);
  change.schema = kExtensionSchedulerDocument.schema();
  return change;
}

std::vector<state::Change> forget_notes(const std::string& extension) {
  std::vector<state::Change> changes;
  for (const char* const kind :
       {kExtensionHeardKind, kExtensionValuesKind, kExtensionSchedulerKind}) {
    changes.push_back({.kind = kind, .key = extension, .value = std::nullopt});
  }
  return changes;
}

}  // namespace muster::control
