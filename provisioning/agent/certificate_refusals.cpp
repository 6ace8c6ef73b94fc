#include "provisioning/agent/certificate_refusals.h"

#include "provisioning/protocol.h"

namespace muster::agent {

void CertificateRefusals::count(int status, std::string_view body) {
  constexpr int kTaken = 200;
  if (status == kTaken) {
    in_a_row_ = 0;
    return;
  }
  const auto refusal = provisioning::parse_refusal(body);
  if (refusal && refusal->refused == provisioning::Refused::certificate) ++in_a_row_;
}

}  // namespace muster::agent
