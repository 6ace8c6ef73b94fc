#include "apps/musterd/adoption.h"

#include <format>

#include <nlohmann/json.hpp>

#include "core/os/process.h"

namespace muster::daemon {
namespace {

using nlohmann::json;
using provisioning::Policy;

Policy policy_of(spec::AdoptionPolicy policy) {
  return policy == spec::AdoptionPolicy::open  ? Policy::open
         : policy == spec::AdoptionPolicy::ask ? Policy::ask
                                               : Policy::closed;
}

}  // namespace

Result<AdoptionRecord> adoption_at_boot(const spec::Adoption& adoption, std::int64_t now_ms) {
  TRY_ASSIGN(const std::string boot, os::read_boot_id());
  const std::int64_t length = std::chrono::milliseconds(adoption.open_for).count();
  const Policy policy = policy_of(adoption.policy);
  return AdoptionRecord{.policy = policy,
                        .until_ms = length == 0 ? 0 : now_ms + length,
                        .boot = boot,
                        .wanted = std::format("{} {}", static_cast<int>(policy), length)};
}

std::string render_adoption(const AdoptionRecord& record) {
  return json{{"policy", static_cast<int>(record.policy)},
              {"until_ms", record.until_ms},
              {"boot", record.boot},
              {"wanted", record.wanted}}
      .dump();
}

std::optional<AdoptionRecord> parse_adoption(std::string_view text) {
  try {
    const json value = json::parse(text);
    const int policy = value.at("policy").get<int>();
    if (policy < 0 || policy > static_cast<int>(Policy::closed)) return std::nullopt;
    return AdoptionRecord{.policy = static_cast<Policy>(policy),
                          .until_ms = value.at("until_ms").get<std::int64_t>(),
                          .boot = value.at("boot").get<std::string>(),
                          .wanted = value.at("wanted").get<std::string>()};
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace muster::daemon
