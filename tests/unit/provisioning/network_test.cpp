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

TEST(Nginx, refuses_in_the_words_of_the_protocol) {
  const std::string text = render_nginx({.head = {0x0A2A0001}});
  EXPECT_TRUE(text.contains(
      "    error_page 495 = @refused_495;\n"
      "    location @refused_495 { default_type application/json; return 400 "
      "'{\"error\":\"the certificate ran out or is not of this cluster\",\"hint\":\"enrol again\","
      "\"refused\":\"certificate\"}'; }\n"))
      << text;
}

TEST(Nginx, takes_a_certificate_from_nobody_but_by_one_answer_on_the_port_of_tls) {
  const std::string text = render_nginx({.head = {0x0A2A0001}});
  const std::size_t tls = text.find(":443 ssl");
  const std::size_t word = text.find("\"refused\"");
  ASSERT_NE(tls, std::string::npos);
  EXPECT_GT(word, tls);
  EXPECT_EQ(text.find("\"refused\"", word + 1), std::string::npos);
}

std::string dnsmasq(const Ipv4Range& loans, Passage passage = Passage::closed) {
  return render_dnsmasq({.interface = "eth0",
                         .head = {.address = {0x0A2A0001}, .prefix = 16},
                         .unknown_addresses = loans,
                         .dhcp = DhcpMode::serve,
                         .passage = passage},
                        "/hosts", "/names", "/tftp");
}

TEST(Dnsmasq, machines_that_boot_from_the_network_come_first_for_addresses_on_loan) {
  const std::string text = dnsmasq({{0x0A2A0064}, {0x0A2A00FA}});
  EXPECT_TRUE(
      text.contains("dhcp-range=tag:netboot,set:unknown,10.42.0.100,10.42.0.213,255.255.0.0,30m\n"
                    "dhcp-range=set:unknown,10.42.0.214,10.42.0.250,255.255.0.0,30m\n"))
      << text;
}

TEST(Dnsmasq, a_single_address_on_loan_is_for_machines_that_boot) {
  const std::string text = dnsmasq({{0x0A2A0006}, {0x0A2A0006}});
  EXPECT_TRUE(text.contains("dhcp-range=tag:netboot,set:unknown,10.42.0.6,10.42.0.6,"));
  EXPECT_FALSE(text.contains("dhcp-range=set:unknown"));
}

TEST(Dnsmasq, only_nodes_are_shown_the_way_out) {
  const Ipv4Range loans{{0x0A2A0064}, {0x0A2A00FA}};
  EXPECT_FALSE(dnsmasq(loans).contains("option:router,"));
  EXPECT_TRUE(dnsmasq(loans, Passage::open)
                  .contains("dhcp-option=option:router\n"
                            "dhcp-option=tag:known,option:router,10.42.0.1\n"));
}

TEST(DhcpHosts, a_new_node_changes_one_file) {
  std::vector<Node> nodes;
  const auto add = [&](int number) {
    Node node{{.name = std::format("n{:03}", number),
               .address = {0x0A2A0100U + static_cast<std::uint32_t>(number)}}};
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
