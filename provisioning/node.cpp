#include "provisioning/node.h"

#include <array>
#include <format>

#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace muster::provisioning {
namespace {

using nlohmann::json;

json to_json(const std::optional<RebootWish>& wish) {
  if (!wish) return nullptr;
  return {{"id", wish->id}, {"asked_ms", wish->asked_ms}};
}

std::optional<RebootWish> parse_wish(const json& node) {
  const auto found = node.find("reboot");
  if (found == node.end() || !found->is_object()) return std::nullopt;
  return RebootWish{.id = found->at("id").get<std::string>(),
                    .asked_ms = found->at("asked_ms").get<std::int64_t>()};
}

constexpr std::array<std::string_view, 6> kStates = {"discovered", "adopted", "booting",
                                                     "ready",      "off",     "failed"};

/// Earlier versions kept one processor and 1 GiB for a node that was imported and never seen.
bool is_placeholder(const Hardware& hardware) {
  Hardware imported;
  imported.macs = hardware.macs;
  imported.firmware = hardware.firmware;
  imported.topology = CpuTopology();
  imported.memory = Bytes::from_mib(1024);
  return hardware == imported;
}

}  // namespace

std::string_view to_string(NodeState state) { return kStates.at(static_cast<std::size_t>(state)); }

json to_json(const Node& node) {
  return {{"id", node.id},
          {"name", node.name},
          {"address", node.address.value == 0 ? "" : to_string(node.address)},
          {"profile", node.profile},
          {"booted_profile", node.booted_profile},
          {"hardware", to_json(node.hardware)},
          {"state", to_string(node.state)},
          {"stage", node.stage},
          {"reason", node.reason},
          {"progress", node.progress},
          {"certificate_serial", node.certificate_serial},
          {"offered_serial", node.offered_serial},
          {"ssh_certificate", node.ssh_certificate},
          {"generation", node.generation},
          {"reboot", to_json(node.reboot)},
          {"drift", node.drift},
          {"drifts", node.drifts},
          {"seen_ms", node.seen_ms},
          {"ready_ms", node.ready_ms},
          {"returned_ms", node.returned_ms}};
}

Result<Node> parse_node(std::string_view text) {
  try {
    const json value = json::parse(text);
    Node node;
    node.id = value.at("id").get<std::string>();
    node.name = value.at("name").get<std::string>();
    if (const auto address = value.at("address").get<std::string>(); !address.empty()) {
      TRY_ASSIGN(node.address, parse_ipv4(address));
    }
    node.profile = value.at("profile").get<std::string>();
    node.booted_profile = value.value("booted_profile", "");
    TRY_ASSIGN(node.hardware, parse_hardware(value.at("hardware")));
    if (is_placeholder(node.hardware)) {
      node.hardware = Hardware{.macs = std::move(node.hardware.macs)};
    }
    const auto state = value.at("state").get<std::string>();
    for (std::size_t i = 0; i < kStates.size(); ++i) {
      if (kStates[i] == state) node.state = static_cast<NodeState>(i);
    }
    node.stage = value.at("stage").get<std::string>();
    node.reason = value.at("reason").get<std::string>();
    node.progress = value.at("progress").get<int>();
    node.certificate_serial = value.at("certificate_serial").get<std::string>();
    node.offered_serial = value.value("offered_serial", "");
    node.ssh_certificate = value.value("ssh_certificate", "");
    node.generation = value.at("generation").get<std::string>();
    node.reboot = parse_wish(value);
    node.drift = value.value("drift", "");
    node.drifts = value.value("drifts", 0);
    node.seen_ms = value.at("seen_ms").get<std::int64_t>();
    node.ready_ms = value.at("ready_ms").get<std::int64_t>();
    node.returned_ms = value.value("returned_ms", std::int64_t{0});
    return node;
  } catch (const json::exception& error) {
    return fail(std::format("stored node is damaged: {}", printable(error.what())),
                "restore the state database from a backup");
  }
}

}  // namespace muster::provisioning
