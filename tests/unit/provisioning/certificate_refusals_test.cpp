#include "provisioning/agent/certificate_refusals.h"

#include <gtest/gtest.h>

namespace muster::agent {
namespace {

constexpr const char* kInSoManyWords =
    R"({"error":"the node was removed","hint":"","refused":"certificate"})";

/// Whether a certificate is given up after ten answers like this one.
bool is_given_up(int status, const char* body) {
  CertificateRefusals refusals;
  for (int i = 0; i < 10; ++i) refusals.count(status, body);
  return refusals.are_final();
}

TEST(CertificateRefusals, a_certificate_is_given_up_when_the_head_says_so_three_times_in_a_row) {
  CertificateRefusals refusals;
  refusals.count(403, kInSoManyWords);
  refusals.count(403, kInSoManyWords);
  EXPECT_FALSE(refusals.are_final());
  refusals.count(403, kInSoManyWords);
  EXPECT_TRUE(refusals.are_final());
}

TEST(CertificateRefusals, no_status_alone_takes_a_certificate) {
  for (const int status : {400, 401, 403, 404, 409, 413, 429, 495, 500, 502, 503, 504}) {
    EXPECT_FALSE(is_given_up(status, R"({"error":"no","hint":""})")) << status;
    EXPECT_FALSE(is_given_up(status, "<html>403 Forbidden</html>")) << status;
    EXPECT_FALSE(is_given_up(status, "")) << status;
  }
}

TEST(CertificateRefusals, no_other_word_takes_a_certificate) {
  EXPECT_FALSE(is_given_up(403, R"({"error":"no","hint":"","refused":"token"})"));
  EXPECT_FALSE(is_given_up(403, R"({"error":"no","hint":"","refused":["certificate"]})"));
  EXPECT_FALSE(is_given_up(200, kInSoManyWords)) << "an answer that is no refusal";
}

TEST(CertificateRefusals, a_certificate_that_is_taken_once_is_good) {
  CertificateRefusals refusals;
  for (const int status : {403, 403, 200, 403, 403}) refusals.count(status, kInSoManyWords);
  EXPECT_FALSE(refusals.are_final());
}

TEST(CertificateRefusals, a_head_that_is_away_in_between_changes_nothing) {
  CertificateRefusals refusals;
  for (int i = 0; i < 3; ++i) {
    refusals.count(403, kInSoManyWords);
    refusals.count(502, "<html>");
  }
  EXPECT_TRUE(refusals.are_final());
}

TEST(CertificateRefusals, the_next_certificate_starts_anew) {
  CertificateRefusals refusals;
  for (int i = 0; i < 3; ++i) refusals.count(403, kInSoManyWords);
  refusals.forget();
  EXPECT_FALSE(refusals.are_final());
}

}  // namespace
}  // namespace muster::agent
