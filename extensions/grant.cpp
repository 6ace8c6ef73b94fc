// The text of a grant.

#include <algorithm>
#include <array>
#include <format>

#include <nlohmann/json.hpp>

#include "core/json/document.h"
#include "core/json/members.h"
#include "extensions/store.h"
#include "extensions/values.h"

namespace muster::extensions {
namespace {

using muster::json::Members;
using muster::json::Problems;
using muster::json::Value;

/// Rights were about files only.
void upgrade_grant_from_1(Value& value) {
  if (!value.is_object() || !value.contains("rights") || !value.at("rights").is_array()) return;
  for (Value& right : value.at("rights")) {
    if (!right.is_object()) continue;
    right["directories"] = Value::array();
    right["units"] = Value::array();
  }
}

/// An extension ran no programs on nodes, and needed no packages.
void upgrade_grant_from_2(Value& value) {
  if (!value.is_object() || !value.contains("rights") || !value.at("rights").is_array()) return;
  for (Value& right : value.at("rights")) {
    if (!right.is_object()) continue;
    right["commands"] = Value::array();
    right["packages"] = Value::array();
  }
}

/// An extension set nothing of the scheduler.
void upgrade_grant_from_3(Value& value) {
  if (!value.is_object() || !value.contains("rights") || !value.at("rights").is_array()) return;
  for (Value& right : value.at("rights")) {
    if (right.is_object()) right["scheduler"] = Value::array();
  }
}

constexpr std::array<muster::json::Upgrade, 3> kGrantUpgrades = {
    &upgrade_grant_from_1, &upgrade_grant_from_2, &upgrade_grant_from_3};
constexpr muster::json::DocumentKind kGrantDocument = {.name = "grant", .upgrades = kGrantUpgrades};
constexpr std::size_t kLongestWord = 4096;
constexpr std::size_t kMostFiles = 10'000;
constexpr std::uint64_t kLatest = std::uint64_t{1} << 53U;

std::vector<Right> read_rights(Members& members, Problems& problems) {
  std::vector<Right> rights;
  for (const Value& value : members.list("rights")) {
    Members right(value, problems, std::format("rights[{}]", rights.size()));
    const auto place = kPlace.parse(right.word("place", kLongestWord));
    if (!place) problems.add(right.path("place"), "is no place");
    const auto words = [&right](const char* member) {
      return right.find_words(member, kMostFiles, kLongestWord)
          .value_or(std::vector<std::string>());
    };
    rights.push_back({.place = place.value_or(Place::node),
                      .files = words("files"),
                      .directories = words("directories"),
                      .units = words("units"),
                      .commands = words("commands"),
                      .packages = words("packages"),
                      .scheduler = words("scheduler"),
                      .reason = right.text("reason", kLongestWord)});
    right.refuse_unknown();
  }
  return rights;
}

}  // namespace

nlohmann::json rights_json(const std::vector<Right>& rights) {
  Value list = Value::array();
  for (const Right& right : rights) {
    list.push_back({{"place", to_string(right.place)},
                    {"files", right.files},
                    {"directories", right.directories},
                    {"units", right.units},
                    {"commands", right.commands},
                    {"packages", right.packages},
                    {"scheduler", right.scheduler},
                    {"reason", right.reason}});
  }
  return list;
}

std::string render_grant(const Grant& grant) {
  return muster::json::render_document(kGrantDocument, {{"name", grant.name},
                                                        {"version", to_string(grant.version)},
                                                        {"specification", grant.specification},
                                                        {"rights", rights_json(grant.rights)},
                                                        {"signer", grant.signer},
                                                        {"at_ms", grant.at_ms}});
}

Result<Grant> parse_grant(std::string_view text) {
  TRY_ASSIGN(const muster::json::Document document,
             muster::json::parse_document(kGrantDocument, text));
  Problems problems;
  Members members(document.value, problems);
  Grant grant{.name = members.word("name", kLongestWord),
              .specification = members.word("specification", 64),
              .rights = read_rights(members, problems),
              .signer = members.find_word("signer", 64).value_or("")};
  const auto version = parse_version(members.word("version", kLongestWord));
  if (!version) problems.add("version", "is no version");
  grant.version = version.value_or(Version());
  grant.at_ms = static_cast<std::int64_t>(members.number("at_ms", 0, kLatest));
  if (grant.specification.size() != 64) problems.add("specification", "is no SHA-256");
  members.refuse_unknown();
  TRY(problems.status());
  return grant;
}

}  // namespace muster::extensions
