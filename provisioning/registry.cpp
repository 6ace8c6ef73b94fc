#include "provisioning/registry.h"

#include <format>
#include <mutex>

#include "core/base/text.h"
#include "core/crypto/hash.h"
#include "provisioning/registry_detail.h"

namespace muster::provisioning {

Result<std::unique_ptr<Registry>> Registry::open(state::Store& store, RegistrySettings settings) {
  TRY_ASSIGN(auto ledger, Ledger::open(store, settings.opened, settings.spacing_ms));
  return std::unique_ptr<Registry>(new Registry(std::move(ledger), std::move(settings)));
}

Policy Registry::policy_at(std::int64_t now_ms) const {
  const bool over = policy_until_ms_ != 0 && now_ms >= policy_until_ms_;
  return policy_ == Policy::open && over ? Policy::ask : policy_;
}

void Registry::set_policy(Policy policy, std::int64_t until_ms) {
  const std::scoped_lock lock(ledger_->mutex());
  policy_ = policy;
  policy_until_ms_ = until_ms;
}

void Registry::set_addressing(Addressing addressing) {
  const std::scoped_lock lock(ledger_->mutex());
  addressing_ = addressing;
}

Policy Registry::policy(std::int64_t now_ms) const {
  const std::scoped_lock lock(ledger_->mutex());
  return policy_at(now_ms);
}

Status Registry::written(const std::shared_ptr<Ticket>& ticket) const {
  return ticket ? ticket->wait() : Status();
}

Pending<bool> Registry::stage(const std::string& session, const StageReport& report, Now now) {
  const std::scoped_lock lock(ledger_->mutex());
  const Member* const found = ledger_->find_by_secret(session);
  if (found == nullptr) {
    return Pending<bool>(
        fail(ErrorKind::denied, "the session is unknown or over", "discover again"));
  }
  Member member = *found;
  Answer answer = take_stage(member, report, now);
  if (answer.refusal) return Pending<bool>(std::unexpected(*answer.refusal));
  return keep(*ledger_, std::move(member), std::move(answer.outcome), now, true);
}

Pending<Node> Registry::enrol(const std::string& token, Now now, const Issue& issue) {
  const std::string hash = crypto::sha256(token);
  std::string secret;
  Node node;
  {
    const std::scoped_lock lock(ledger_->mutex());
    const Member* const found = ledger_->find_by_token(hash);
    if (found == nullptr) {
      return Pending<Node>(fail(ErrorKind::denied, "the token is unknown", "boot the node again"));
    }
    Member member = *found;
    Answer answer = begin_enrolment(member, now);
    secret = member.session->secret;
    node = *member.node;
    if (addressing_ == Addressing::observed) node.address = member.session->address;
    ledger_->put(std::move(member), std::move(answer.outcome), now);
    if (answer.refusal) return Pending<Node>(std::unexpected(*answer.refusal));
  }
  Result<Credentials> credentials =
      fail("the head could not make a certificate", "'journalctl -u musterd' there says why");
  ledger_->exceptions().run([&] { credentials = issue(node); });
  const std::scoped_lock lock(ledger_->mutex());
  const Member* const found = ledger_->find_by_secret(secret);
  if (found == nullptr) {
    return Pending<Node>(fail(ErrorKind::denied, "this boot ended before its certificate was made",
                              "boot the node again"));
  }
  Member member = *found;
  if (!credentials) {
    give_up_enrolment(member);
    ledger_->put(std::move(member), {}, now);
    return Pending<Node>(std::unexpected(credentials.error()));
  }
  Answer answer = provisioning::enrol(member, secret, *credentials, now);
  if (answer.refusal) return Pending<Node>(std::unexpected(*answer.refusal));
  node = *member.node;
  return keep(*ledger_, std::move(member), std::move(answer.outcome), now, node);
}

Result<Node> Registry::authenticate(const std::string& id, const std::string& serial,
                                    Ipv4Address address, Now now) {
  const std::scoped_lock lock(ledger_->mutex());
  const Member* found = ledger_->find(id);
  Answer answer{.refusal = Error{.message = "no node has this certificate",
                                 .hint = "boot the node again",
                                 .kind = ErrorKind::denied}};
  Member member;
  if (found != nullptr) {
    member = *found;
    answer = show(member, serial, now);
  }
  if (answer.refusal && is_still_shown(id, serial)) {
    return fail(ErrorKind::busy, "the head is saving a decision about this node", "ask again");
  }
  if (answer.refusal) return std::unexpected(*answer.refusal);
  ledger_->put(std::move(member), std::move(answer.outcome), now);
  // A node that has no address goes on: what it says is worth as much.
  if (const Status taken = take_address(id, address, now); !taken) {
    note_refusal(*ledger_->find(id)->node, "address", taken.error().text(), now);
  }
  return *ledger_->find(id)->node;
}

/// Whether the certificate is good as long as what was decided is not on disk.
bool Registry::is_still_shown(const std::string& id, const std::string& serial) const {
  const auto shown = ledger_->published().find(id);
  return shown && !serial.empty() &&
         (shown->certificate_serial == serial || shown->offered_serial == serial);
}

Pending<bool> Registry::offer_certificate(const std::string& id, const std::string& used,
                                          const Credentials& given, Now now) {
  const std::scoped_lock lock(ledger_->mutex());
  const Member* const found = ledger_->find(id);
  if (found == nullptr) return Pending<bool>(removed_meanwhile());
  Member member = *found;
  Answer answer = offer(member, used, given, now);
  if (answer.refusal) return Pending<bool>(std::unexpected(*answer.refusal));
  return keep(*ledger_, std::move(member), std::move(answer.outcome), now, true);
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
