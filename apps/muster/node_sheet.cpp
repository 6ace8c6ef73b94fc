#include "apps/muster/node_sheet.h"

#include <format>

#include <nlohmann/json.hpp>

#include "apps/muster/client.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "provisioning/hardware.h"
#include "provisioning/image.h"

namespace muster::cli {
namespace {

using nlohmann::json;

std::string or_unknown(std::string text) { return text.empty() ? "unknown" : std::move(text); }

std::string profile_text(const json& node) {
  const std::string profile = text_of(node, "profile");
  const std::string booted = text_of(node, "booted_profile");
  if (booted.empty() || booted == profile) return profile;
  return std::format("{}, from its next start on {}", booted, profile);
}

/// "compute@3f2a91bb0c12, another from its next start on"; empty: it has booted none.
std::string image_text(const json& node) {
  const std::string reference = text_of(node, "booted_image");
  const std::string image =
      reference.empty() ? text_of(node, "image") : provisioning::short_reference(reference);
  const bool changes =
      node.value("outdated", false) && text_of(node, "booted_profile") == text_of(node, "profile");
  return image + (changes ? ", another from its next start on" : "");
}

/// "Dell Inc. R650, serial ABC123, UUID 4c4c4544-…".
std::string machine_text(const json& hardware) {
  std::string text =
      join(std::array{text_of(hardware, "vendor"), text_of(hardware, "product")}, " ");
  text = or_unknown(std::string(trim(text)));
  for (const auto& [name, key] : {std::pair("serial", "serial"), std::pair("UUID", "uuid")}) {
    const std::string value = text_of(hardware, key);
    if (!value.empty()) text += std::format(", {} {}", name, value);
  }
  return text;
}

/// "AMD EPYC 9654 96-Core Processor (family 25, model 17, stepping 1), microcode 0xa101148".
std::string processor_text(const json& hardware) {
  const auto processor = hardware.find("processor");
  if (processor == hardware.end()) return "unknown";
  const std::string name = text_of(*processor, "name");
  return std::format("{} (family {}, model {}, stepping {}), microcode {}",
                     name.empty() ? text_of(*processor, "vendor") : name,
                     processor->value("family", 0), processor->value("model", 0),
                     processor->value("stepping", 0), or_unknown(text_of(*processor, "microcode")));
}

std::string cpus_text(const json& hardware) {
  if (!hardware.contains("sockets")) return "unknown";
  return std::format("{} sockets × {} cores × {} threads", hardware.value("sockets", 0),
                     hardware.value("cores_per_socket", 0), hardware.value("threads_per_core", 0));
}

std::string memory_text(const json& hardware) {
  if (!hardware.contains("memory")) return "unknown";
  return human(Bytes{hardware.value("memory", std::uint64_t{0})});
}

/// What jobs can do with a card, or why they cannot.
std::string use_text(const json& card) {
  const std::string state = text_of(card, "state");
  const std::string type = text_of(card, "type");
  const std::string driver = text_of(card, "driver");
  if (state == "ready") return std::format("for jobs: gpu:{}, driver {}", type, driver);
  if (state == "integrated") return "part of the processor, not for jobs";
  if (state == "no driver") return "no driver, not for jobs";
  if (state == "other driver")
    return std::format("driver {} computes nothing, not for jobs", driver);
  if (state == "no device file")
    return std::format("driver {}, no device file, not for jobs", driver);
  if (state == "not offered") return "not for jobs";
  return "its driver is told when the node is ready";
}

std::string accelerator_text(const json& card) {
  std::string text =
      std::format("{} {}, {}", text_of(card, "address"), text_of(card, "name"), use_text(card));
  if (!card.contains("files")) return text;
  for (const json& file : card.at("files")) text += ", " + printable(file.get<std::string>(), 64);
  return text;
}

std::string lists_text(const json& hardware) {
  std::string text;
  for (const json& mac : hardware.at("macs")) text += sheet_line("MAC", mac.get<std::string>());
  for (const json& disk : hardware.at("disks")) {
    text += sheet_line("disk", std::format("{} {} {}", text_of(disk, "name"),
                                           human(Bytes{disk.value("size", std::uint64_t{0})}),
                                           text_of(disk, "model")));
  }
  if (const auto cards = hardware.find("accelerators"); cards != hardware.end()) {
    for (const json& card : *cards) text += sheet_line("accelerator", accelerator_text(card));
  }
  return text;
}

std::string left_out_text(const json& hardware) {
  const auto parsed = provisioning::parse_hardware(hardware);
  const std::string text = parsed ? provisioning::describe(parsed->left_out) : std::string();
  return text.empty() ? text : sheet_line("report", text);
}

}  // namespace

std::string render_node(const json& node) {
  const json& hardware = node.at("hardware");
  const std::string name = text_of(node, "name");
  std::string text = std::format("{}: {} ({})\n", name.empty() ? "not adopted" : name,
                                 text_of(node, "state"), text_of(node, "stage"));
  text += sheet_line("address", text_of(node, "address"));
  text += sheet_line("profile", profile_text(node));
  if (const std::string image = image_text(node); !image.empty())
    text += sheet_line("image", image);
  text += sheet_line("id", text_of(node, "id"));
  text += sheet_line("machine", machine_text(hardware));
  text +=
      sheet_line("firmware", or_unknown(text_of(hardware, "firmware")) +
                                 (hardware.value("secure_boot", false) ? ", Secure Boot on" : ""));
  text += sheet_line("processor", processor_text(hardware));
  text += sheet_line("CPUs", cpus_text(hardware));
  text += sheet_line("memory", memory_text(hardware));
  text += lists_text(hardware);
  if (const auto lldp = hardware.find("lldp"); lldp != hardware.end()) {
    text += sheet_line(
        "switch", std::format("{}, port {}", text_of(*lldp, "system"), text_of(*lldp, "port")));
  }
  text += left_out_text(hardware);
  if (const std::string state = text_of(node, "scheduler"); !state.empty()) {
    const std::string why = text_of(node, "scheduler_reason");
    text += sheet_line("Slurm", state + (why.empty() ? "" : ": " + why));
  }
  if (const std::string reason = text_of(node, "reason"); !reason.empty()) {
    text += sheet_line("problem", reason);
  }
  return text;
}

}  // namespace muster::cli
