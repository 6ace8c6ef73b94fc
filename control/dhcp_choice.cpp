#include "control/dhcp_choice.h"

#include <utility>

#include "core/os/process.h"

namespace muster::control {

using provisioning::DhcpMode;

Status DhcpChoice::load(std::vector<Error>& lost) {
  TRY_ASSIGN(const std::string boot, os::read_boot_id());
  const auto found = decisions_.documents().load(kDhcpDocument, &parse_dhcp_decision,
                                                 SettingDocuments::Damaged::put_aside);
  if (!found) {
    lost.push_back(lost_decision(found.error(),
                                 "the head serves DHCP if no other server answered at its start",
                                 "decide again: 'muster dhcp take' or 'muster dhcp proxy'"));
  }
  const DhcpDecision decided = found ? found->value_or(DhcpDecision()) : DhcpDecision();
  // A decision holds until the next: the other server may only be slower than this head after a
  // power cut.
  const DhcpMode undecided =
      facts_.other_dhcp || !facts_.has_seen_network ? DhcpMode::silent : DhcpMode::serve;
  const bool is_decision = decided.mode && *decided.mode != DhcpMode::silent;
  use(is_decision ? *decided.mode : undecided,
      decided.boot == boot ? Decided::now : Decided::earlier);
  return {};
}

void DhcpChoice::use(DhcpMode mode, Decided decided) {
  registry_.set_addressing(mode == DhcpMode::proxy ? provisioning::Addressing::observed
                                                   : provisioning::Addressing::given);
  const std::scoped_lock lock(mutex_);
  mode_ = mode;
  is_decided_now_ = decided == Decided::now;
}

DhcpMode DhcpChoice::mode() const {
  const std::scoped_lock lock(mutex_);
  return mode_;
}

std::optional<std::string> DhcpChoice::unnoticed_server() const {
  const std::scoped_lock lock(mutex_);
  return mode_ == DhcpMode::serve && !is_decided_now_ ? facts_.other_dhcp : std::nullopt;
}

Status DhcpChoice::decide(DhcpMode mode) {
  TRY_ASSIGN(const std::string boot, os::read_boot_id());
  const std::scoped_lock one_decision(decisions_.one_at_a_time());
  TRY_ASSIGN(const state::Change change,
             decisions_.documents().change(kDhcpDocument,
                                           render_dhcp_decision({.mode = mode, .boot = boot})));
  TRY_ASSIGN(const state::Revision revision,
             decisions_.store().commit({.changes = {change},
                                        .events = {{.time_ms = decisions_.now_ms(),
                                                    .subject = "dhcp",
                                                    .kind = "decided",
                                                    .text = std::string(to_string(mode))}}}));
  use(mode, Decided::now);
  decisions_.note(revision);
  return {};
}

}  // namespace muster::control
