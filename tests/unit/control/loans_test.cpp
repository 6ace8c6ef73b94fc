#include "control/loans.h"

#include <format>
#include <gtest/gtest.h>

namespace muster::control {
namespace {

constexpr Ipv4Range kLoans{{0x0A2A0064}, {0x0A2A0077}};  // 20 addresses

std::string leases(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += std::format("1732640000 3c:ec:ef:00:00:{:02x} 10.42.0.{} {} 01:ff\n", i + 1, 100 + i,
                        i == 0 ? "bmc" : "*");
  }
  return text;
}

std::vector<Problem> problems(int count, const std::set<MacAddress>& booting = {}) {
  return short_loans(parse_leases(leases(count)), kLoans, booting);
}

TEST(Loans, are_told_when_a_tenth_is_left) {
  EXPECT_TRUE(problems(17).empty());
  ASSERT_EQ(problems(18).size(), 1U);
  EXPECT_EQ(
      problems(18)[0].what,
      "2 of 20 addresses on loan are free; clients that do not boot from the network have 18: "
      "3c:ec:ef:00:00:01 'bmc' (10.42.0.100), 3c:ec:ef:00:00:02 (10.42.0.101), "
      "3c:ec:ef:00:00:03 (10.42.0.102), 3c:ec:ef:00:00:04 (10.42.0.103), 3c:ec:ef:00:00:05 "
      "(10.42.0.104) and 13 more");
}

TEST(Loans, machines_that_boot_are_no_strangers) {
  std::set<MacAddress> booting;
  for (const Lease& lease : parse_leases(leases(20))) booting.insert(lease.mac);
  ASSERT_EQ(problems(20, booting).size(), 1U);
  EXPECT_EQ(
      problems(20, booting)[0].what,
      "0 of 20 addresses on loan are free; machines that boot from the network have the others");
}

TEST(Loans, one_address_that_nobody_has_is_enough) {
  constexpr Ipv4Range kOne{{0x0A2A0064}, {0x0A2A0064}};
  EXPECT_TRUE(short_loans({}, kOne, {}).empty());
  EXPECT_EQ(short_loans(parse_leases(leases(1)), kOne, {}).size(), 1U);
}

TEST(Loans, addresses_of_nodes_are_not_on_loan) {
  EXPECT_TRUE(short_loans(parse_leases("1 3c:ec:ef:00:00:01 10.42.1.1 n001 *\n"),
                          {{0x0A2A0064}, {0x0A2A0064}}, {})
                  .empty());
}

TEST(Loans, what_is_no_lease_is_left_out) {
  EXPECT_TRUE(parse_leases("duid 00:01\n\nx y z\n1 2 3 4\n").empty());
  EXPECT_EQ(parse_leases("1 3c:ec:ef:00:00:01 10.42.1.1 \x1b[2J *\n")[0].name, "\\x1b[2J");
}

}  // namespace
}  // namespace muster::control
