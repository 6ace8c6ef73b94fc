#include "provisioning/hardware.h"

#include <array>
#include <format>
#include <set>

#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace muster::provisioning {
namespace {

nlohmann::json to_json(const Processor& processor) {
  return {{"vendor", processor.vendor}, {"family", processor.family},
          {"model", processor.model},   {"stepping", processor.stepping},
          {"name", processor.name},     {"microcode", processor.microcode}};
}

/// A part of LeftOut with its name in a report and its names for people.
struct Part {
  std::uint32_t LeftOut::* count;
  const char* key;
  const char* one;
  const char* several;
};

constexpr std::array kParts = {
    Part{&LeftOut::network_cards, "network_cards", "network card", "network cards"},
    Part{&LeftOut::disks, "disks", "disk", "disks"},
    Part{&LeftOut::accelerators, "accelerators", "accelerator", "accelerators"},
    Part{&LeftOut::values, "values", "value", "values"}};

nlohmann::json to_json(const LeftOut& left_out) {
  nlohmann::json value = nlohmann::json::object();
  for (const Part& part : kParts) {
    if (left_out.*part.count != 0) value[part.key] = left_out.*part.count;
  }
  if (left_out.texts != 0) value["texts"] = left_out.texts;
  return value;
}

}  // namespace

std::string describe(const LeftOut& left_out) {
  std::vector<std::string> parts;
  for (const Part& part : kParts) {
    const std::uint32_t count = left_out.*part.count;
    if (count == 0) continue;
    parts.push_back(std::format("{} {}", count, count == 1 ? part.one : part.several));
  }
  std::vector<std::string> said;
  if (!parts.empty()) said.push_back(join(parts, ", ") + " left out");
  if (left_out.texts != 0) {
    said.push_back(
        std::format("{} {} cut", left_out.texts, left_out.texts == 1 ? "text" : "texts"));
  }
  return join(said, ", ");
}

std::string own_uuid(std::string_view text) {
  const std::string uuid = lower(trim(text));
  const bool shaped = uuid.size() == 36 && uuid[8] == '-' && uuid[13] == '-' && uuid[18] == '-' &&
                      uuid[23] == '-' &&
                      uuid.find_first_not_of("0123456789abcdef-") == std::string::npos;
  // Boards whose maker never wrote a number of their own: all of them would be one machine.
  static const std::set<std::string, std::less<>> kShared = {
      "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
      "03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009",
      "12345678-1234-5678-90ab-cddeefaabbcc"};
  return shaped && !kShared.contains(uuid) ? uuid : std::string();
}

nlohmann::json to_json(const LldpNeighbour& neighbour) {
  return {{"system", neighbour.system}, {"port", neighbour.port}};
}

nlohmann::json to_json(const Hardware& hardware) {
  nlohmann::json macs = nlohmann::json::array();
  for (const MacAddress& mac : hardware.macs) macs.push_back(to_string(mac));
  nlohmann::json disks = nlohmann::json::array();
  for (const Disk& disk : hardware.disks) {
    disks.push_back({{"name", disk.name}, {"size", disk.size.count}, {"model", disk.model}});
  }
  nlohmann::json value = {{"uuid", hardware.uuid},         {"serial", hardware.serial},
                          {"vendor", hardware.vendor},     {"product", hardware.product},
                          {"firmware", hardware.firmware}, {"secure_boot", hardware.secure_boot},
                          {"macs", std::move(macs)},       {"disks", std::move(disks)}};
  if (hardware.topology) {
    value["sockets"] = hardware.topology->sockets;
    value["cores_per_socket"] = hardware.topology->cores_per_socket;
    value["threads_per_core"] = hardware.topology->threads_per_core;
  }
  if (hardware.memory) value["memory"] = hardware.memory->count;
  if (!hardware.accelerators.empty()) {
    for (const Accelerator& card : hardware.accelerators) {
      value["accelerators"].push_back(to_json(card));
    }
  }
  if (!hardware.left_out.empty()) value["left_out"] = to_json(hardware.left_out);
  if (hardware.processor) value["processor"] = to_json(*hardware.processor);
  if (hardware.lldp) value["lldp"] = to_json(*hardware.lldp);
  return value;
}

}  // namespace muster::provisioning
