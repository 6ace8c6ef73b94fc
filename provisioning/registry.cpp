#include "provisioning/registry.h"

#include <mutex>

#include "provisioning/keep.h"

namespace muster::provisioning {

Result<std::unique_ptr<Registry>> Registry::open(state::Store& store, RegistrySettings settings) {
  TRY_ASSIGN(auto ledger, Ledger::open(store, settings.opened, settings.spacing_ms));
  return std::unique_ptr<Registry>(new Registry(std::move(ledger), std::move(settings)));
}

void Registry::set_addressing(Addressing addressing) {
  const std::scoped_lock lock(ledger_->mutex());
  allocation_.set_addressing(addressing);
}

Pending<bool> Registry::report(const std::string& id, const NodeReport& report, Now now) {
  const std::scoped_lock lock(ledger_->mutex());
  const Member* const found = ledger_->find(id);
  if (found == nullptr) return Pending<bool>(removed_meanwhile());
  Member member = *found;
  Outcome outcome = take_node_report(member, report, now);
  return keep(*ledger_, std::move(member), std::move(outcome), now, true);
}

Pending<Node> Registry::heartbeat(const std::string& id, const Beat& beat, Now now) {
  const std::scoped_lock lock(ledger_->mutex());
  const Member* const found = ledger_->find(id);
  if (found == nullptr) return Pending<Node>(removed_meanwhile());
  Member member = *found;
  Outcome outcome = take_heartbeat(member, beat, now);
  Node node = *member.node;
  // A wish that is not on disk may still not have been made.
  const auto shown = ledger_->published().find(id);
  if (!shown || shown->reboot != node.reboot) node.reboot.reset();
  return keep(*ledger_, std::move(member), std::move(outcome), now, std::move(node));
}

void Registry::tick(Now now) {
  const std::scoped_lock lock(ledger_->mutex());
  ledger_->pass_time(now);
  std::vector<std::pair<Member, Outcome>> changed;
  for (const auto& [id, known] : ledger_->members()) {
    Member member = known;
    Outcome outcome = pass_time(member, now);
    if (outcome.write != Write::none) changed.emplace_back(std::move(member), std::move(outcome));
  }
  // A rack that loses its power is one transaction, not forty.
  for (auto& [member, outcome] : changed) {
    ledger_->put(std::move(member), std::move(outcome), now);
  }
}

Status Registry::flush() const {
  std::shared_ptr<Ticket> last;
  {
    const std::scoped_lock lock(ledger_->mutex());
    last = ledger_->ticket();
  }
  return written(last);
}

Snapshot Registry::snapshot() const {
  const std::scoped_lock lock(ledger_->mutex());
  return ledger_->snapshot();
}

void Registry::each(const std::function<void(const Node&)>& look) const {
  for (const Snapshot::Entry& entry : snapshot().nodes) look(*entry.node);
}

std::vector<Node> Registry::nodes() const {
  std::vector<Node> result;
  for (const Snapshot::Entry& entry : snapshot().nodes) {
    result.push_back(*entry.node);
    result.back().seen_ms = entry.seen_ms;
  }
  return result;
}

std::optional<Node> Registry::find(std::string_view name) const {
  const std::scoped_lock lock(ledger_->mutex());
  return ledger_->shown(ledger_->published().directory().id_of(name));
}

std::string Registry::profile_of(MacAddress mac) const {
  const std::scoped_lock lock(ledger_->mutex());
  const Published& published = ledger_->published();
  const auto node = published.find(published.directory().by_mac(mac));
  return node ? node->profile : std::string();
}

std::uint64_t Registry::generation() const {
  const std::scoped_lock lock(ledger_->mutex());
  return ledger_->published().generation();
}

std::int64_t Registry::address_lost_ms() const {
  const std::scoped_lock lock(ledger_->mutex());
  return ledger_->published().address_lost_ms();
}

std::vector<DamagedDocument> Registry::damaged() const {
  const std::scoped_lock lock(ledger_->mutex());
  return ledger_->damaged();
}

}  // namespace muster::provisioning
