// What administrators decided, as the cluster remembers it: who is adopted, and who answers DHCP.

#include <cstdlib>
#include <print>

#include <nlohmann/json.hpp>

#include "apps/musterd/adoption.h"
#include "apps/musterd/cluster.h"
#include "core/os/process.h"

namespace muster::daemon {

using nlohmann::json;
using provisioning::DhcpMode;

Status Cluster::tick() {
  const std::int64_t now = now_ms();
  if (const std::int64_t moved = clock_.moved_ms(now, steady_ms()); moved != 0) {
    std::println(stderr, "musterd: the clock was set {} s {}", std::abs(moved) / 1000,
                 moved > 0 ? "forward" : "back");
    registry_->clock_moved(moved);
    const std::scoped_lock lock(mutex_);
    AdoptionRecord record = adoption_;
    if (record.until_ms != 0) record.until_ms += moved;
    TRY(keep_adoption(record));
  }
  return registry_->tick(now);
}

Status Cluster::load_dhcp_mode() {
  TRY_ASSIGN(const auto stored, store_->find("setting", "dhcp"));
  TRY_ASSIGN(const std::string boot, os::read_boot_id());
  const json decided = stored ? json::parse(stored->value, nullptr, false) : json();
  // A decision holds until the next: the other server may only be slower than this head after a
  // power cut.
  const std::string mode = decided.is_object() ? decided.value("mode", "") : "";
  dhcp_decided_now_ = decided.is_object() && decided.value("boot", "") == boot;
  use_dhcp_mode(mode == "serve"                          ? DhcpMode::serve
                : mode == "proxy"                        ? DhcpMode::proxy
                : facts_.other_dhcp || !facts_.wire_seen ? DhcpMode::silent
                                                         : DhcpMode::serve);
  return {};
}

void Cluster::use_dhcp_mode(DhcpMode mode) {
  dhcp_ = mode;
  registry_->set_addressing(mode == DhcpMode::proxy ? provisioning::Addressing::observed
                                                    : provisioning::Addressing::given);
}

std::optional<std::string> Cluster::unnoticed_dhcp() {
  const std::scoped_lock lock(mutex_);
  return dhcp_ == DhcpMode::serve && !dhcp_decided_now_ ? facts_.other_dhcp : std::nullopt;
}

Status Cluster::load_adoption() {
  TRY_ASSIGN(const AdoptionRecord now, adoption_at_boot(spec_.adoption, now_ms()));
  TRY_ASSIGN(const auto stored, store_->find("setting", "adoption"));
  const auto before = stored ? parse_adoption(stored->value) : std::nullopt;
  // The time counts from the head's boot, and what somebody decided since holds: the daemon may
  // start anew at any time. A specification that says something else begins anew.
  const bool same = before && before->boot == now.boot && before->wanted == now.wanted;
  // A disk that is full must not keep the head from working.
  if (const Status kept = keep_adoption(same ? *before : now); !kept) {
    std::println(stderr, "musterd: {}", kept.error().text());
  }
  return {};
}

/// Under mutex_, once requests are answered.
Status Cluster::keep_adoption(const AdoptionRecord& record) {
  adoption_ = record;
  registry_->set_policy(record.policy, record.until_ms);
  const auto committed = store_->commit(
      {.changes = {{.kind = "setting", .key = "adoption", .value = render_adoption(record)}}});
  if (!committed) return std::unexpected(committed.error());
  return {};
}

Status Cluster::decide_adoption(provisioning::Policy policy, std::int64_t until_ms) {
  TRY_ASSIGN(AdoptionRecord record, adoption_at_boot(spec_.adoption, now_ms()));
  record.policy = policy;
  record.until_ms = until_ms;
  const std::scoped_lock lock(mutex_);
  return keep_adoption(record);
}

std::int64_t Cluster::adoption_until_ms() {
  if (registry_->policy(now_ms()) != provisioning::Policy::open) return 0;
  const std::scoped_lock lock(mutex_);
  return adoption_.until_ms;
}

DhcpMode Cluster::dhcp_mode() {
  const std::scoped_lock lock(mutex_);
  return dhcp_;
}

Status Cluster::set_dhcp_mode(DhcpMode mode) {
  const std::scoped_lock lock(mutex_);
  TRY_ASSIGN(const std::string boot, os::read_boot_id());
  const std::string value = json{{"mode", provisioning::to_string(mode)}, {"boot", boot}}.dump();
  const auto committed =
      store_->commit({.changes = {{.kind = "setting", .key = "dhcp", .value = value}},
                      .events = {{.time_ms = now_ms(),
                                  .subject = "dhcp",
                                  .kind = "decided",
                                  .text = std::string(provisioning::to_string(mode))}}});
  if (!committed) return std::unexpected(committed.error());
  use_dhcp_mode(mode);
  dhcp_decided_now_ = true;
  ++generation_;
  return {};
}

}  // namespace muster::daemon
