// Who machines are, and how they become nodes.

#include "tests/unit/provisioning/registry_fixture.h"

namespace muster::provisioning {
namespace {

TEST_F(RegistryTest, names_machines_in_order_and_never_two_alike) {
  EXPECT_EQ(boot(1).node.name, "n001");
  EXPECT_EQ(boot(2, kElsewhere).node.name, "n002");
  EXPECT_EQ(boot(1).node.name, "n001") << "the same machine keeps its name";
  EXPECT_NE(registry_->find("n001")->address, registry_->find("n002")->address);
}

TEST_F(RegistryTest, says_what_to_do_when_no_address_is_left) {
  for (int number = 1; number <= 3; ++number)
    boot(number, {kDynamic.value + static_cast<std::uint32_t>(number)});
  const auto fourth = registry_->discovery().discover(blank_machine(4), kElsewhere, now_).wait();
  ASSERT_TRUE(fourth);
  EXPECT_EQ(fourth->kind, Welcome::Kind::wait);
  EXPECT_NE(fourth->reason.find("nodes.addresses"), std::string::npos);
  const auto node = registry_->find(to_string(mac(4)));
  ASSERT_TRUE(node);
  EXPECT_EQ(node->reason, fourth->reason) << "the head names it, too";
}

TEST_F(RegistryTest, finds_removes_and_changes_a_machine_by_its_mac_address) {
  registry_->discovery().set_policy(Policy::ask, 0);
  boot(1);
  const std::vector<std::string> address = {to_string(mac(1))};
  ASSERT_TRUE(registry_->find(address.front()));
  EXPECT_FALSE(registry_->node_decisions().set_profile(address, "gpu", now_))
      << "it has no name and no profile yet";
  ASSERT_TRUE(registry_->node_decisions().adopt(address, now_));
  ASSERT_TRUE(registry_->node_decisions().set_profile(address, "gpu", now_));
  EXPECT_EQ(registry_->find("n001")->profile, "gpu");
  ASSERT_TRUE(registry_->node_decisions().remove(address, now_));
  EXPECT_FALSE(registry_->find(address.front()));
}

TEST_F(RegistryTest, a_node_has_the_address_that_another_server_gave_it) {
  registry_->set_addressing(Addressing::observed);
  EXPECT_EQ(boot(1).node.address, kDynamic);
  ASSERT_TRUE(enrol(boot(1).token));
  const Node node = *registry_->find("n001");
  const auto moved = show(node, "AB", kElsewhere);
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->address, kElsewhere);
  EXPECT_EQ(boot(2, kElsewhere).node.address, kElsewhere);
  EXPECT_EQ(registry_->find("n001")->address.value, 0U) << "the server gave it to another since";
  registry_->set_addressing(Addressing::given);
  const auto back = show(node, "AB", kDynamic);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->address.value, 0x0A2A0101U) << "this head gives addresses again";
}

TEST_F(RegistryTest, machines_that_are_forgotten_leave_nothing_behind) {
  registry_->discovery().set_policy(Policy::ask, 0);
  boot(1);
  const std::string id = registry_->find(to_string(mac(1)))->id;
  ASSERT_FALSE(store_->events(id, 10)->empty());
  const std::vector<std::string> ids = {id};
  ASSERT_TRUE(registry_->node_decisions().remove(ids, now_));
  EXPECT_TRUE(store_->events(id, 10)->empty());
}

TEST_F(RegistryTest, recognises_a_machine_whose_card_was_changed_by_its_uuid) {
  boot(1);
  Hardware changed = blank_machine(1);
  changed.macs = {mac(77)};
  pass(8 * 86'400'000LL);
  tick(now_);
  EXPECT_EQ(discover(changed).node.name, "n001");
  EXPECT_EQ(registry_->profile_of(mac(77)), "default");
  EXPECT_EQ(registry_->profile_of(mac(1)), "") << "the old card is nobody's";
}

TEST_F(RegistryTest, a_profile_stays_with_a_node_when_the_daemon_starts_anew) {
  boot(1);
  boot(2, kElsewhere);
  const std::vector<std::string> one = {"n001"};
  ASSERT_TRUE(registry_->node_decisions().set_profile(one, "gpu", now_));
  open();
  EXPECT_EQ(registry_->profile_of(mac(1)), "gpu");
  EXPECT_EQ(registry_->profile_of(mac(2)), "default");
}

TEST_F(RegistryTest, one_node_that_is_not_there_and_no_profile_changes) {
  boot(1);
  const std::vector<std::string> both = {"n001", "n009"};
  const Status done = registry_->node_decisions().set_profile(both, "gpu", now_);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "there is no node 'n009'");
  EXPECT_EQ(registry_->profile_of(mac(1)), "default");
}

TEST_F(RegistryTest, refuses_a_report_that_mixes_two_machines) {
  boot(1);
  boot(2, kElsewhere);
  Hardware mixed = blank_machine(1);
  mixed.macs.push_back(mac(2));
  const auto answer = registry_->discovery().discover(mixed, kDynamic, now_ + 60'000).wait();
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
  pass(10'000);
  EXPECT_EQ(boot(1, kElsewhere).kind, Welcome::Kind::wait);
  pass(60'000);
  EXPECT_EQ(boot(1, kElsewhere).kind, Welcome::Kind::boot) << "the first one fell silent";
}

TEST_F(RegistryTest, a_node_that_reboots_comes_back_as_itself) {
  const Node node = bring_up(1);
  ASSERT_TRUE(tell(node.id, {.stage = "stopping", .generation = "g"}));
  const Welcome again = boot(1, node.address);
  EXPECT_EQ(again.kind, Welcome::Kind::boot);
  EXPECT_EQ(again.node.name, "n001");
}

TEST_F(RegistryTest, the_open_window_ends) {
  registry_->discovery().set_policy(Policy::open, now_.wall_ms + 1000);
  EXPECT_EQ(boot(1).kind, Welcome::Kind::boot);
  pass(2000);
  const Welcome late = boot(2, kElsewhere);
  EXPECT_EQ(late.kind, Welcome::Kind::wait);
  EXPECT_NE(late.reason.find("muster node adopt"), std::string::npos);
  const std::vector<std::string> ids = {to_string(mac(2))};
  EXPECT_EQ(registry_->node_decisions().adopt(ids, now_), std::vector<std::string>{"n002"});
  EXPECT_EQ(boot(2, kElsewhere).kind, Welcome::Kind::boot);
}

TEST_F(RegistryTest, closed_takes_no_note_of_strangers) {
  registry_->discovery().set_policy(Policy::closed, 0);
  EXPECT_EQ(boot(1).kind, Welcome::Kind::wait);
  EXPECT_TRUE(registry_->nodes().empty());
}

TEST_F(RegistryTest, made_up_machines_shut_nobody_out) {
  registry_->discovery().set_policy(Policy::ask, 0);
  for (int number = 1; number <= 4097; ++number) {
    registry_->discovery()
        .discover(blank_machine(number), kDynamic, now_ + number)
        .then([](const auto& told) { EXPECT_TRUE(told); });
  }
  ASSERT_TRUE(registry_->flush());
  EXPECT_EQ(registry_->nodes().size(), 4096U);
  EXPECT_TRUE(registry_->discovery().discover(blank_machine(4097), kDynamic, now_ + 5000).wait());
}

TEST_F(RegistryTest, remembers_everything_when_it_is_opened_again) {
  const Node node = bring_up(1);
  open();
  EXPECT_EQ(registry_->find("n001")->id, node.id);
  EXPECT_TRUE(show(node, "AB"));
  EXPECT_EQ(boot(2, kElsewhere).node.name, "n002");
}

TEST_F(RegistryTest, a_removed_name_is_given_again) {
  boot(1);
  boot(2, kElsewhere);
  const std::vector<std::string> names = {"n001"};
  ASSERT_TRUE(registry_->node_decisions().remove(names, now_));
  EXPECT_EQ(boot(3, {kElsewhere.value + 1}).node.name, "n001");
}

TEST_F(RegistryTest, an_import_with_a_clash_changes_nothing) {
  Node node{{.name = "n001", .address = {0x0A2A0101}}, {.hardware = blank_machine(1)}};
  Node twin{{.name = "n002", .address = {0x0A2A0101}}, {.hardware = blank_machine(2)}};
  EXPECT_FALSE(registry_->node_decisions().import({node, twin}, now_));
  EXPECT_TRUE(registry_->nodes().empty());
  twin.address = {0x0A2A0102};
  ASSERT_TRUE(registry_->node_decisions().import({node, twin}, now_));
  EXPECT_EQ(registry_->nodes().size(), 2U);
}

/// A machine with one card, of which the driver is as given.
Hardware machine_with_card(int number, std::optional<AcceleratorDriver> driver) {
  Hardware machine = blank_machine(number);
  machine.accelerators = {{.address = "0000:3b:00.0",
                           .vendor = 0x10de,
                           .device = 0x20b2,
                           .pci_class = 0x0302,
                           .driver = std::move(driver)}};
  return machine;
}

TEST_F(RegistryTest, what_a_running_node_tells_of_its_cards_is_kept_through_its_next_start) {
  const Node node = bring_up(1);
  const AcceleratorDriver driver{.name = "nvidia", .files = {"/dev/nvidia0"}};
  NodeReport report{.stage = "ready", .generation = "g"};
  report.accelerators = machine_with_card(1, driver).accelerators;
  ASSERT_TRUE(tell(node.id, report));
  EXPECT_EQ(store_->events(node.id, 1)->front().text, "1 of 1 accelerators can be given to jobs");
  const std::uint64_t generation = registry_->generation();
  ASSERT_TRUE(tell(node.id, report));
  EXPECT_EQ(registry_->generation(), generation) << "nothing new";

  ASSERT_TRUE(tell(node.id, {.stage = "stopping"}));
  const auto welcome =
      registry_->discovery().discover(machine_with_card(1, std::nullopt), kDynamic, now_).wait();
  ASSERT_TRUE(welcome);
  EXPECT_EQ(welcome->kind, Welcome::Kind::boot);
  EXPECT_EQ(registry_->find("n001")->hardware.accelerators, *report.accelerators);
  open();
  EXPECT_EQ(registry_->find("n001")->hardware.accelerators, *report.accelerators);
}

TEST_F(RegistryTest, a_node_changes_what_the_scheduler_knows_of_its_cards_once_a_minute) {
  const Node node = bring_up(1);
  const AcceleratorDriver driver{.name = "nvidia", .files = {"/dev/nvidia0"}};
  const auto tell_cards = [&](std::vector<Accelerator> cards, std::uint32_t left_out = 0) {
    ASSERT_TRUE(registry_
                    ->report(node.id,
                             {.stage = "ready",
                              .generation = "g",
                              .accelerators = std::move(cards),
                              .accelerators_left_out = left_out},
                             now_)
                    .wait());
  };
  const auto one = machine_with_card(1, driver).accelerators;
  tell_cards(one);
  const std::uint64_t generation = registry_->generation();
  tell_cards({});
  tell_cards(one);
  tell_cards({}, 3);
  EXPECT_EQ(registry_->generation(), generation) << "every change is one for all nodes";
  EXPECT_TRUE(registry_->find("n001")->hardware.accelerators.empty()) << "what was told last";
  EXPECT_EQ(registry_->find("n001")->hardware.left_out.accelerators, 3U);
  EXPECT_EQ(store_->events(node.id, 1)->front().text,
            "0 of 0 accelerators can be given to jobs; 3 more left out");
  pass(59'000);
  tick(now_);
  EXPECT_EQ(registry_->generation(), generation);
  pass(1'000);
  tick(now_);
  EXPECT_EQ(registry_->generation(), generation + 1);
  tick(now_ + 300'000);
  EXPECT_EQ(registry_->generation(), generation + 1) << "once for all of them";
  tell_cards(one);
  pass(300'000);
  tell_cards({});
  tell_cards(one);
  const std::uint64_t waits = registry_->generation();
  ASSERT_TRUE(tell(node.id, {.stage = "stopping"}));
  ASSERT_TRUE(enrol(discover(machine_with_card(1, std::nullopt)).token, "CD"));
  EXPECT_GT(registry_->generation(), waits) << "a change that waits is not lost with the next boot";
  open();
  EXPECT_EQ(registry_->find("n001")->hardware.accelerators, one) << "it was kept";
}

TEST_F(RegistryTest, a_poor_report_takes_no_node_away_and_lost_memory_is_on_the_timeline) {
  Hardware machine = blank_machine(1);
  machine.topology = CpuTopology{2, 8, 1};
  ASSERT_TRUE(registry_->discovery().discover(machine, kDynamic, now_).wait());
  Hardware poor = blank_machine(1);
  poor.memory.reset();
  ASSERT_TRUE(registry_->discovery().discover(poor, kDynamic, now_).wait());
  EXPECT_EQ(registry_->find("n001")->hardware.memory, machine.memory);
  EXPECT_EQ(registry_->find("n001")->hardware.topology, machine.topology);
  const auto told = [&] {
    std::string text;
    const auto events = store_->events(registry_->find("n001")->id, 3).value();
    for (const state::Event& event : events) text += event.text + "\n";
    return text;
  };
  EXPECT_TRUE(told().contains("its memory could not be read")) << told();
  EXPECT_TRUE(told().contains("its processors could not be read")) << told();
  machine.memory = Bytes::from_mib(2047);
  ASSERT_TRUE(registry_->discovery().discover(machine, kDynamic, now_).wait());
  EXPECT_FALSE(told().contains("and had")) << told();
  machine.memory = Bytes::from_mib(1024);
  machine.topology = CpuTopology{1, 8, 1};
  ASSERT_TRUE(registry_->discovery().discover(machine, kDynamic, now_).wait());
  EXPECT_TRUE(told().contains("it has 1.0 GiB of memory now, and had 2.0 GiB")) << told();
  EXPECT_TRUE(told().contains("it has 8 processors now, and had 16")) << told();
}

TEST_F(RegistryTest, a_card_that_is_gone_or_another_has_no_driver_of_the_one_before) {
  const Node node = bring_up(1);
  NodeReport report{.stage = "ready", .generation = "g"};
  report.accelerators =
      machine_with_card(1, AcceleratorDriver{.name = "nvidia", .files = {"/dev/nvidia0"}})
          .accelerators;
  ASSERT_TRUE(tell(node.id, report));
  ASSERT_TRUE(tell(node.id, {.stage = "stopping"}));
  Hardware other = machine_with_card(1, std::nullopt);
  other.accelerators[0].device = 0x2330;
  ASSERT_TRUE(enrol(discover(other).token, "CD"));
  EXPECT_EQ(registry_->find("n001")->hardware.accelerators, other.accelerators);
  pass(120'000);  // nobody takes it for a second machine any longer
  ASSERT_TRUE(enrol(discover(blank_machine(1)).token, "EF"));
  EXPECT_TRUE(registry_->find("n001")->hardware.accelerators.empty());
}

TEST_F(RegistryTest, nobody_without_a_certificate_tells_of_drivers_and_device_files) {
  const AcceleratorDriver driver{.name = "nvidia", .files = {"/dev/nvidia0"}};
  ASSERT_TRUE(registry_->discovery().discover(machine_with_card(1, driver), kDynamic, now_).wait());
  EXPECT_EQ(registry_->find("n001")->hardware.accelerators.at(0).driver, std::nullopt);
}

TEST_F(RegistryTest, what_a_report_lacks_is_on_the_timeline) {
  Hardware rich = blank_machine(1);
  rich.left_out.disks = 3;
  ASSERT_TRUE(registry_->discovery().discover(rich, kDynamic, now_).wait());
  const auto events = store_->events(registry_->find("n001")->id, 100);
  EXPECT_TRUE(std::ranges::contains(*events, "report: 3 disks left out", &state::Event::text));
}

}  // namespace
}  // namespace muster::provisioning
