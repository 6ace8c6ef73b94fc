#include "head/observed.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace muster::head {
namespace {

using nlohmann::json;

/// File systems with disks of their own, whatever their source is called.
constexpr std::array<std::string_view, 3> kOnPools = {"zfs", "btrfs", "bcachefs"};

bool can_be_shared(const Mount& mount) {
  if (mount.type.starts_with("fuse")) return false;
  return mount.source.starts_with("/dev/") || std::ranges::contains(kOnPools, mount.type);
}

/// Directories that are mounted when somebody looks are mounted for the head alone.
bool is_automatic(const Mount& mount, const std::string& directory) {
  return mount.type == "autofs" && mount.directory == directory;
}

Mount parse_mount(const json& value) {
  return {.directory = value.at("directory").get<std::string>(),
          .type = value.at("type").get<std::string>(),
          .source = value.at("source").get<std::string>()};
}

}  // namespace

std::string render_observed(const Observed& observed) {
  json unshared = json::array();
  for (const Mount& mount : observed.unshared) {
    unshared.push_back(
        {{"directory", mount.directory}, {"type", mount.type}, {"source", mount.source}});
  }
  json put_right = json::array();
  for (const PutRight& each : observed.put_right) {
    put_right.push_back({{"what", each.what}, {"time_ms", each.time_ms}});
  }
  const json value = {{"unshared", std::move(unshared)}, {"put_right", std::move(put_right)}};
  return value.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::optional<Observed> parse_observed(std::string_view text) {
  const json value = json::parse(text, nullptr, false);
  try {
    Observed observed;
    for (const json& mount : value.at("unshared")) observed.unshared.push_back(parse_mount(mount));
    for (const json& each : value.at("put_right")) {
      observed.put_right.push_back({.what = each.at("what").get<std::string>(),
                                    .time_ms = each.at("time_ms").get<std::int64_t>()});
    }
    return observed;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

std::vector<Mount> find_unshared(std::span<const Mount> mounts,
                                 std::span<const std::string> shared) {
  std::vector<Mount> unshared;
  for (const Mount& mount : mounts) {
    const bool ours = std::ranges::any_of(shared, [&](const std::string& directory) {
      return is_below(mount.directory, directory) || is_automatic(mount, directory);
    });
    if (!ours) continue;
    // The later one at a directory hides the earlier one.
    std::erase_if(unshared, [&](const Mount& each) { return each.directory == mount.directory; });
    if (!can_be_shared(mount) && mount.owner == 0) unshared.push_back(mount);
  }
  return unshared;
}

}  // namespace muster::head
