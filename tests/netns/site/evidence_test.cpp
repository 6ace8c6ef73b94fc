// Who answers DHCP, asked of the real dhcpcd on wires with real servers.

#include <gtest/gtest.h>

#include "head/cards.h"
#include "tests/netns/hpc/machines.h"

namespace muster::head {
namespace {

using hpc::testing::Machines;

class Wires : public testing::Test {
 protected:
  void SetUp() override {
    auto started = Machines::start({{"head", "10.42.0.1/16+192.0.2.10/24@campus"},
                                    {"own", "10.42.0.2/16"},
                                    {"rogue", "10.42.9.9/16"},
                                    {"campus", "192.0.2.1/24@campus"}});
    ASSERT_TRUE(started) << started.error().text();
    machines_ = std::move(*started);
  }

  void serve(const std::string& machine, const std::string& range) {
    const auto done = machines_->start_daemon(
        machine, {"dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--user=root",
                  "--port=0", "--leasefile-ro", "--no-ping", "--interface=eth0",
                  "--dhcp-authoritative", "--pid-file=/run/dnsmasq.pid", "--dhcp-range=" + range});
    ASSERT_TRUE(done) << done.error().text();
    const auto up = [&] {
      return machines_->on(machine).run({.argv = {"test", "-s", "/run/dnsmasq.pid"}})->status == 0;
    };
    for (int turn = 0; turn < 200 && !up(); ++turn) {
      (void)machines_->on(machine).run({.argv = {"sleep", "0.05"}});
    }
    ASSERT_TRUE(up()) << machines_->log(machine);
  }

  Result<std::optional<std::string>> look(const std::string& card,
                                          std::optional<Ipv4Address> own = {}) {
    return look_for_dhcp(machines_->on("head"), card, own);
  }

  std::unique_ptr<Machines> machines_;
};

TEST_F(Wires, a_server_is_found_on_the_card_that_leads_to_it) {
  serve("campus", "192.0.2.50,192.0.2.60,1h");
  auto links = read_links(machines_->on("head"));
  ASSERT_TRUE(links) << links.error().text();
  ask_all(machines_->on("head"), std::vector<std::string>{"eth0", "eth1"}, *links);
  for (const head::Interface& link : *links) {
    EXPECT_EQ(link.dhcp_server.value_or("none"), link.name == "eth1" ? "192.0.2.1" : "none")
        << link.name;
  }
}

TEST_F(Wires, the_heads_own_server_hides_no_other) {
  serve("own", "10.42.3.1,10.42.3.9,1h");
  const Ipv4Address own = parse_ipv4("10.42.0.2").value();
  EXPECT_EQ(look("eth0").value(), "10.42.0.2");
  EXPECT_EQ(look("eth0", own).value(), std::nullopt);
  serve("rogue", "10.42.4.1,10.42.4.9,1h");
  EXPECT_EQ(look("eth0", own).value(), "10.42.9.9");
}

}  // namespace
}  // namespace muster::head
