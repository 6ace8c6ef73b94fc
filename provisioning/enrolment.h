#pragma once
// How a machine gets the certificate that proves it is a node, shows it, and has it renewed.

#include <functional>
#include <string>

#include "core/base/result.h"
#include "provisioning/allocation.h"
#include "provisioning/ledger.h"
#include "provisioning/pending.h"
#include "provisioning/refusals.h"

namespace muster::provisioning {

/// Threads: every function may be called from several threads.
class Enrolment {
 public:
  /// All must live longer.
  Enrolment(Ledger& ledger, Allocation& allocation, Refusals& refusals)
      : ledger_(ledger), allocation_(allocation), refusals_(refusals) {}

  /// Makes the credentials of a node. Called without the ledger's lock.
  using Issue = std::function<Result<Credentials>(const Node&)>;

  /// A machine trades its token for a certificate that `issue` makes: one act, which a sign of life
  /// of the node itself ends at any moment before it is done. Errors (denied): the token is
  /// unknown, used (an alarm on the node's timeline), too old, or its boot ended; those of `issue`,
  /// and then the token is as good as before.
  Pending<Node> enrol(const std::string& token, Now now, const Issue& issue);

  /// The node with this id shows the certificate with this serial, from `address`. Ends the claims
  /// of others to be it. Errors (denied): no such node, or a certificate that was replaced;
  /// (busy) whether that is so is not on disk yet.
  Result<Node> authenticate(const std::string& id, const std::string& serial, Ipv4Address address,
                            Now now);

  /// The node gets these credentials in place of `used`, the certificate it called with, which is
  /// valid until the new one is first used: the answer with the new one may be lost. Errors
  /// (conflict): the node has another certificate than `used` meanwhile; (absent) it was removed.
  Pending<bool> offer_certificate(const std::string& id, const std::string& used,
                                  const Credentials& given, Now now);

 private:
  bool is_still_shown(const std::string& id, const std::string& serial) const;

  Ledger& ledger_;
  Allocation& allocation_;
  Refusals& refusals_;
};

}  // namespace muster::provisioning
