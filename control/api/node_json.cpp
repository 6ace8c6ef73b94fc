#include "control/api/node_json.h"

#include <format>
#include <map>

#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace muster::api {
namespace {

using nlohmann::json;
using provisioning::Accelerator;
using provisioning::Hardware;
using provisioning::Node;

std::string quoted(const std::string& text) {
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

/// A number, or null when it is unknown.
std::string number_or_null(std::optional<std::uint64_t> number) {
  return number ? std::to_string(*number) : "null";
}

/// What the state of a card is called.
std::string_view state_of(const Accelerator& card) {
  if (provisioning::is_integrated(card)) return "integrated";
  if (provisioning::device_for_jobs(card)) return "ready";
  switch (provisioning::trouble_of(card)) {
    case provisioning::CardTrouble::none:
      break;
    case provisioning::CardTrouble::no_driver:
      return "no driver";
    case provisioning::CardTrouble::other_driver:
      return "other driver";
    case provisioning::CardTrouble::no_device_file:
      return "no device file";
  }
  return card.driver ? "not offered" : "unknown";
}

/// Cards that are alike are one element with their count.
json cards_json(const Hardware& hardware, const provisioning::PciNames& names) {
  std::map<std::pair<std::string, std::string_view>, int> counts;
  for (const Accelerator& card : hardware.accelerators) {
    ++counts[{names.type_of(card), state_of(card)}];
  }
  json list = json::array();
  for (const auto& [card, count] : counts) {
    list.push_back({{"type", card.first}, {"state", card.second}, {"count", count}});
  }
  return list;
}

std::string joined(std::initializer_list<std::string> words, std::string_view separator) {
  std::vector<std::string> there;
  for (const std::string& word : words) {
    if (!word.empty()) there.push_back(word);
  }
  return join(there, separator);
}

/// The members that a wide list has beside the others, each with a comma before it.
std::string wide_members(const Node& node, const NodeContext& context) {
  const Hardware& hardware = node.hardware;
  const std::string processor = hardware.processor ? hardware.processor->name : "";
  const std::string port =
      hardware.lldp ? joined({hardware.lldp->system, hardware.lldp->port}, " ") : "";
  return std::format(
      R"(,"image":{},"booted_image":"{}","accelerators":{},"processor":{},"machine":{},"firmware":"{}",)"
      R"("secure_boot":{},"switch_port":{})",
      quoted(context.image), node.booted_image, cards_json(hardware, context.names).dump(),
      quoted(processor), quoted(joined({hardware.vendor, hardware.product}, " ")),
      hardware.firmware, hardware.secure_boot, quoted(port));
}

}  // namespace

std::string summary_json(const Node& node, const NodeContext& context, Detail detail) {
  const Hardware& hardware = node.hardware;
  const auto cpus =
      hardware.topology ? std::optional<std::uint64_t>(hardware.topology->cpus()) : std::nullopt;
  const auto memory =
      hardware.memory ? std::optional<std::uint64_t>(hardware.memory->count) : std::nullopt;
  // What is not quoted here has an alphabet of its own.
  return std::format(
      R"({{"id":"{}","name":"{}","address":"{}","mac":"{}","profile":"{}","booted_profile":"{}",)"
      R"("state":"{}","stage":{},"progress":{},"reason":{},"cpus":{},"memory":{},"seen_ms":{},)"
      R"("holds_plan":{},"outdated":{},"draining":"{}","scheduler":{},"scheduler_reason":{}{}}})",
      node.id, node.name, node.address.value == 0 ? "" : to_string(node.address),
      to_string(hardware.macs.front()), node.profile, node.booted_profile,
      provisioning::to_string(node.state), quoted(node.stage), node.progress, quoted(node.reason),
      number_or_null(cpus), number_or_null(memory), context.seen_ms, context.holds_plan,
      context.outdated, context.draining, quoted(context.scheduler.state),
      quoted(context.scheduler.reason),
      detail == Detail::wide ? wide_members(node, context) : std::string());
}

json node_json(const Node& node, const NodeContext& context) {
  json shown = provisioning::to_json(node);
  shown["holds_plan"] = context.holds_plan;
  shown["image"] = context.image;
  shown["outdated"] = context.outdated;
  shown["draining"] = context.draining;
  shown["scheduler"] = context.scheduler.state;
  shown["scheduler_reason"] = context.scheduler.reason;
  const Hardware& hardware = node.hardware;
  for (std::size_t i = 0; i < hardware.accelerators.size(); ++i) {
    const Accelerator& card = hardware.accelerators[i];
    json& element = shown["hardware"]["accelerators"][i];
    element["name"] = context.names.name_of(card);
    element["type"] = context.names.type_of(card);
    element["state"] = state_of(card);
  }
  return shown;
}

}  // namespace muster::api
