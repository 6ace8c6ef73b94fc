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

TEST(Ipv4Interface, an_example_is_made_of_what_was_written) {
  const auto hint = [](std::string_view text) { return parse_ipv4_interface(text).error().hint; };
  EXPECT_EQ(hint("192.168.10.1"), "write it as '192.168.10.1/24'");
  EXPECT_EQ(hint("10.7.0.1"), "write it as '10.7.0.1/16'");
  EXPECT_EQ(hint("172.20.0.1"), "write it as '172.20.0.1/16'");
  EXPECT_EQ(hint("10.0.0.1/255.255.255.0"), "write it as '10.0.0.1/24'");
  EXPECT_EQ(hint("10.0.0.1/255.255.240.0"), "write it as '10.0.0.1/20'");
  EXPECT_EQ(hint("10.0.0.1/255.0.255.0"), "write it as '10.0.0.1/16'");
  EXPECT_EQ(hint("somewhere"), "write it as '10.42.0.1/16'");
}

TEST(Ipv4Interface, says_that_an_address_is_of_ipv6) {
  for (const auto* text : {"fd00::1/64", "::1/128", "2001:db8::192.0.2.1/96"}) {
    EXPECT_TRUE(parse_ipv4_interface(text).error().message.ends_with(
        "is an IPv6 address, and Muster's networks are IPv4"))
        << text;
  }
  EXPECT_TRUE(parse_ipv4("fe80::1").error().message.contains("is an IPv6 address"));
  EXPECT_FALSE(parse_ipv4("52:54:00:zz").error().message.contains("IPv6"));
}

TEST(Ipv4Range, a_last_number_stands_for_an_address_of_the_same_256) {
  EXPECT_EQ(to_string(parse_ipv4_range("10.0.0.10-50").value()), "10.0.0.10-10.0.0.50");
  EXPECT_EQ(to_string(parse_ipv4_range("10.0.3.10 - 50").value()), "10.0.3.10-10.0.3.50");
  for (const auto* bad : {"10.0.0.10-256", "10.0.0.10-050", "10.0.0.10-0.50", "10.0.0.10-9"}) {
    EXPECT_FALSE(parse_ipv4_range(bad)) << bad;
  }
}

TEST(Ipv4Range, an_example_is_made_of_what_was_written) {
  const auto hint = [](std::string_view text) { return parse_ipv4_range(text).error().hint; };
  EXPECT_TRUE(hint("192.168.1.0/24").ends_with("such as '192.168.1.2-192.168.1.254'"));
  EXPECT_TRUE(hint("10.0.0.10..10.0.0.50").ends_with("such as '10.0.0.10-10.0.0.50'"));
  EXPECT_TRUE(hint("10.0.0.10 to 10.0.0.50").ends_with("such as '10.0.0.10-10.0.0.50'"));
  EXPECT_TRUE(hint("10.0.0.10").ends_with("such as '10.0.0.10-10.0.0.254'"));
  EXPECT_TRUE(hint("all").ends_with("such as '10.42.1.1-10.42.255.254'"));
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
