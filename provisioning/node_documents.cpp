#include "provisioning/node_documents.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "core/json/members.h"

namespace muster::provisioning {
namespace {

using json::Members;
using json::Problems;
using json::Value;

/// What the store has was bounded when it was a message; a text of a person's or a machine's is
/// never so long.
constexpr std::size_t kLongest = std::size_t{1} << 20U;
/// Of a time, in milliseconds.
constexpr std::uint64_t kMostTime = std::uint64_t{1} << 62U;
constexpr std::uint64_t kMostDrifts = 2'000'000'000;

Value to_json(const std::optional<RebootWish>& wish) {
  if (!wish) return nullptr;
  return {{"id", wish->id}, {"asked_ms", wish->asked_ms}};
}

/// Versions of schema 1 kept one processor and 1 GiB for a node that was imported and never seen.
bool is_placeholder(const Hardware& hardware) {
  Hardware imported;
  imported.macs = hardware.macs;
  imported.firmware = hardware.firmware;
  imported.topology = CpuTopology();
  imported.memory = Bytes::from_mib(1024);
  return hardware == imported;
}

/// The first versions lacked members that later ones added to schema 1.
void upgrade_from_1(Value& value) {
  if (!value.is_object()) return;
  const Value added = {{"booted_profile", ""},  {"offered_serial", ""}, {"agent_note", ""},
                       {"drift", ""},           {"drifts", 0},          {"returned_ms", 0},
                       {"ssh_certificate", ""}, {"booted_image", ""}};
  for (const auto& [name, without] : added.items()) value.emplace(name, without);
  const auto hardware = value.find("hardware");
  if (hardware == value.end()) return;
  const auto known = parse_hardware(*hardware);
  if (known && is_placeholder(*known)) *hardware = to_json(Hardware{.macs = known->macs});
}

constexpr std::array<json::Upgrade, 1> kUpgrades = {&upgrade_from_1};

/// Schema 2 knew no images by their content.
void upgrade_observed_from_2(Value& value) {
  if (value.is_object()) value.emplace("booted_image", "");
}

constexpr std::array<json::Upgrade, 1> kObservedUpgrades = {&upgrade_observed_from_2};

/// A text that may be empty.
std::string text_of(Members& members, Problems& problems, const char* name) {
  auto text = members.find_text(name, kLongest);
  if (!text) problems.add(members.path(name), "is missing");
  return std::move(text).value_or("");
}

std::int64_t time_of(Members& members, const char* name) {
  return static_cast<std::int64_t>(members.number(name, 0, kMostTime));
}

void read_desired(DesiredNode& node, Members& members, Problems& problems) {
  node.name = text_of(members, problems, "name");
  if (const std::string text = text_of(members, problems, "address"); !text.empty()) {
    const auto address = parse_ipv4(text);
    if (!address) problems.add(members.path("address"), "is no IPv4 address");
    node.address = address.value_or(Ipv4Address());
  }
  node.profile = text_of(members, problems, "profile");
  node.reboot.reset();
  if (auto wish = members.find_object("reboot")) {
    node.reboot =
        RebootWish{.id = text_of(*wish, problems, "id"), .asked_ms = time_of(*wish, "asked_ms")};
  }
}

void read_observed(ObservedNode& node, const Value& value, Members& members, Problems& problems) {
  node.booted_profile = text_of(members, problems, "booted_profile");
  node.booted_image = text_of(members, problems, "booted_image");
  const auto given = value.find("hardware");
  auto hardware = given == value.end() ? fail("") : parse_hardware(*given);
  if (!hardware) problems.add(members.path("hardware"), "is no hardware of a machine");
  node.hardware = std::move(hardware).value_or(Hardware());
  const auto state = parse_state(text_of(members, problems, "state"));
  if (!state) problems.add(members.path("state"), "is no state of a node");
  node.state = state.value_or(NodeState::discovered);
  node.stage = text_of(members, problems, "stage");
  node.reason = text_of(members, problems, "reason");
  node.progress = static_cast<int>(members.number("progress", 0, 100));
  node.generation = text_of(members, problems, "generation");
  node.agent_note = text_of(members, problems, "agent_note");
  node.drift = text_of(members, problems, "drift");
  node.drifts = static_cast<int>(members.number("drifts", 0, kMostDrifts));
  node.seen_ms = time_of(members, "seen_ms");
  node.ready_ms = time_of(members, "ready_ms");
  node.returned_ms = time_of(members, "returned_ms");
}

void read_identity(NodeIdentity& node, Members& members, Problems& problems) {
  node.certificate_serial = text_of(members, problems, "certificate_serial");
  node.offered_serial = text_of(members, problems, "offered_serial");
  node.ssh_certificate = text_of(members, problems, "ssh_certificate");
}

const json::DocumentKind& kind_of(std::string_view name) {
  return name == kDesiredKind    ? kDesiredDocument
         : name == kObservedKind ? kObservedDocument
                                 : kIdentityDocument;
}

}  // namespace

/// Schema 1 was one document.
constexpr int kFirstOfParts = 2;

constinit const json::DocumentKind kDesiredDocument = {.name = kDesiredKind, .upgrades = kUpgrades};
constinit const json::DocumentKind kObservedDocument = {
    .name = kObservedKind, .first_schema = kFirstOfParts, .upgrades = kObservedUpgrades};
constinit const json::DocumentKind kIdentityDocument = {.name = kIdentityKind,
                                                        .first_schema = kFirstOfParts};

nlohmann::json to_json(const DesiredNode& desired) {
  return {{"name", desired.name},
          {"address", desired.address.value == 0 ? "" : to_string(desired.address)},
          {"profile", desired.profile},
          {"reboot", to_json(desired.reboot)}};
}

nlohmann::json to_json(const ObservedNode& observed) {
  return {{"booted_profile", observed.booted_profile},
          {"booted_image", observed.booted_image},
          {"hardware", to_json(observed.hardware)},
          {"state", to_string(observed.state)},
          {"stage", observed.stage},
          {"reason", observed.reason},
          {"progress", observed.progress},
          {"generation", observed.generation},
          {"drift", observed.drift},
          {"drifts", observed.drifts},
          {"agent_note", observed.agent_note},
          {"seen_ms", observed.seen_ms},
          {"ready_ms", observed.ready_ms},
          {"returned_ms", observed.returned_ms}};
}

nlohmann::json to_json(const NodeIdentity& identity) {
  return {{"certificate_serial", identity.certificate_serial},
          {"offered_serial", identity.offered_serial},
          {"ssh_certificate", identity.ssh_certificate}};
}

int schema_of(std::string_view kind) { return kind_of(kind).schema(); }

std::string render_document(const Node& node, std::string_view kind) {
  Value value = kind == kDesiredKind    ? to_json(static_cast<const DesiredNode&>(node))
                : kind == kObservedKind ? to_json(static_cast<const ObservedNode&>(node))
                                        : to_json(static_cast<const NodeIdentity&>(node));
  return json::render_document(kind_of(kind), std::move(value));
}

Status read_document(Node& node, std::string_view kind, std::string_view text) {
  TRY_ASSIGN(const json::Document document, json::parse_document(kind_of(kind), text));
  const bool is_whole = document.written_as == 1;
  Node read = node;
  Problems problems;
  Members members(document.value, problems);
  if (is_whole || kind == kDesiredKind) read_desired(read, members, problems);
  if (is_whole || kind == kObservedKind) read_observed(read, document.value, members, problems);
  if (is_whole || kind == kIdentityKind) read_identity(read, members, problems);
  TRY(problems.status());
  node = std::move(read);
  return {};
}

}  // namespace muster::provisioning
