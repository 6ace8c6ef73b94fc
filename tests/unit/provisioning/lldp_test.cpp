#include "provisioning/agent/lldp.h"

#include <gtest/gtest.h>

namespace muster::agent {
namespace {

std::string tlv(unsigned type, std::string_view value) {
  const auto head = static_cast<unsigned>((type << 9U) | value.size());
  std::string text;
  text += static_cast<char>(head >> 8U);
  text += static_cast<char>(head & 0xFFU);
  return text.append(value);
}

const std::string kChassis = tlv(1, std::string("\x04\x00\x1b\x21\xaa\xbb\xcc", 7));
const std::string kPort = tlv(2,
                              "\x05"
                              "Ethernet1/17");
const std::string kTtl = tlv(3, std::string("\x00\x78", 2));
const std::string kEnd = tlv(0, "");

TEST(Lldp, a_switch_names_itself_and_its_port) {
  const auto neighbour = parse_lldp(kChassis + kPort + kTtl + tlv(5, "rack7-sw1") + kEnd);
  ASSERT_TRUE(neighbour);
  EXPECT_EQ(neighbour->system, "rack7-sw1");
  EXPECT_EQ(neighbour->port, "Ethernet1/17");
}

TEST(Lldp, a_switch_without_a_name_is_known_by_its_address) {
  const auto neighbour = parse_lldp(kChassis + kPort + kTtl + kEnd);
  ASSERT_TRUE(neighbour);
  EXPECT_EQ(neighbour->system, "00:1b:21:aa:bb:cc");
}

TEST(Lldp, a_damaged_unit_names_nobody) {
  const std::string whole = kChassis + kPort + tlv(5, "rack7-sw1");
  EXPECT_FALSE(parse_lldp(whole.substr(0, whole.size() - 1)));
  EXPECT_FALSE(parse_lldp(""));
  EXPECT_FALSE(parse_lldp(kChassis + kEnd)) << "no port";
  EXPECT_FALSE(parse_lldp(tlv(1, "\x04") + kPort + kEnd)) << "an empty chassis";
}

TEST(Lldp, what_a_stranger_sends_is_safe_to_print) {
  const auto neighbour = parse_lldp(kChassis + tlv(2, "\x05\x1b[2J\n") + tlv(5, "a\nb") + kEnd);
  ASSERT_TRUE(neighbour);
  EXPECT_EQ(neighbour->port, R"(\x1b[2J\x0a)");
  EXPECT_EQ(neighbour->system, R"(a\x0ab)");
}

}  // namespace
}  // namespace muster::agent
