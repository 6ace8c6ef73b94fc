#include "control/setting_documents.h"

#include <array>
#include <format>
#include <utility>

#include "control/adoption.h"
#include "control/extension_notes.h"
#include "control/extensions.h"
#include "core/base/text.h"
#include "core/json/members.h"
#include "hpc/users.h"
#include "operations/operation_document.h"
#include "provisioning/node_documents.h"

namespace muster::control {
namespace {

using muster::json::Members;
using muster::json::Problems;
using muster::json::Value;
using provisioning::DhcpMode;

constexpr const char* kSetting = "setting";
constexpr std::size_t kLongestSettingText = 128;

/// The first version wrote the mode alone.
void upgrade_dhcp_from_1(Value& value) {
  if (value.is_string()) value = {{"mode", value}, {"boot", ""}};
}

void upgrade_digests_from_1(Value& value) { value = {{"users", std::move(value)}}; }

constexpr std::array<muster::json::Upgrade, 1> kDhcpUpgrades = {&upgrade_dhcp_from_1};
constexpr std::array<muster::json::Upgrade, 1> kDigestUpgrades = {&upgrade_digests_from_1};

/// The document under a kind that nobody reads.
state::Change kept_aside(const state::Document& document) {
  return {.kind = "damaged",
          .key = std::format("{}/{}", kSetting, document.key),
          .value = document.value,
          .schema = document.schema};
}

std::optional<DhcpMode> find_mode(std::string_view word) {
  for (const DhcpMode mode : {DhcpMode::silent, DhcpMode::proxy, DhcpMode::serve}) {
    if (word == provisioning::to_string(mode)) return mode;
  }
  return std::nullopt;
}

}  // namespace

constinit const muster::json::DocumentKind kDhcpDocument = {.name = "dhcp",
                                                            .upgrades = kDhcpUpgrades};
constinit const muster::json::DocumentKind kSpecUsersDocument = {.name = "spec-users",
                                                                 .upgrades = kDigestUpgrades};

std::span<const muster::json::DocumentKind* const> document_kinds() {
  static constexpr std::array kKinds = {&provisioning::kDesiredDocument,
                                        &provisioning::kObservedDocument,
                                        &provisioning::kIdentityDocument,
                                        &hpc::kUsersDocument,
                                        &kSpecUsersDocument,
                                        &kDhcpDocument,
                                        &kAdoptionDocument,
                                        &operations::kOperationDocument,
                                        &operations::kOutputDocument,
                                        &kExtensionDocument,
                                        &kExtensionSettingsDocument,
                                        &kExtensionHeardDocument,
                                        &kExtensionValuesDocument,
                                        &kExtensionSchedulerDocument};
  return kKinds;
}

std::string render_dhcp_decision(const DhcpDecision& decision) {
  return muster::json::render_document(
      kDhcpDocument, {{"mode", decision.mode ? provisioning::to_string(*decision.mode) : ""},
                      {"boot", decision.boot}});
}

Result<DhcpDecision> parse_dhcp_decision(std::string_view text) {
  TRY_ASSIGN(const muster::json::Document document,
             muster::json::parse_document(kDhcpDocument, text));
  Problems problems;
  Members members(document.value, problems);
  DhcpDecision decision{.mode = find_mode(members.word("mode", kLongestSettingText)),
                        .boot = members.find_word("boot", kLongestSettingText).value_or("")};
  if (!decision.mode) problems.add("mode", "is no mode of DHCP");
  members.refuse_unknown();
  TRY(problems.status());
  return decision;
}

std::string render_digests(const plans::Digests& digests) {
  return muster::json::render_document(kSpecUsersDocument, {{"users", digests}});
}

Result<plans::Digests> parse_digests(std::string_view text) {
  TRY_ASSIGN(const muster::json::Document document,
             muster::json::parse_document(kSpecUsersDocument, text));
  Problems problems;
  Members members(document.value, problems);
  const auto users = members.find_object("users");
  if (!users) problems.add("users", "is missing");
  members.refuse_unknown();
  TRY(problems.status());
  plans::Digests digests;
  for (const auto& [name, digest] : document.value["users"].items()) {
    if (digest.is_string()) {
      digests[name] = digest.get<std::string>();
    } else {
      problems.add("users." + name, "is not a text");
    }
  }
  TRY(problems.status());
  return digests;
}

Result<std::optional<state::Document>> SettingDocuments::find(
    const muster::json::DocumentKind& kind, Damaged damaged) {
  auto found = store_.find(kSetting, kind.name);
  if (!found && damaged == Damaged::leave) {
    closed_.insert_or_assign(std::string(kind.name), found.error());
  }
  return found;
}

Error SettingDocuments::lose(const muster::json::DocumentKind& kind,
                             const state::Document& document, Error why, Damaged damaged) {
  if (why.kind == ErrorKind::conflict || damaged == Damaged::leave) {
    closed_.insert_or_assign(std::string(kind.name), why);
    return why;
  }
  const auto moved = store_.commit(
      {.changes = {kept_aside(document),
                   {.kind = kSetting, .key = std::string(kind.name), .value = std::nullopt}}});
  // On a disk that takes nothing it is where it was, and is put aside at the next start.
  why.message += moved ? "; it was put aside" : "; " + moved.error().text();
  return why;
}

Result<state::Change> SettingDocuments::change(const muster::json::DocumentKind& kind,
                                               std::string text) const {
  const auto closed = closed_.find(kind.name);
  if (closed != closed_.end()) return std::unexpected(closed->second);
  return state::Change{.kind = kSetting,
                       .key = std::string(kind.name),
                       .value = std::move(text),
                       .schema = kind.schema()};
}

Result<state::Revision> SettingDocuments::replace(const muster::json::DocumentKind& kind,
                                                  std::string text, state::Event event) {
  TRY_ASSIGN(const auto stored, store_.find(kSetting, kind.name));
  state::Transaction both{.changes = {{.kind = kSetting,
                                       .key = std::string(kind.name),
                                       .value = std::move(text),
                                       .schema = kind.schema()}},
                          .events = {std::move(event)}};
  if (stored) both.changes.push_back(kept_aside(*stored));
  TRY_ASSIGN(const state::Revision revision, store_.commit(both));
  closed_.erase(std::string(kind.name));
  return revision;
}

Error lost_decision(const Error& why, std::string_view instead, std::string_view next) {
  return {.message = std::format("{}; {}", why.message, instead),
          .hint = why.hint.empty() ? std::string(next) : why.hint};
}

}  // namespace muster::control
