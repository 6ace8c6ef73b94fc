#include "provisioning/agent/renewal.h"

#include <gtest/gtest.h>

namespace muster::agent {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::steady_clock::time_point kStart{};

/// Whether a certificate of this age is renewed by a node that drew `part`.
bool is_due(std::chrono::minutes age, double part) {
  return Renewal(Part{part}).is_due(age, kStart);
}

TEST(Renewal, lies_within_a_tenth_of_112_hours) {
  EXPECT_FALSE(is_due(100h + 47min, 0));
  EXPECT_TRUE(is_due(100h + 48min, 0));
  EXPECT_FALSE(is_due(111h + 59min, 0.5));
  EXPECT_TRUE(is_due(112h, 0.5));
  EXPECT_FALSE(is_due(123h + 11min, 1));
  EXPECT_TRUE(is_due(123h + 12min, 1));
}

TEST(Renewal, rests_after_a_failure_for_a_pause_that_grows_to_ten_minutes) {
  Renewal renewal(Part{0});
  renewal.fail(kStart, Part{0});
  EXPECT_FALSE(renewal.is_due(112h, kStart + 9s));
  EXPECT_TRUE(renewal.is_due(112h, kStart + 10s));
  for (int i = 0; i < 20; ++i) renewal.fail(kStart, Part{0});
  EXPECT_FALSE(renewal.is_due(112h, kStart + 599s));
  EXPECT_TRUE(renewal.is_due(112h, kStart + 600s));
}

TEST(Renewal, of_the_next_certificate_is_drawn_anew) {
  Renewal renewal(Part{0});
  renewal.fail(kStart, Part{0});
  renewal.succeed(Part{1});
  EXPECT_FALSE(renewal.is_due(123h, kStart));
  EXPECT_TRUE(renewal.is_due(124h, kStart)) << "the last one's failures are forgotten";
}

}  // namespace
}  // namespace muster::agent
