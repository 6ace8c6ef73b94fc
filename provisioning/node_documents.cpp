#include "provisioning/node_documents.h"

#include <format>

#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace muster::provisioning {
namespace {

nlohmann::json to_json(const std::optional<RebootWish>& wish) {
  if (!wish) return nullptr;
  return {{"id", wish->id}, {"asked_ms", wish->asked_ms}};
}

std::optional<RebootWish> parse_wish(const nlohmann::json& node) {
  const auto found = node.find("reboot");
  if (found == node.end() || !found->is_object()) return std::nullopt;
  return RebootWish{.id = found->at("id").get<std::string>(),
                    .asked_ms = found->at("asked_ms").get<std::int64_t>()};
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

Status read_desired(DesiredNode& node, const nlohmann::json& value) {
  node.name = value.at("name").get<std::string>();
  if (const auto address = value.at("address").get<std::string>(); !address.empty()) {
    TRY_ASSIGN(node.address, parse_ipv4(address));
  }
  node.profile = value.at("profile").get<std::string>();
  node.reboot = parse_wish(value);
  return {};
}

Status read_observed(ObservedNode& node, const nlohmann::json& value, int schema) {
  node.booted_profile = value.value("booted_profile", "");
  TRY_ASSIGN(node.hardware, parse_hardware(value.at("hardware")));
  if (schema == 1 && is_placeholder(node.hardware)) {
    node.hardware = Hardware{.macs = std::move(node.hardware.macs)};
  }
  const auto word = value.at("state").get<std::string>();
  const auto state = parse_state(word);
  if (!state) return fail(std::format("there is no state '{}'", printable(word)));
  node.state = *state;
  node.stage = value.at("stage").get<std::string>();
  node.reason = value.at("reason").get<std::string>();
  node.progress = value.at("progress").get<int>();
  node.generation = value.at("generation").get<std::string>();
  node.agent_note = value.value("agent_note", "");
  node.drift = value.value("drift", "");
  node.drifts = value.value("drifts", 0);
  node.seen_ms = value.at("seen_ms").get<std::int64_t>();
  node.ready_ms = value.at("ready_ms").get<std::int64_t>();
  node.returned_ms = value.value("returned_ms", std::int64_t{0});
  return {};
}

void read_identity(NodeIdentity& node, const nlohmann::json& value) {
  node.certificate_serial = value.at("certificate_serial").get<std::string>();
  node.offered_serial = value.value("offered_serial", "");
  node.ssh_certificate = value.value("ssh_certificate", "");
}

Status read_parts(Node& node, std::string_view kind, const nlohmann::json& value) {
  const int schema = value.value("schema", 1);
  if (schema > kNodeSchema) {
    return fail(ErrorKind::conflict,
                std::format("it has schema {}, and this version knows {}", schema, kNodeSchema),
                "use the version of Muster that wrote it");
  }
  if (schema == 1 || kind == kDesiredKind) TRY(read_desired(node, value));
  if (schema == 1 || kind == kObservedKind) TRY(read_observed(node, value, schema));
  if (schema == 1 || kind == kIdentityKind) read_identity(node, value);
  return {};
}

}  // namespace

nlohmann::json to_json(const DesiredNode& desired) {
  return {{"name", desired.name},
          {"address", desired.address.value == 0 ? "" : to_string(desired.address)},
          {"profile", desired.profile},
          {"reboot", to_json(desired.reboot)}};
}

nlohmann::json to_json(const ObservedNode& observed) {
  return {{"booted_profile", observed.booted_profile},
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

std::string render_document(const Node& node, std::string_view kind) {
  nlohmann::json value = kind == kDesiredKind    ? to_json(static_cast<const DesiredNode&>(node))
                         : kind == kObservedKind ? to_json(static_cast<const ObservedNode&>(node))
                                                 : to_json(static_cast<const NodeIdentity&>(node));
  value["schema"] = kNodeSchema;
  return value.dump();
}

Status read_document(Node& node, std::string_view kind, std::string_view text) {
  try {
    Node read = node;
    TRY(read_parts(read, kind, nlohmann::json::parse(text)));
    node = std::move(read);
    return {};
  } catch (const nlohmann::json::exception& error) {
    return fail(std::format("it is damaged: {}", printable(error.what())));
  }
}

}  // namespace muster::provisioning
