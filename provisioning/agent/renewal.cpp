#include "provisioning/agent/renewal.h"

namespace muster::agent {
namespace {

constexpr Backoff kPauses{.first = std::chrono::seconds(10), .longest = std::chrono::minutes(10)};

std::chrono::seconds age_for(Part part) {
  constexpr std::chrono::seconds kMean = std::chrono::hours(112);
  constexpr double kSpread = 0.1;
  return std::chrono::duration_cast<std::chrono::seconds>(kMean *
                                                          (1 + kSpread * (2 * part.of_one - 1)));
}

}  // namespace

Renewal::Renewal(Part part) : after_(age_for(part)), retry_(kPauses) {}

bool Renewal::is_due(std::chrono::seconds age, std::chrono::steady_clock::time_point now) const {
  return age >= after_ && retry_.is_due(now);
}

void Renewal::succeed(Part part) {
  after_ = age_for(part);
  retry_.reset();
}

void Renewal::fail(std::chrono::steady_clock::time_point now, Part part) { retry_.fail(now, part); }

}  // namespace muster::agent
