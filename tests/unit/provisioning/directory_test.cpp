#include "provisioning/directory.h"

#include <gtest/gtest.h>

namespace muster::provisioning {
namespace {

constexpr MacAddress kFirst{{0x52, 0x54, 0, 0, 0, 1}};
constexpr MacAddress kSecond{{0x52, 0x54, 0, 0, 0, 2}};
constexpr Ipv4Range kRange{{0x0A2A0101}, {0x0A2A0102}};

Node blank_board() {
  Node node;
  node.id = "id";
  node.hardware.uuid = "uuid";
  node.hardware.macs = {kFirst};
  return node;
}

Node named() {
  Node node = blank_board();
  node.name = "n001";
  node.address = {0x0A2A0101};
  return node;
}

TEST(Directory, a_machine_that_gets_a_name_is_found_by_all_that_it_has) {
  Directory directory;
  directory.add(blank_board());
  directory.change(blank_board(), named());
  EXPECT_EQ(directory.by_name("n001"), "id");
  EXPECT_EQ(directory.by_address({0x0A2A0101}), "id");
  EXPECT_EQ(directory.by_mac(kFirst), "id");
  EXPECT_EQ(directory.id_of("id"), "id");
  EXPECT_EQ(directory.recognise({.uuid = "uuid"}, [](const auto&) { return false; }),
            std::vector<std::string>{"id"});
  EXPECT_EQ(directory.size(), 1U);
  std::vector<std::string> all;
  directory.each([&](const std::string& id) { all.push_back(id); });
  EXPECT_EQ(all, std::vector<std::string>{"id"}) << "and is not among the unnamed any more";
}

TEST(Directory, what_a_node_gives_up_is_free) {
  Directory directory;
  directory.add(named());
  EXPECT_EQ(directory.free_name("n", 3), "n002");
  EXPECT_EQ(directory.free_address(kRange), Ipv4Address{0x0A2A0102});
  Node other = named();
  other.name = "gpu1";
  other.address = {0x0A2A0102};
  directory.change(named(), other);
  EXPECT_EQ(directory.free_name("n", 3), "n001");
  EXPECT_EQ(directory.free_address(kRange), Ipv4Address{0x0A2A0101});
  EXPECT_TRUE(directory.by_name("n001").empty());
  directory.change(other, blank_board());
  EXPECT_TRUE(directory.by_name("gpu1").empty());
  EXPECT_EQ(directory.free_addresses(kRange), 2U);
}

TEST(Directory, a_card_that_left_is_nobodys) {
  Directory directory;
  directory.add(named());
  Node other = named();
  other.hardware.macs = {kSecond};
  other.hardware.uuid = "another";
  directory.change(named(), other);
  EXPECT_TRUE(directory.by_mac(kFirst).empty());
  EXPECT_EQ(directory.by_mac(kSecond), "id");
  EXPECT_TRUE(directory.recognise({.uuid = "uuid"}, [](const auto&) { return false; }).empty());
  directory.drop(other);
  EXPECT_TRUE(directory.by_mac(kSecond).empty());
  EXPECT_EQ(directory.size(), 0U);
}

}  // namespace
}  // namespace muster::provisioning
