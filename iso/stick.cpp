#include "iso/stick.h"

#include <filesystem>
#include <format>

#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace muster::iso {
namespace {

using nlohmann::json;

std::string text_at(const json& value, const char* name) {
  const auto found = value.find(name);
  return found != value.end() && found->is_string()
             ? printable(trim(found->get_ref<const std::string&>()), 100)
             : std::string();
}

bool flag_at(const json& value, const char* name) {
  const auto found = value.find(name);
  return found != value.end() && found->is_boolean() && found->get<bool>();
}

/// Adds what uses a device or a part of it.
void collect_uses(const json& device, Stick& stick) {
  for (const json& place : device.value("mountpoints", json::array())) {
    if (place.is_string()) stick.mounts.push_back(printable(place.get<std::string>(), 100));
  }
  for (const json& child : device.value("children", json::array())) {
    if (!child.is_object()) continue;
    if (text_at(child, "type") != "part") stick.holders.push_back(text_at(child, "path"));
    collect_uses(child, stick);
  }
}

}  // namespace

Result<Stick> parse_stick(std::string_view text_of_lsblk) {
  const json answer = json::parse(text_of_lsblk, nullptr, false);
  const auto list = answer.is_object() ? answer.find("blockdevices") : answer.end();
  const bool has_device = answer.is_object() && list != answer.end() && list->is_array() &&
                          !list->empty() && list->at(0).is_object();
  if (!has_device) return fail("lsblk's answer is not understood");
  const json& device = list->at(0);
  const auto size = device.find("size");
  if (size == device.end() || !size->is_number_unsigned()) {
    return fail("lsblk does not say how large the disk is");
  }
  Stick stick{.path = text_at(device, "path"),
              .type = text_at(device, "type"),
              .size = Bytes{size->get<std::uint64_t>()},
              .is_removable = flag_at(device, "rm") || flag_at(device, "hotplug"),
              .is_read_only = flag_at(device, "ro"),
              .model = text_at(device, "model")};
  collect_uses(device, stick);
  return stick;
}

Result<Stick> read_stick(os::CommandRunner& runner, const std::string& device) {
  std::error_code error;
  if (!device.starts_with("/dev/") || !std::filesystem::is_block_file(device, error)) {
    return fail(ErrorKind::invalid, std::format("'{}' is not a disk", printable(device)),
                "name one below /dev; 'lsblk' shows the disks");
  }
  const auto said = run_checked(
      runner, {.argv = {"lsblk", "--json", "--bytes", "--output",
                        "PATH,TYPE,SIZE,RM,HOTPLUG,RO,MODEL,MOUNTPOINTS", "--", device}});
  if (!said) return fail(said.error().message, "'lsblk' shows the disks");
  return parse_stick(*said);
}

Status check_stick(const Stick& stick, Bytes iso, Accepts accepts) {
  const std::string& path = stick.path;
  const bool is_whole = stick.type == "disk" || stick.type == "loop";
  if (!is_whole) {
    return fail(std::format("'{}' is a {}, not a whole disk", path, stick.type),
                "name the disk that it is on; 'lsblk' shows the disks");
  }
  if (!stick.mounts.empty()) {
    return fail(ErrorKind::busy, std::format("'{}' is in use: {}", path, join(stick.mounts, ", ")),
                "unmount it first, when it is the stick that you mean");
  }
  if (!stick.holders.empty()) {
    return fail(ErrorKind::busy,
                std::format("'{}' is a part of {}", path, join(stick.holders, ", ")),
                "take another disk");
  }
  if (accepts == Accepts::removable && (!stick.is_removable || stick.type == "loop")) {
    return fail(ErrorKind::conflict, std::format("'{}' is no removable disk", path),
                "'lsblk' shows the disks; --any-disk overwrites this one all the same");
  }
  if (stick.is_read_only)
    return fail(std::format("'{}' is read-only", path), "look for its switch");
  if (stick.size < iso) {
    return fail(std::format("'{}' has {}, and the ISO {}", path, human(stick.size), human(iso)),
                "take a larger one");
  }
  return {};
}

}  // namespace muster::iso
