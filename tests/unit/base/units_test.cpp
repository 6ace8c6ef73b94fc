#include "core/base/units.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace muster {
namespace {

std::uint64_t bytes(std::string_view text) { return parse_bytes(text).value().count; }

TEST(Bytes, binary_and_decimal_units_differ) {
  EXPECT_EQ(bytes("1 KiB"), 1024U);
  EXPECT_EQ(bytes("1 kB"), 1000U);
}

TEST(Bytes, the_blank_before_the_unit_may_be_left_out) { EXPECT_EQ(bytes("512MiB"), 512U << 20); }

TEST(Bytes, a_number_alone_counts_bytes) { EXPECT_EQ(bytes("4096"), 4096U); }

TEST(Bytes, fractions_are_allowed) { EXPECT_EQ(bytes("1.5 GB"), 1'500'000'000U); }

TEST(Bytes, what_is_no_size_is_refused) {
  for (const auto* bad : {"", ".", "GiB", "1 XiB", "-1 GiB", "1.2.3 GB", "1e3", "nan", "0x10"}) {
    EXPECT_FALSE(parse_bytes(bad)) << bad;
  }
}

TEST(Bytes, a_size_beyond_64_bits_is_refused) {
  EXPECT_FALSE(parse_bytes("99999999 TiB"));
  EXPECT_FALSE(parse_bytes("99999999999999999999999"));
}

TEST(Bytes, human_form_is_rounded) { EXPECT_EQ(human(Bytes{1503238554}), "1.4 GiB"); }

RC_GTEST_PROP(Bytes, text_form_is_exact, (std::uint64_t count, std::uint8_t zeros)) {
  const Bytes size{count >> 14U << (zeros % 14U)};
  RC_ASSERT(parse_bytes(to_string(size)).value() == size);
}

TEST(MacAddress, both_separators_and_cases_are_one_address) {
  EXPECT_EQ(to_string(parse_mac("52-54-00-AB-cd-56").value()), "52:54:00:ab:cd:56");
}

TEST(MacAddress, other_texts_are_refused) {
  for (const auto* bad : {"", "52:54:00:12:34", "52:54-00:12:34:56", "525400123456",
                          "52:54:00:12:34:5g", "52:54:00:12:34:56:78", "52.54.00.12.34.56"}) {
    EXPECT_FALSE(parse_mac(bad)) << bad;
  }
}

TEST(MacAddress, addresses_that_no_machine_owns_are_refused) {
  EXPECT_FALSE(parse_mac("00:00:00:00:00:00"));
  EXPECT_FALSE(parse_mac("01:00:5e:00:00:01"));
  EXPECT_FALSE(parse_mac("ff:ff:ff:ff:ff:ff"));
}

TEST(Ipv4Address, other_texts_are_refused) {
  for (const auto* bad : {"", "1.2.3", "1.2.3.4.5", "256.0.0.1", "1.2.3.-4", "1.2.3.04", "1..2.3",
                          "1.2.3.4 ", "0x1.2.3.4"}) {
    EXPECT_FALSE(parse_ipv4(bad)) << bad;
  }
}

RC_GTEST_PROP(Ipv4Address, text_form_is_exact, (std::uint32_t value)) {
  RC_ASSERT(parse_ipv4(to_string(Ipv4Address{value})).value().value == value);
}

TEST(Ipv4Interface, knows_its_network) {
  const Ipv4Interface head = parse_ipv4_interface("10.42.0.1/16").value();
  EXPECT_EQ(to_string(head.network()), "10.42.0.0");
  EXPECT_EQ(to_string(head.broadcast()), "10.42.255.255");
  EXPECT_TRUE(head.contains(parse_ipv4("10.42.7.9").value()));
  EXPECT_FALSE(head.contains(parse_ipv4("10.43.0.1").value()));
}

TEST(Ipv4Interface, both_ends_of_the_prefix_work) {
  EXPECT_EQ(parse_ipv4_interface("10.0.0.1/0").value().mask(), 0U);
  EXPECT_EQ(parse_ipv4_interface("10.0.0.1/32").value().mask(), 0xFFFFFFFFU);
  EXPECT_FALSE(parse_ipv4_interface("10.0.0.1/33"));
}

TEST(Ipv4Interface, a_prefix_is_needed) {
  for (const auto* bad : {"10.0.0.1", "10.0.0.1/", "/16", "10.0.0.1/x", "10.0.0.1/255.255.0.0"}) {
    EXPECT_FALSE(parse_ipv4_interface(bad)) << bad;
  }
}

TEST(Ipv4Range, counts_both_ends) {
  const Ipv4Range range = parse_ipv4_range("10.0.0.1 - 10.0.1.0").value();
  EXPECT_EQ(range.size(), 256U);
  EXPECT_EQ(to_string(range), "10.0.0.1-10.0.1.0");
}

TEST(Ipv4Range, the_whole_space_can_be_counted) {
  EXPECT_EQ(parse_ipv4_range("0.0.0.0-255.255.255.255").value().size(), 1ULL << 32);
}

TEST(Ipv4Range, backwards_is_refused) {
  EXPECT_FALSE(parse_ipv4_range("10.0.0.2-10.0.0.1"));
  EXPECT_FALSE(parse_ipv4_range("10.0.0.2"));
}

}  // namespace
}  // namespace muster
