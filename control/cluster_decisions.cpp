// What administrators decided, as the cluster remembers it: who is adopted, and who answers DHCP.

#include <cstdlib>
#include <format>
#include <print>

#include "control/adoption.h"
#include "control/cluster.h"
#include "core/os/process.h"

namespace muster::control {

using provisioning::DhcpMode;
namespace {

/// As `muster status` calls the record when it cannot be saved.
constexpr const char* kAdoption = "who is adopted";

/// A decision that cannot be read, with what holds in its place.
Error lost_decision(const Error& why, std::string_view instead, std::string_view next) {
  return {.message = std::format("{}; {}", why.message, instead),
          .hint = why.hint.empty() ? std::string(next) : why.hint};
}

}  // namespace

/// What ends at a time that people see moves with it.
void Cluster::follow_clock(std::int64_t moved) {
  clock_.follow(moved);
  {
    const std::scoped_lock one_decision(deciding_);
    AdoptionRecord record = adoption();
    if (record.until_ms != 0) record.until_ms += moved;
    use_adoption(std::move(record));
  }
  pending_.write(kAdoption, [this] { return save_adoption(); });
}

void Cluster::tick() {
  const std::int64_t moved = clock_.moved_ms(os::now_ms(), steady_ms());
  if (moved != 0) {
    std::println(stderr, "musterd: the clock was set {} s {}", std::abs(moved) / 1000,
                 moved > 0 ? "forward" : "back");
    follow_clock(moved);
  }
  pending_.retry(steady_ms());
  registry_->tick(now());
  say_wanted();
  change_feed_->pass_time(now());
  operations_->pass_time(now(), [this](const std::string& node_id) {
    const auto node = registry_->find(node_id);
    using operations::Presence;
    if (!node) return Presence::other;
    return node->state == provisioning::NodeState::ready ? Presence::ready
           : node->state == provisioning::NodeState::off ? Presence::off
                                                         : Presence::other;
  });
}

Status Cluster::load_dhcp_mode() {
  TRY_ASSIGN(const std::string boot, os::read_boot_id());
  const auto found =
      documents_->load(kDhcpDocument, &parse_dhcp_decision, SettingDocuments::Damaged::put_aside);
  if (!found) {
    lost_.push_back(lost_decision(found.error(),
                                  "the head serves DHCP if no other server answered at its start",
                                  "decide again: 'muster dhcp take' or 'muster dhcp proxy'"));
  }
  const DhcpDecision decided = found ? found->value_or(DhcpDecision()) : DhcpDecision();
  // A decision holds until the next: the other server may only be slower than this head after a
  // power cut.
  const DhcpMode undecided =
      facts_.other_dhcp || !facts_.wire_seen ? DhcpMode::silent : DhcpMode::serve;
  const bool is_decision = decided.mode && *decided.mode != DhcpMode::silent;
  dhcp_decided_now_ = decided.boot == boot;
  use_dhcp_mode(is_decision ? *decided.mode : undecided);
  return {};
}

void Cluster::use_dhcp_mode(DhcpMode mode) {
  registry_->set_addressing(mode == DhcpMode::proxy ? provisioning::Addressing::observed
                                                    : provisioning::Addressing::given);
  const std::scoped_lock lock(mutex_);
  dhcp_ = mode;
}

std::optional<std::string> Cluster::unnoticed_dhcp() {
  const std::scoped_lock lock(mutex_);
  return dhcp_ == DhcpMode::serve && !dhcp_decided_now_ ? facts_.other_dhcp : std::nullopt;
}

Status Cluster::load_adoption() {
  TRY_ASSIGN(const AdoptionRecord now, adoption_at_boot(spec_.adoption, now_ms()));
  const auto found =
      documents_->load(kAdoptionDocument, &parse_adoption, SettingDocuments::Damaged::put_aside);
  if (!found) {
    lost_.push_back(lost_decision(found.error(), "'adoption' of cluster.yaml holds",
                                  "'muster discover' shows who is adopted, and changes it"));
  }
  const std::optional<AdoptionRecord> before = found ? *found : std::nullopt;
  const bool is_newer = !found && found.error().kind == ErrorKind::conflict;
  // The time counts from the head's boot, and what somebody decided since holds: the daemon may
  // start anew at any time. A specification that says something else begins anew.
  const bool same = before && before->boot == now.boot && before->wanted == now.wanted;
  use_adoption(same ? *before : now);
  if (!same && !is_newer) pending_.write(kAdoption, [this] { return save_adoption(); });
  return {};
}

AdoptionRecord Cluster::adoption() {
  const std::scoped_lock lock(mutex_);
  return adoption_;
}

void Cluster::use_adoption(AdoptionRecord record) {
  registry_->set_policy(record.policy, record.until_ms);
  const std::scoped_lock lock(mutex_);
  adoption_ = std::move(record);
}

/// What holds now, on the disk.
Status Cluster::save_adoption() {
  const std::scoped_lock one_decision(deciding_);
  return commit_adoption(adoption());
}

/// Under deciding_.
Status Cluster::commit_adoption(const AdoptionRecord& record) {
  TRY_ASSIGN(const state::Change change,
             documents_->change(kAdoptionDocument, render_adoption(record)));
  const auto committed = store_->commit({.changes = {change}});
  return committed ? Status() : std::unexpected(committed.error());
}

Status Cluster::decide_adoption(provisioning::Policy policy, std::int64_t until_ms) {
  TRY_ASSIGN(AdoptionRecord record, adoption_at_boot(spec_.adoption, now_ms()));
  record.policy = policy;
  record.until_ms = until_ms;
  const std::scoped_lock one_decision(deciding_);
  TRY(commit_adoption(record));
  use_adoption(std::move(record));
  return {};
}

std::int64_t Cluster::adoption_until_ms() {
  if (registry_->policy(now_ms()) != provisioning::Policy::open) return 0;
  return adoption().until_ms;
}

DhcpMode Cluster::dhcp_mode() {
  const std::scoped_lock lock(mutex_);
  return dhcp_;
}

Status Cluster::set_dhcp_mode(DhcpMode mode) {
  TRY_ASSIGN(const std::string boot, os::read_boot_id());
  const std::scoped_lock one_decision(deciding_);
  TRY_ASSIGN(const state::Change change,
             documents_->change(kDhcpDocument, render_dhcp_decision({.mode = mode, .boot = boot})));
  TRY_ASSIGN(const state::Revision revision,
             store_->commit({.changes = {change},
                             .events = {{.time_ms = now_ms(),
                                         .subject = "dhcp",
                                         .kind = "decided",
                                         .text = std::string(provisioning::to_string(mode))}}}));
  use_dhcp_mode(mode);
  const std::scoped_lock lock(mutex_);
  dhcp_decided_now_ = true;
  decided_ = revision;
  ++generation_;
  return {};
}

}  // namespace muster::control
