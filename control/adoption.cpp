#include "control/adoption.h"

#include <array>
#include <chrono>
#include <format>
#include <utility>

#include "core/json/members.h"
#include "core/os/process.h"

namespace muster::control {
namespace {

using provisioning::Policy;

/// As `muster status` calls the record when it cannot be saved.
constexpr const char* kPending = "who is adopted";
constexpr std::size_t kLongestAdoptionText = 128;
/// Of a time, in milliseconds.
constexpr std::uint64_t kMostAdoptionTime = std::uint64_t{1} << 62U;

/// The number came with schema 2, and nothing else.
void upgrade_adoption_from_1(muster::json::Value&) {}

constexpr std::array<muster::json::Upgrade, 1> kAdoptionUpgrades = {&upgrade_adoption_from_1};

}  // namespace

Result<AdoptionRecord> adoption_at_boot(const spec::Adoption& adoption, std::int64_t now_ms) {
  TRY_ASSIGN(const std::string boot, os::read_boot_id());
  const std::int64_t length = std::chrono::milliseconds(adoption.open_for).count();
  const Policy policy = adoption.policy;
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

Status Adoption::load(std::vector<Error>& lost) {
  TRY_ASSIGN(const AdoptionRecord now, adoption_at_boot(wanted_, decisions_.now_ms()));
  const auto found = decisions_.documents().load(kAdoptionDocument, &parse_adoption,
                                                 SettingDocuments::Damaged::put_aside);
  if (!found) {
    lost.push_back(lost_decision(found.error(), "'adoption' of cluster.yaml holds",
                                 "'muster discover' shows who is adopted, and changes it"));
  }
  const std::optional<AdoptionRecord> before = found ? *found : std::nullopt;
  const bool is_newer = !found && found.error().kind == ErrorKind::conflict;
  // The time counts from the head's boot, and what somebody decided since holds: the daemon may
  // start anew at any time. A specification that says something else begins anew.
  const bool same = before && before->boot == now.boot && before->wanted == now.wanted;
  use(same ? *before : now);
  if (!same && !is_newer) pending_.write(kPending, [this] { return save(); });
  return {};
}

AdoptionRecord Adoption::record() const {
  const std::scoped_lock lock(mutex_);
  return record_;
}

void Adoption::use(AdoptionRecord record) {
  registry_.discovery().set_policy(record.policy, record.until_ms);
  const std::scoped_lock lock(mutex_);
  record_ = std::move(record);
}

/// What holds now, on the disk.
Status Adoption::save() {
  const std::scoped_lock one_decision(decisions_.one_at_a_time());
  return commit(record());
}

/// For who decides.
Status Adoption::commit(const AdoptionRecord& record) {
  TRY_ASSIGN(const state::Change change,
             decisions_.documents().change(kAdoptionDocument, render_adoption(record)));
  const auto committed = decisions_.store().commit({.changes = {change}});
  return committed ? Status() : std::unexpected(committed.error());
}

Status Adoption::decide(provisioning::Policy policy, std::int64_t until_ms) {
  TRY_ASSIGN(AdoptionRecord record, adoption_at_boot(wanted_, decisions_.now_ms()));
  record.policy = policy;
  record.until_ms = until_ms;
  const std::scoped_lock one_decision(decisions_.one_at_a_time());
  TRY(commit(record));
  use(std::move(record));
  return {};
}

std::int64_t Adoption::until_ms() const {
  if (registry_.discovery().policy(decisions_.now_ms()) != provisioning::Policy::open) return 0;
  return record().until_ms;
}

void Adoption::follow_clock(std::int64_t moved_ms) {
  {
    const std::scoped_lock one_decision(decisions_.one_at_a_time());
    AdoptionRecord record = this->record();
    if (record.until_ms != 0) record.until_ms += moved_ms;
    use(std::move(record));
  }
  pending_.write(kPending, [this] { return save(); });
}

}  // namespace muster::control
