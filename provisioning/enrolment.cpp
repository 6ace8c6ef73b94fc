#include "provisioning/enrolment.h"

#include <mutex>
#include <utility>

#include "core/crypto/hash.h"
#include "provisioning/keep.h"

namespace muster::provisioning {

Pending<Node> Enrolment::enrol(const std::string& token, Now now, const Issue& issue) {
  const std::string hash = crypto::sha256(token);
  std::string secret;
  Node node;
  {
    const std::scoped_lock lock(ledger_.mutex());
    const Member* const found = ledger_.find_by_token(hash);
    if (found == nullptr) {
      return Pending<Node>(fail(ErrorKind::denied, "the token is unknown", "boot the node again"));
    }
    Member member = *found;
    Answer answer = begin_enrolment(member, now);
    secret = member.session->secret;
    node = *member.node;
    if (allocation_.addressing() == Addressing::observed) node.address = member.session->address;
    ledger_.put(std::move(member), std::move(answer.outcome), now);
    if (answer.refusal) return Pending<Node>(std::unexpected(*answer.refusal));
  }
  Result<Credentials> credentials =
      fail("the head could not make a certificate", "'journalctl -u musterd' there says why");
  ledger_.exceptions().run([&] { credentials = issue(node); });
  const std::scoped_lock lock(ledger_.mutex());
  const Member* const found = ledger_.find_by_secret(secret);
  if (found == nullptr) {
    return Pending<Node>(fail(ErrorKind::denied, "this boot ended before its certificate was made",
                              "boot the node again"));
  }
  Member member = *found;
  if (!credentials) {
    give_up_enrolment(member);
    ledger_.put(std::move(member), {}, now);
    return Pending<Node>(std::unexpected(credentials.error()));
  }
  Answer answer = provisioning::enrol(member, secret, *credentials, now);
  if (answer.refusal) return Pending<Node>(std::unexpected(*answer.refusal));
  node = *member.node;
  return keep(ledger_, std::move(member), std::move(answer.outcome), now, node);
}

Result<Node> Enrolment::authenticate(const std::string& id, const std::string& serial,
                                     Ipv4Address address, Now now) {
  const std::scoped_lock lock(ledger_.mutex());
  const Member* found = ledger_.find(id);
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
  ledger_.put(std::move(member), std::move(answer.outcome), now);
  // A node that has no address goes on: what it says is worth as much.
  if (const Status taken = allocation_.take_address(id, address, now); !taken) {
    refusals_.note(*ledger_.find(id)->node, "address", taken.error().text(), now);
  }
  return *ledger_.find(id)->node;
}

/// Whether the certificate is good as long as what was decided is not on disk.
bool Enrolment::is_still_shown(const std::string& id, const std::string& serial) const {
  const auto shown = ledger_.published().find(id);
  return shown && !serial.empty() &&
         (shown->certificate_serial == serial || shown->offered_serial == serial);
}

Pending<bool> Enrolment::offer_certificate(const std::string& id, const std::string& used,
                                           const Credentials& given, Now now) {
  const std::scoped_lock lock(ledger_.mutex());
  const Member* const found = ledger_.find(id);
  if (found == nullptr) return Pending<bool>(removed_meanwhile());
  Member member = *found;
  Answer answer = offer(member, used, given, now);
  if (answer.refusal) return Pending<bool>(std::unexpected(*answer.refusal));
  return keep(ledger_, std::move(member), std::move(answer.outcome), now, true);
}

}  // namespace muster::provisioning
