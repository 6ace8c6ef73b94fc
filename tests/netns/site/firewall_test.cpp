// The head's firewall and route as the kernel takes them: packets between nodes, head and site.

#include "head/firewall.h"

#include <gtest/gtest.h>

#include "core/base/text.h"
#include "tests/netns/hpc/machines.h"

namespace muster::head {
namespace {

using hpc::testing::Machines;
using spec::Route;

spec::ClusterSpec cluster(Route route) {
  spec::ClusterSpec spec;
  spec.head.address = parse_ipv4_interface("10.42.0.1/16").value();
  spec.nodes.addresses = parse_ipv4_range("10.42.1.1-10.42.255.254").value();
  spec.nodes.route = route;
  spec.head.external.open = {{}};
  return spec;
}

class Passage : public testing::Test {
 protected:
  void SetUp() override {
    auto started = Machines::start({{"head", "10.42.0.1/16+192.0.2.10/24@campus"},
                                    {"node", "10.42.1.1/16"},
                                    {"stranger", "10.42.0.100/16"},
                                    {"desk", "192.0.2.1/24@campus"}});
    ASSERT_TRUE(started) << started.error().text();
    machines_ = std::move(*started);
    for (const auto* inside : {"node", "stranger"}) {
      run(inside, {"ip", "route", "add", "default", "via", "10.42.0.1"});
    }
    run("desk", {"ip", "route", "add", "10.42.0.0/16", "via", "192.0.2.10"});
    for (const auto* card : {"eth0", "eth1"}) {
      run("head", {"sysctl", "-q", "-w", std::string("net.ipv4.conf.") + card + ".forwarding=1"});
    }
    for (const auto* machine : {"head", "node", "desk"}) {
      for (const auto* port : {"22", "80"}) serve(machine, port);
    }
  }

  void run(const std::string& machine, std::vector<std::string> argv) {
    const auto done = run_checked(machines_->on(machine), {.argv = std::move(argv)});
    ASSERT_TRUE(done) << done.error().text();
  }

  /// Answers each connection with the address of who asks.
  void serve(const std::string& machine, const std::string& port) {
    const auto started =
        machines_->start_daemon(machine, {"busybox", "nc", "-ll", "-p", port, "-e", "sh", "-c",
                                          "echo $NCPEER; busybox netstat -tn"});
    ASSERT_TRUE(started) << started.error().text();
  }

  void set_rules(const FirewallView& view) {
    const std::string rules = render_firewall(view);
    const auto done =
        run_checked(machines_->on("head"), {.argv = {"nft", "--file", "-"}, .input = rules});
    ASSERT_TRUE(done) << done.error().text() << "\n" << rules;
  }

  /// What a server at the address says to a machine; none when no connection comes about.
  std::optional<std::string> ask(const std::string& machine, const std::string& address,
                                 const std::string& port) {
    const auto said = machines_->on(machine).run(
        {.argv = {"busybox", "nc", "-w", "1", address, port}, .timeout = std::chrono::seconds(10)});
    if (!said || said->out.empty()) return std::nullopt;
    return said->out;
  }

  std::unique_ptr<Machines> machines_;
};

TEST_F(Passage, nodes_reach_the_site_with_the_heads_address_and_nobody_comes_back) {
  const spec::ClusterSpec spec = cluster(Route::automatic);
  set_rules({.spec = spec, .cluster = "eth0", .external = "eth1"});
  const auto said = ask("node", "192.0.2.1", "80");
  ASSERT_TRUE(said);
  EXPECT_TRUE(said->contains("192.0.2.10:")) << *said;
  EXPECT_FALSE(said->contains("10.42.1.1:")) << *said;
  EXPECT_FALSE(ask("stranger", "192.0.2.1", "80")) << "nobody adopted it";
  EXPECT_FALSE(ask("desk", "10.42.1.1", "22"));
}

TEST_F(Passage, the_site_reaches_what_is_open_on_the_head_and_nothing_else) {
  const spec::ClusterSpec spec = cluster(Route::automatic);
  set_rules({.spec = spec, .cluster = "eth0", .external = "eth1"});
  EXPECT_TRUE(ask("desk", "192.0.2.10", "22"));
  EXPECT_FALSE(ask("desk", "192.0.2.10", "80"));
  EXPECT_FALSE(ask("desk", "10.42.0.1", "22")) << "the nodes' address, by the site's card";
  EXPECT_TRUE(ask("node", "10.42.0.1", "80")) << "nodes reach the head as before";
  EXPECT_TRUE(ask("head", "192.0.2.1", "80"));
}

TEST_F(Passage, a_direct_route_has_the_nodes_own_addresses_both_ways) {
  const spec::ClusterSpec spec = cluster(Route::direct);
  set_rules({.spec = spec, .cluster = "eth0", .external = "eth1"});
  const auto said = ask("node", "192.0.2.1", "80");
  ASSERT_TRUE(said);
  EXPECT_TRUE(said->contains("10.42.1.1:")) << *said;
  EXPECT_TRUE(ask("desk", "10.42.1.1", "22"));
  EXPECT_FALSE(ask("stranger", "192.0.2.1", "80"));
}

TEST_F(Passage, without_a_route_nodes_stay_inside) {
  const spec::ClusterSpec spec = cluster(Route::none);
  set_rules({.spec = spec, .cluster = "eth0", .external = "eth1"});
  EXPECT_FALSE(ask("node", "192.0.2.1", "80"));
  EXPECT_FALSE(ask("desk", "10.42.1.1", "22"));
  EXPECT_TRUE(ask("desk", "192.0.2.10", "22"));
}

TEST_F(Passage, a_server_without_the_filter_hides_only_its_address_among_the_nodes) {
  const spec::ClusterSpec spec = cluster(Route::automatic);
  set_rules({.spec = spec, .cluster = "eth0", .external = "eth1", .filters = false});
  EXPECT_TRUE(ask("desk", "192.0.2.10", "80"));
  EXPECT_FALSE(ask("desk", "10.42.0.1", "80"));
}

TEST_F(Passage, rules_are_replaced_and_taken_away) {
  const spec::ClusterSpec spec = cluster(Route::none);
  set_rules({.spec = spec, .cluster = "eth0", .external = "eth1"});
  set_rules({.spec = spec, .cluster = "eth0", .external = "eth1"});
  set_rules({.spec = spec, .cluster = "eth0", .external = ""});
  EXPECT_TRUE(ask("desk", "192.0.2.10", "80"));
  EXPECT_EQ(run_checked(machines_->on("head"), {.argv = {"nft", "list", "tables"}}).value(), "");
}

}  // namespace
}  // namespace muster::head
