#include "provisioning/network.h"

#include <format>
#include <gtest/gtest.h>

namespace muster::provisioning {
namespace {

TEST(Nginx, gives_a_loader_that_came_over_http_its_configuration) {
  const std::string text =
      render_nginx({.head = {0x0A2A0001}, .boot_directory = "/usr/share/muster/boot"});
  EXPECT_TRUE(
      text.contains("location = /grub/grub.cfg { alias /usr/share/muster/boot/grub/grub.cfg; }"));
}

TEST(DhcpHosts, a_new_node_changes_one_file) {
  std::vector<Node> nodes;
  const auto add = [&](int number) {
    Node node{.name = std::format("n{:03}", number),
              .address = {0x0A2A0100U + static_cast<std::uint32_t>(number)}};
    node.hardware.macs = {*parse_mac(std::format("52:54:00:00:00:{:02x}", number))};
    nodes.push_back(std::move(node));
  };
  for (int number = 1; number < 70; ++number) add(number);
  const auto before = render_dhcp_hosts(nodes);
  add(70);
  auto after = render_dhcp_hosts(nodes);
  ASSERT_EQ(after.size(), 2U);
  EXPECT_EQ(after.at("10.42.1.0"), before.at("10.42.1.0"));
  EXPECT_TRUE(after.at("10.42.1.64").ends_with("52:54:00:00:00:46,10.42.1.70,n070\n"));
}

}  // namespace
}  // namespace muster::provisioning
