#include "provisioning/registry.h"

#include <format>
#include <gtest/gtest.h>

namespace muster::provisioning {
namespace {

constexpr Ipv4Address kDynamic{0x0A2A0064};
constexpr Ipv4Address kElsewhere{0x0A2A0065};

std::string uuid(int number) { return std::format("72acb10d-0e86-8048-a1ac-{:012x}", number); }
MacAddress mac(int number) {
  return {{0x52, 0x54, 0, 0, static_cast<std::uint8_t>(number >> 8),
           static_cast<std::uint8_t>(number)}};
}
Hardware machine(int number) {
  return {.uuid = uuid(number),
          .firmware = "bios",
          .macs = {mac(number)},
          .memory = Bytes::from_mib(2048)};
}

class RegistryTest : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    auto opened =
        Registry::open(*store_, {.addresses = {{0x0A2A0101}, {0x0A2A0103}}, .opened_ms = now_});
    ASSERT_TRUE(opened) << opened.error().text();
    registry_ = std::move(*opened);
    registry_->set_policy(Policy::open, 0);
  }
  Welcome boot(int number, Ipv4Address address = kDynamic) {
    auto welcome = registry_->discover(machine(number), address, now_);
    EXPECT_TRUE(welcome) << welcome.error().text();
    return welcome.value_or(Welcome());
  }
  /// Boots the machine to `ready`; returns its node.
  Node bring_up(int number) {
    const Welcome welcome = boot(number);
    const auto node = registry_->redeem(welcome.token, now_);
    EXPECT_TRUE(node) << node.error().text();
    EXPECT_TRUE(registry_->set_certificate(node->id, "AB", now_));
    EXPECT_TRUE(registry_->report(node->id, {.stage = "ready", .generation = "g"}, now_));
    return *registry_->find(node->name);
  }

  std::unique_ptr<state::Store> store_ = state::make_memory_store();
  std::unique_ptr<Registry> registry_;
  std::int64_t now_ = 1'000'000;
};

TEST_F(RegistryTest, names_machines_in_order_and_never_two_alike) {
  EXPECT_EQ(boot(1).node.name, "n001");
  EXPECT_EQ(boot(2, kElsewhere).node.name, "n002");
  EXPECT_EQ(boot(1).node.name, "n001") << "the same machine keeps its name";
  EXPECT_NE(registry_->find("n001")->address, registry_->find("n002")->address);
}

TEST_F(RegistryTest, a_failure_stands_behind_what_the_console_showed) {
  const Welcome welcome = boot(1);
  ASSERT_TRUE(registry_->stage(
      welcome.session,
      {.stage = "image", .failure = "no memory", .console = {"kernel: Out of memory"}}, now_));
  const auto events = store_->events(welcome.node.id, 2);
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 2U);
  EXPECT_EQ((*events)[0].kind, "console");
  EXPECT_EQ((*events)[0].text, "kernel: Out of memory");
  EXPECT_EQ((*events)[1].text, "image: no memory");
}

TEST_F(RegistryTest, the_switch_port_stays_known_until_the_switch_speaks_again) {
  const Node node = bring_up(1);
  ASSERT_TRUE(registry_->report(
      node.id, {.stage = "ready", .generation = "g", .neighbour = LldpNeighbour{"rack7-sw1", "17"}},
      now_));
  now_ += 120'000;
  ASSERT_TRUE(registry_->report(node.id, {.stage = "stopping", .generation = "g"}, now_));
  boot(1);
  ASSERT_TRUE(registry_->find(node.name)->hardware.lldp);
  EXPECT_EQ(registry_->find(node.name)->hardware.lldp->port, "17");
  open();
  EXPECT_EQ(registry_->find(node.name)->hardware.lldp->port, "17") << "after a restart too";
}

TEST_F(RegistryTest, says_what_to_do_when_no_address_is_left) {
  for (int number = 1; number <= 3; ++number)
    boot(number, {kDynamic.value + static_cast<std::uint32_t>(number)});
  const auto fourth = registry_->discover(machine(4), kElsewhere, now_);
  ASSERT_TRUE(fourth);
  EXPECT_EQ(fourth->kind, Welcome::Kind::wait);
  EXPECT_NE(fourth->reason.find("nodes.addresses"), std::string::npos);
  const auto node = registry_->find(to_string(mac(4)));
  ASSERT_TRUE(node);
  EXPECT_EQ(node->reason, fourth->reason) << "the head names it, too";
}

TEST_F(RegistryTest, finds_removes_and_changes_a_machine_by_its_mac_address) {
  registry_->set_policy(Policy::ask, 0);
  boot(1);
  const std::vector<std::string> address = {to_string(mac(1))};
  ASSERT_TRUE(registry_->find(address.front()));
  EXPECT_FALSE(registry_->set_profile(address, "gpu", now_)) << "it has no name and no profile yet";
  ASSERT_TRUE(registry_->adopt(address, now_));
  ASSERT_TRUE(registry_->set_profile(address, "gpu", now_));
  EXPECT_EQ(registry_->find("n001")->profile, "gpu");
  ASSERT_TRUE(registry_->remove(address, now_));
  EXPECT_FALSE(registry_->find(address.front()));
}

TEST_F(RegistryTest, a_node_has_the_address_that_another_server_gave_it) {
  registry_->set_addressing(Addressing::observed);
  EXPECT_EQ(boot(1).node.address, kDynamic);
  const auto moved = registry_->heard_from(registry_->find("n001")->id, kElsewhere, now_);
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->address, kElsewhere);
  EXPECT_EQ(boot(2, kElsewhere).node.address, kElsewhere);
  EXPECT_EQ(registry_->find("n001")->address.value, 0U) << "the server gave it to another since";
  registry_->set_addressing(Addressing::given);
  const auto back = registry_->heard_from(registry_->find("n001")->id, kDynamic, now_);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->address.value, 0x0A2A0101U) << "this head gives addresses again";
}

TEST_F(RegistryTest, machines_that_are_forgotten_leave_nothing_behind) {
  registry_->set_policy(Policy::ask, 0);
  boot(1);
  const std::string id = registry_->find(to_string(mac(1)))->id;
  ASSERT_FALSE(store_->events(id, 10)->empty());
  const std::vector<std::string> ids = {id};
  ASSERT_TRUE(registry_->remove(ids, now_));
  EXPECT_TRUE(store_->events(id, 10)->empty());
}

TEST_F(RegistryTest, a_clock_that_is_set_misses_nobody_and_lets_nobody_in) {
  bring_up(1);
  const std::int64_t day = 86'400'000;
  for (const std::int64_t step : {90 * day, -2 * day}) {
    now_ += step;
    registry_->clock_moved(step);
    ASSERT_TRUE(registry_->tick(now_));
    EXPECT_EQ(registry_->find("n001")->state, NodeState::ready) << step;
    EXPECT_EQ(boot(1).kind, Welcome::Kind::wait) << "it is up";
  }
  now_ += 61'000;
  ASSERT_TRUE(registry_->tick(now_));
  EXPECT_EQ(registry_->find("n001")->state, NodeState::failed);
}

TEST_F(RegistryTest, recognises_a_machine_whose_card_was_changed_by_its_uuid) {
  boot(1);
  Hardware changed = machine(1);
  changed.macs = {mac(77)};
  const auto welcome = registry_->discover(changed, kDynamic, now_ + 60'000);
  ASSERT_TRUE(welcome);
  EXPECT_EQ(welcome->node.name, "n001");
  EXPECT_EQ(registry_->profile_of(mac(77)), "default");
  EXPECT_EQ(registry_->profile_of(mac(1)), "") << "the old card is nobody's";
}

TEST_F(RegistryTest, a_profile_stays_with_a_node_when_the_daemon_starts_anew) {
  boot(1);
  boot(2, kElsewhere);
  const std::vector<std::string> one = {"n001"};
  ASSERT_TRUE(registry_->set_profile(one, "gpu", now_));
  const auto again = Registry::open(*store_, {.addresses = {{0x0A2A0101}, {0x0A2A0103}}});
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->profile_of(mac(1)), "gpu");
  EXPECT_EQ((*again)->profile_of(mac(2)), "default");
}

TEST_F(RegistryTest, one_node_that_is_not_there_and_no_profile_changes) {
  boot(1);
  const std::vector<std::string> both = {"n001", "n009"};
  const Status done = registry_->set_profile(both, "gpu", now_);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "there is no node 'n009'");
  EXPECT_EQ(registry_->profile_of(mac(1)), "default");
}

TEST_F(RegistryTest, refuses_a_report_that_mixes_two_machines) {
  boot(1);
  boot(2, kElsewhere);
  Hardware mixed = machine(1);
  mixed.macs.push_back(mac(2));
  const auto answer = registry_->discover(mixed, kDynamic, now_ + 60'000);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->kind, Welcome::Kind::wait);
  EXPECT_NE(answer->reason.find("muster node remove n002"), std::string::npos);
  EXPECT_EQ(store_->events(registry_->find("n001")->id, 1)->front().text, answer->reason);
}

TEST_F(RegistryTest, a_stranger_cannot_boot_as_a_node_that_is_up) {
  const Node node = bring_up(1);
  const Welcome stranger = boot(1, kElsewhere);
  EXPECT_EQ(stranger.kind, Welcome::Kind::wait);
  EXPECT_TRUE(stranger.token.empty());
  const auto events = store_->events(node.id, 100);
  ASSERT_TRUE(events);
  EXPECT_EQ(events->back().kind, "claim");
}

TEST_F(RegistryTest, a_second_machine_waits_while_the_first_one_boots) {
  boot(1, kDynamic);
  now_ += 10'000;
  EXPECT_EQ(boot(1, kElsewhere).kind, Welcome::Kind::wait);
  now_ += 60'000;
  EXPECT_EQ(boot(1, kElsewhere).kind, Welcome::Kind::boot) << "the first one fell silent";
}

TEST_F(RegistryTest, a_node_that_reboots_comes_back_as_itself) {
  const Node node = bring_up(1);
  ASSERT_TRUE(registry_->report(node.id, {.stage = "stopping", .generation = "g"}, now_));
  const Welcome again = boot(1, node.address);
  EXPECT_EQ(again.kind, Welcome::Kind::boot);
  EXPECT_EQ(again.node.name, "n001");
}

TEST_F(RegistryTest, a_token_is_good_once_and_its_second_use_raises_an_alarm) {
  const Welcome welcome = boot(1);
  ASSERT_TRUE(registry_->redeem(welcome.token, now_));
  EXPECT_FALSE(registry_->redeem(welcome.token, now_));
  EXPECT_EQ(store_->events(welcome.node.id, 100)->back().kind, "alarm");
}

TEST_F(RegistryTest, a_token_ends_with_its_boot_and_with_time) {
  const Welcome first = boot(1);
  const Welcome second = boot(1);
  EXPECT_FALSE(registry_->redeem(first.token, now_)) << "a newer boot replaced it";
  EXPECT_FALSE(registry_->redeem(second.token, now_ + 31 * 60'000));
  EXPECT_FALSE(registry_->redeem("", now_));
}

TEST_F(RegistryTest, only_the_newest_certificate_counts_and_none_of_a_removed_node) {
  const Node node = bring_up(1);
  EXPECT_TRUE(registry_->authenticate(node.id, "AB"));
  ASSERT_TRUE(registry_->set_certificate(node.id, "CD", now_));
  EXPECT_FALSE(registry_->authenticate(node.id, "AB"));
  EXPECT_FALSE(registry_->authenticate(node.id, ""));
  const std::vector<std::string> names = {"n001"};
  ASSERT_TRUE(registry_->remove(names, now_));
  EXPECT_FALSE(registry_->authenticate(node.id, "CD"));
}

TEST_F(RegistryTest, a_renewed_certificate_counts_from_its_first_use_on) {
  const Node node = bring_up(1);
  ASSERT_TRUE(registry_->offer_certificate(node.id, "AB", "CD", now_));
  EXPECT_TRUE(registry_->authenticate(node.id, "AB")) << "the answer with the new one may be lost";
  EXPECT_TRUE(registry_->authenticate(node.id, "CD"));
  EXPECT_FALSE(registry_->authenticate(node.id, "AB"));
  EXPECT_TRUE(registry_->authenticate(node.id, "CD"));
  EXPECT_FALSE(registry_->authenticate(node.id, ""));
}

TEST_F(RegistryTest, of_two_renewed_certificates_only_the_later_one_counts) {
  const Node node = bring_up(1);
  ASSERT_TRUE(registry_->offer_certificate(node.id, "AB", "CD", now_));
  ASSERT_TRUE(registry_->offer_certificate(node.id, "AB", "EF", now_));
  EXPECT_FALSE(registry_->authenticate(node.id, "CD"));
  EXPECT_TRUE(registry_->authenticate(node.id, "EF"));
}

TEST_F(RegistryTest, a_renewal_that_a_new_boot_overtook_counts_for_nothing) {
  const Node node = bring_up(1);
  ASSERT_TRUE(registry_->set_certificate(node.id, "CD", now_));
  EXPECT_FALSE(registry_->offer_certificate(node.id, "AB", "EF", now_));
  EXPECT_FALSE(registry_->authenticate(node.id, "EF"));
  EXPECT_TRUE(registry_->authenticate(node.id, "CD"));
}

TEST_F(RegistryTest, the_open_window_ends) {
  registry_->set_policy(Policy::open, now_ + 1000);
  EXPECT_EQ(boot(1).kind, Welcome::Kind::boot);
  now_ += 2000;
  const Welcome late = boot(2, kElsewhere);
  EXPECT_EQ(late.kind, Welcome::Kind::wait);
  EXPECT_NE(late.reason.find("muster node adopt"), std::string::npos);
  const std::vector<std::string> ids = {to_string(mac(2))};
  EXPECT_EQ(registry_->adopt(ids, now_), std::vector<std::string>{"n002"});
  EXPECT_EQ(boot(2, kElsewhere).kind, Welcome::Kind::boot);
}

TEST_F(RegistryTest, closed_takes_no_note_of_strangers) {
  registry_->set_policy(Policy::closed, 0);
  EXPECT_EQ(boot(1).kind, Welcome::Kind::wait);
  EXPECT_TRUE(registry_->nodes().empty());
}

TEST_F(RegistryTest, a_node_that_falls_silent_is_lost_and_heard_again) {
  const Node node = bring_up(1);
  ASSERT_TRUE(registry_->tick(now_ + 61'000));
  EXPECT_EQ(registry_->find("n001")->state, NodeState::failed);
  EXPECT_EQ(registry_->find("n001")->stage, "lost");
  ASSERT_TRUE(registry_->heartbeat(node.id, now_ + 70'000));
  EXPECT_EQ(registry_->find("n001")->state, NodeState::ready);
}

TEST_F(RegistryTest, a_running_node_that_takes_over_a_plan_stays_ready) {
  const Node node = bring_up(1);
  ASSERT_TRUE(registry_->report(node.id, {.stage = "plan"}, now_));
  EXPECT_EQ(registry_->find("n001")->state, NodeState::ready);
  EXPECT_EQ(registry_->find("n001")->stage, "plan");
  ASSERT_TRUE(registry_->tick(now_ + 61'000));
  EXPECT_EQ(registry_->find("n001")->state, NodeState::ready) << "the agent is busy, not lost";
  ASSERT_TRUE(registry_->tick(now_ + 301'000));
  EXPECT_EQ(registry_->find("n001")->stage, "lost");
}

TEST_F(RegistryTest, a_node_whose_plan_failed_is_not_ready_until_it_says_so) {
  const Node node = bring_up(1);
  ASSERT_TRUE(registry_->report(node.id, {.stage = "plan", .failure = "no such unit"}, now_));
  EXPECT_EQ(registry_->find("n001")->state, NodeState::failed);
  const auto told = store_->events(node.id, 100)->size();
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(registry_->report(node.id, {.stage = "plan"}, now_));
    EXPECT_EQ(registry_->find("n001")->reason, "no such unit")
        << "until it is known what came of it";
    ASSERT_TRUE(registry_->report(node.id, {.stage = "plan", .failure = "no such unit"}, now_));
  }
  EXPECT_EQ(store_->events(node.id, 100)->size(), told) << "its story is not drowned";
  ASSERT_TRUE(registry_->report(node.id, {.stage = "ready", .generation = "g"}, now_));
  EXPECT_EQ(registry_->find("n001")->state, NodeState::ready);
}

TEST_F(RegistryTest, a_node_that_falls_silent_in_its_image_is_missed_and_goes_on) {
  const Welcome welcome = boot(1);
  ASSERT_TRUE(registry_->stage(welcome.session, {.stage = "image", .progress = 10}, now_));
  ASSERT_TRUE(registry_->tick(now_ + 30'000));
  EXPECT_EQ(registry_->find("n001")->state, NodeState::booting);
  ASSERT_TRUE(registry_->tick(now_ + 46'000));
  EXPECT_EQ(registry_->find("n001")->state, NodeState::failed);
  EXPECT_EQ(registry_->find("n001")->stage, "image");
  ASSERT_TRUE(registry_->stage(welcome.session, {.stage = "image", .progress = 15}, now_ + 60'000));
  EXPECT_EQ(registry_->find("n001")->state, NodeState::booting);
}

TEST_F(RegistryTest, a_head_that_starts_anew_misses_nobody_for_the_time_it_was_away) {
  bring_up(1);
  now_ += 3'600'000;
  open();
  ASSERT_TRUE(registry_->tick(now_ + 500));
  EXPECT_EQ(registry_->find("n001")->state, NodeState::ready);
  ASSERT_TRUE(registry_->tick(now_ + 61'000));
  EXPECT_EQ(registry_->find("n001")->stage, "lost");
}

TEST_F(RegistryTest, nobody_takes_the_place_of_a_ready_node_right_after_the_head_started) {
  bring_up(1);
  now_ += 3'600'000;
  open();
  EXPECT_EQ(boot(1, kElsewhere).kind, Welcome::Kind::wait);
  now_ += 31'000;
  EXPECT_EQ(boot(1, kElsewhere).kind, Welcome::Kind::boot) << "it was switched off meanwhile";
}

TEST_F(RegistryTest, a_clock_that_was_set_back_keeps_no_node_from_booting) {
  bring_up(1);
  now_ -= 900'000;
  open();
  now_ += 31'000;
  EXPECT_EQ(boot(1).kind, Welcome::Kind::boot);
}

TEST_F(RegistryTest, a_node_that_shows_its_certificate_is_up_whatever_its_state) {
  const Node node = bring_up(1);
  ASSERT_TRUE(registry_->report(node.id, {.stage = "plan", .failure = "no such unit"}, now_));
  open();
  ASSERT_TRUE(registry_->heartbeat(node.id, now_));
  EXPECT_EQ(boot(1, kElsewhere).kind, Welcome::Kind::wait);
}

TEST_F(RegistryTest, a_session_ends_with_the_enrolment) {
  const Welcome welcome = boot(1);
  ASSERT_TRUE(registry_->redeem(welcome.token, now_));
  ASSERT_TRUE(registry_->stage(welcome.session, {.stage = "enrol", .failure = "x"}, now_));
  ASSERT_TRUE(registry_->set_certificate(welcome.node.id, "AB", now_));
  EXPECT_FALSE(registry_->stage(welcome.session, {.stage = "image"}, now_));
}

TEST_F(RegistryTest, made_up_machines_shut_nobody_out) {
  registry_->set_policy(Policy::ask, 0);
  for (int number = 1; number <= 4097; ++number) {
    ASSERT_TRUE(registry_->discover(machine(number), kDynamic, now_ + number));
  }
  EXPECT_EQ(registry_->nodes().size(), 4096U);
  EXPECT_TRUE(registry_->discover(machine(4097), kDynamic, now_ + 5000));
}

TEST_F(RegistryTest, a_failed_stage_is_named_and_a_retry_clears_it) {
  const Welcome welcome = boot(1);
  ASSERT_TRUE(registry_->stage(welcome.session, {.stage = "image", .failure = "wrong hash"}, now_));
  EXPECT_EQ(registry_->find("n001")->state, NodeState::failed);
  EXPECT_EQ(registry_->find("n001")->reason, "wrong hash");
  EXPECT_EQ(boot(1).node.state, NodeState::booting);
  EXPECT_FALSE(registry_->stage("nobody's", {.stage = "image"}, now_));
}

TEST_F(RegistryTest, remembers_everything_when_it_is_opened_again) {
  const Node node = bring_up(1);
  open();
  EXPECT_EQ(registry_->find("n001")->id, node.id);
  EXPECT_TRUE(registry_->authenticate(node.id, "AB"));
  EXPECT_EQ(boot(2, kElsewhere).node.name, "n002");
}

TEST_F(RegistryTest, a_removed_name_is_given_again) {
  boot(1);
  boot(2, kElsewhere);
  const std::vector<std::string> names = {"n001"};
  ASSERT_TRUE(registry_->remove(names, now_));
  EXPECT_EQ(boot(3, {kElsewhere.value + 1}).node.name, "n001");
}

TEST_F(RegistryTest, an_import_with_a_clash_changes_nothing) {
  Node node{.name = "n001", .address = {0x0A2A0101}, .hardware = machine(1)};
  Node twin{.name = "n002", .address = {0x0A2A0101}, .hardware = machine(2)};
  EXPECT_FALSE(registry_->import({node, twin}, now_));
  EXPECT_TRUE(registry_->nodes().empty());
  twin.address = {0x0A2A0102};
  ASSERT_TRUE(registry_->import({node, twin}, now_));
  EXPECT_EQ(registry_->nodes().size(), 2U);
}

}  // namespace
}  // namespace muster::provisioning
