#include "head/facts.h"

#include <format>

#include <nlohmann/json.hpp>

#include "core/base/mounts.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/os/files.h"

namespace muster::head {

using nlohmann::json;

std::string render_facts(const Facts& facts) {
  json value = {{"interface", facts.interface},
                {"interface_trouble", facts.interface_trouble},
                {"live", facts.live},
                {"medium", facts.medium},
                // Earlier versions wrote this name, and the file outlives an upgrade.
                {"wire_seen", facts.has_seen_network},
                {"kept", facts.kept},
                {"unkept", facts.unkept},
                {"volume_size", facts.volume_size},
                {"resolvers", facts.resolvers},
                {"external", facts.external},
                {"external_trouble", facts.external_trouble},
                {"root_key", facts.root_key},
                {"host_key", facts.host_key}};
  if (facts.other_dhcp) value["other_dhcp"] = *facts.other_dhcp;
  return value.dump(2) + "\n";
}

Result<Facts> parse_facts(std::string_view text) {
  try {
    const json value = json::parse(text);
    Facts facts{.interface = value.at("interface").get<std::string>(),
                .interface_trouble = value.value("interface_trouble", ""),
                .live = value.at("live").get<bool>(),
                .medium = value.at("medium").get<std::string>(),
                .other_dhcp = {},
                .has_seen_network = value.value("wire_seen", true),
                .kept = value.value("kept", std::vector<std::string>()),
                .unkept = value.value("unkept", std::vector<std::string>()),
                .volume_size = value.value("volume_size", "50%"),
                .resolvers = value.value("resolvers", ""),
                .external = value.value("external", ""),
                .external_trouble = value.value("external_trouble", ""),
                .root_key = value.value("root_key", ""),
                .host_key = value.value("host_key", "")};
    if (value.contains("other_dhcp")) facts.other_dhcp = value["other_dhcp"].get<std::string>();
    return facts;
  } catch (const json::exception& error) {
    return fail(std::format("the head's facts are damaged: {}", printable(error.what())),
                "run 'systemctl restart muster-prepare'");
  }
}

bool is_kept(std::string_view directory, std::string_view mountinfo) {
  bool kept = false;
  for (const Mount& mount : parse_mounts(mountinfo)) {
    // The last one hides those before it.
    if (mount.directory == directory) kept = mount.type != "tmpfs";
  }
  return kept;
}

bool has_other_resolvers(std::string_view resolv_conf, std::string_view own) {
  bool found = false;
  for (const std::string& line : lines(resolv_conf)) {
    constexpr std::string_view kKey = "nameserver";
    if (!line.starts_with(kKey)) continue;
    const std::string_view server = trim(std::string_view(line).substr(kKey.size()));
    if (server == own) return false;
    found = found || !server.empty();
  }
  return found;
}

std::optional<std::string> find_dhcp_server(std::string_view output) {
  constexpr std::string_view kKey = "new_dhcp_server_identifier=";
  for (const std::string& line : lines(output)) {
    const std::size_t at = line.find(kKey);
    if (at == std::string::npos) continue;
    std::string value(trim(line.substr(at + kKey.size())));
    std::erase(value, '\'');
    if (parse_ipv4(value)) return value;
  }
  return std::nullopt;
}

Result<Facts> read_facts(const std::filesystem::path& file) {
  TRY_ASSIGN(const std::string text, os::read_file(file));
  return parse_facts(text);
}

}  // namespace muster::head
