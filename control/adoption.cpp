#include "control/adoption.h"

#include <array>
#include <format>

#include "core/json/members.h"
#include "core/os/process.h"

namespace muster::control {
namespace {

using provisioning::Policy;

constexpr std::size_t kLongestAdoptionText = 128;
/// Of a time, in milliseconds.
constexpr std::uint64_t kMostAdoptionTime = std::uint64_t{1} << 62U;

/// The number came with schema 2, and nothing else.
void upgrade_adoption_from_1(muster::json::Value&) {}

constexpr std::array<muster::json::Upgrade, 1> kAdoptionUpgrades = {&upgrade_adoption_from_1};

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

constinit const muster::json::DocumentKind kAdoptionDocument = {.name = "adoption",
                                                                .upgrades = kAdoptionUpgrades};

std::string render_adoption(const AdoptionRecord& record) {
  return muster::json::render_document(kAdoptionDocument,
                                       {{"policy", static_cast<int>(record.policy)},
                                        {"until_ms", record.until_ms},
                                        {"boot", record.boot},
                                        {"wanted", record.wanted}});
}

Result<AdoptionRecord> parse_adoption(std::string_view text) {
  TRY_ASSIGN(const muster::json::Document document,
             muster::json::parse_document(kAdoptionDocument, text));
  muster::json::Problems problems;
  muster::json::Members members(document.value, problems);
  constexpr auto kLastPolicy = static_cast<std::uint64_t>(Policy::closed);
  AdoptionRecord record{
      .policy = static_cast<Policy>(members.number("policy", 0, kLastPolicy)),
      .until_ms = static_cast<std::int64_t>(members.number("until_ms", 0, kMostAdoptionTime)),
      .boot = members.text("boot", kLongestAdoptionText),
      .wanted = members.text("wanted", kLongestAdoptionText)};
  members.refuse_unknown();
  TRY(problems.status());
  return record;
}

}  // namespace muster::control
