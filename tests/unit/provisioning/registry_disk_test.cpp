// What the registry is worth when its disk is full, fails, or takes its time.

#include <atomic>
#include <functional>
#include <thread>

#include "tests/unit/provisioning/faulty_store.h"
#include "tests/unit/provisioning/registry_fixture.h"

namespace muster::provisioning {
namespace {

using Disk = FaultyStore::Disk;

class RegistryDiskTest : public RegistryTest {
 protected:
  RegistryDiskTest() {
    auto store = std::make_unique<FaultyStore>();
    disk_ = store.get();
    store_ = std::move(store);
  }
  /// Waits until what could not be written is tried again.
  void recover() {
    disk_->become(Disk::good);
    pass(6'000);
    registry_->tick(now_);
    EXPECT_TRUE(registry_->flush());
  }
  /// Every node in words, as it is shown.
  std::string all() {
    std::string text;
    for (Node node : registry_->nodes()) {
      text += std::format("{} {} {} {} {} {}\n", node.id, node.name, to_string(node.address),
                          node.profile, to_string(node.state), node.certificate_serial);
    }
    return text;
  }
  std::string all_after_a_restart() {
    open();
    return all();
  }

  FaultyStore* disk_ = nullptr;
};

TEST_F(RegistryDiskTest, what_somebody_decided_on_a_full_disk_did_not_happen) {
  bring_up(1);
  registry_->discovery().set_policy(Policy::ask, 0);
  boot(2, kElsewhere);
  const std::string before = all();
  const std::vector<std::string> up = {"n001"};
  const std::vector<std::string> waits = {to_string(mac(2))};
  Node listed{{.name = "a", .address = {0x0A2A0103}}, {.hardware = blank_machine(2)}};
  const auto check = [&](const Status& done, const char* what) {
    ASSERT_FALSE(done) << what;
    EXPECT_EQ(done.error().kind, ErrorKind::world) << what;
    EXPECT_TRUE(done.error().message.contains("no space left")) << what;
    EXPECT_EQ(all(), before) << what;
  };
  const auto status = [](const auto& result) -> Status {
    return result ? Status() : std::unexpected(result.error());
  };
  disk_->become(Disk::full);
  check(status(registry_->node_decisions().adopt(waits, now_)), "adopt");
  check(registry_->node_decisions().adopt_as(waits.front(), "gpu01", now_), "adopt --name");
  check(registry_->node_decisions().set_profile(up, "gpu", now_), "set --profile");
  check(registry_->reboots().ask(up, "why", now_), "reboot");
  check(registry_->node_decisions().remove(up, now_), "remove");
  check(status(registry_->node_decisions().import({listed}, now_)), "import");
  EXPECT_TRUE(show(*registry_->find("n001"), "AB"))
      << "a node that was not removed is still itself";
  EXPECT_FALSE(beat(registry_->find("n001")->id, now_)->reboot);
  recover();
  EXPECT_EQ(all_after_a_restart(), before);
  EXPECT_EQ(registry_->node_decisions().adopt(waits, now_), std::vector<std::string>{"n002"})
      << "names and addresses are free again";
}

TEST_F(RegistryDiskTest, a_machine_is_not_named_on_a_full_disk_and_is_named_when_it_is_not) {
  disk_->become(Disk::full);
  const auto refused = registry_->discovery().discover(blank_machine(1), kDynamic, now_).wait();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::world);
  ASSERT_EQ(registry_->nodes().size(), 1U) << "it is seen all the same";
  EXPECT_EQ(registry_->nodes().front().name, "");
  disk_->become(Disk::good);
  EXPECT_EQ(boot(1).node.name, "n001");
}

TEST_F(RegistryDiskTest, a_token_is_as_good_as_before_when_the_enrolment_could_not_be_written) {
  const Welcome welcome = boot(1);
  disk_->become(Disk::full);
  const auto issue = [](const Node&) { return Result<Credentials>({.serial = "AB"}); };
  const auto refused = registry_->enrolment().enrol(welcome.token, now_, issue).wait();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::world) << "the node tries again, and gives up nothing";
  EXPECT_FALSE(registry_->find("n001")->has_enrolled());
  disk_->become(Disk::good);
  EXPECT_TRUE(enrol(welcome.token, "CD"));
  EXPECT_FALSE(show(welcome.node, "AB"));
  EXPECT_TRUE(show(welcome.node, "CD"));
}

TEST_F(RegistryDiskTest, nodes_go_on_while_the_disk_is_full_and_what_they_said_is_written_later) {
  const Node node = bring_up(1);
  disk_->become(Disk::full);
  EXPECT_TRUE(registry_->enrolment().authenticate(node.id, "AB", kDynamic, now_));
  EXPECT_TRUE(tell(node.id, {.stage = "plan", .failure = "no such unit"}));
  EXPECT_EQ(registry_->find("n001")->reason, "no such unit") << "people see it";
  EXPECT_TRUE(tell(node.id, {.stage = "stopping", .generation = "g"}));
  const Welcome again = boot(1);
  EXPECT_EQ(again.kind, Welcome::Kind::boot) << "a boot needs no disk";
  EXPECT_TRUE(
      registry_->discovery().stage(again.session, {.stage = "image", .progress = 1}, now_).wait());
  disk_->become(Disk::good);
  EXPECT_TRUE(enrol(again.token, "CD"));
  open();
  EXPECT_EQ(registry_->find("n001")->certificate_serial, "CD");
  std::string told;
  const auto events = store_->events(node.id, 100);
  for (const auto& event : events.value()) told += event.text + "\n";
  EXPECT_TRUE(told.contains("plan: no such unit")) << told;
  EXPECT_TRUE(told.contains("stopping")) << told;
}

TEST_F(RegistryDiskTest, nobody_waits_for_a_stuck_disk_who_needs_nothing_of_it) {
  const Node node = bring_up(1);
  disk_->become(Disk::stuck);
  std::atomic<bool> is_removed = false;
  std::thread administrator([&] {
    const std::vector<std::string> names = {"n001"};
    is_removed = registry_->node_decisions().remove(names, now_).has_value();
  });
  disk_->wait_until_stuck();
  EXPECT_EQ(registry_->nodes().size(), 1U) << "it is not removed until that is on disk";
  EXPECT_FALSE(registry_->enrolment().authenticate(node.id, "AB", kDynamic, now_))
      << "and no more believed";
  registry_->tick(now_ + 1'000);
  EXPECT_FALSE(is_removed);
  disk_->become(Disk::good);
  administrator.join();
  EXPECT_TRUE(is_removed);
  EXPECT_TRUE(registry_->nodes().empty());
}

TEST_F(RegistryDiskTest, what_waits_for_the_disk_is_one_transaction) {
  std::vector<Welcome> booting;
  for (int number = 1; number <= 3; ++number) {
    booting.push_back(boot(number, {kDynamic.value + static_cast<std::uint32_t>(number)}));
  }
  disk_->become(Disk::stuck);
  auto first = registry_->discovery().stage(booting[0].session, {.stage = "image"}, now_);
  disk_->wait_until_stuck();
  const int before = disk_->commits();
  std::atomic<int> done = 0;
  for (const char* stage : {"mount", "switch", "enrol"}) {
    for (const Welcome& welcome : booting) {
      registry_->discovery()
          .stage(welcome.session, {.stage = stage}, now_)
          .then([&](const auto& outcome) {
            EXPECT_TRUE(outcome);
            ++done;
          });
    }
  }
  EXPECT_EQ(done, 0) << "nothing is acknowledged that is not on disk";
  disk_->become(Disk::good);
  ASSERT_TRUE(registry_->flush());
  EXPECT_EQ(done, 9);
  EXPECT_EQ(disk_->commits(), before + 1);
}

TEST_F(RegistryDiskTest, all_machines_are_adopted_in_one_transaction_or_none_is) {
  registry_->discovery().set_policy(Policy::ask, 0);
  std::vector<std::string> waiting;
  for (int number = 1; number <= 4; ++number) {
    boot(number);
    waiting.push_back(to_string(mac(number)));
  }
  const auto refused = registry_->node_decisions().adopt(waiting, now_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "4 machines wait, and 3 of the 3 addresses of 10.42.1.1-10.42.1.3 are free");
  for (const Node& node : registry_->nodes()) EXPECT_EQ(node.name, "");
  waiting.pop_back();
  const int before = disk_->commits();
  EXPECT_EQ(registry_->node_decisions().adopt(waiting, now_),
            (std::vector<std::string>{"n001", "n002", "n003"}));
  EXPECT_EQ(disk_->commits(), before + 1);
}

TEST_F(RegistryDiskTest, a_disk_that_lies_about_a_write_stops_nobody_afterwards) {
  const Node node = bring_up(1);
  disk_->become(Disk::lying);
  const std::vector<std::string> names = {"n001"};
  EXPECT_FALSE(registry_->node_decisions().set_profile(names, "gpu", now_));
  EXPECT_TRUE(tell(node.id, {.stage = "plan"}));
  disk_->become(Disk::good);
  EXPECT_TRUE(registry_->node_decisions().set_profile(names, "big", now_));
  open();
  EXPECT_EQ(registry_->find("n001")->profile, "big");
}

TEST_F(RegistryDiskTest, what_was_refused_by_a_disk_that_lies_does_not_happen_at_the_next_start) {
  bring_up(1);
  bring_up(2);
  const std::string before = all();
  disk_->become(Disk::lying);
  const std::vector<std::string> first = {"n001"};
  const std::vector<std::string> second = {"n002"};
  EXPECT_FALSE(registry_->node_decisions().set_profile(first, "gpu", now_));
  EXPECT_FALSE(registry_->node_decisions().remove(second, now_));
  recover();
  EXPECT_EQ(all_after_a_restart(), before);
}

TEST_F(RegistryDiskTest, a_wish_that_is_not_on_disk_reboots_nobody) {
  const Node node = bring_up(1);
  disk_->become(Disk::stuck);
  std::atomic<bool> is_asked = true;
  std::thread administrator([&] {
    const std::vector<std::string> names = {"n001"};
    is_asked = registry_->reboots().ask(names, "why", now_).has_value();
  });
  disk_->wait_until_stuck();
  const auto heard = registry_->heartbeat(node.id, {.holds = Holds::its_plan}, now_).wait();
  ASSERT_TRUE(heard);
  EXPECT_FALSE(heard->reboot);
  disk_->become(Disk::full);
  administrator.join();
  EXPECT_FALSE(is_asked);
  EXPECT_EQ(registry_->find("n001")->stage, "ready");
}

TEST_F(RegistryDiskTest, what_a_node_said_while_a_decision_failed_stays_said) {
  const Node node = bring_up(1);
  disk_->become(Disk::stuck);
  std::thread administrator([&] {
    const std::vector<std::string> names = {"n001"};
    EXPECT_FALSE(registry_->node_decisions().set_profile(names, "gpu", now_));
  });
  disk_->wait_until_stuck();
  auto told = registry_->report(node.id, {.stage = "stopping", .generation = "g"}, now_);
  disk_->become(Disk::full);
  administrator.join();
  EXPECT_TRUE(told.wait());
  EXPECT_EQ(registry_->find("n001")->state, NodeState::off);
  EXPECT_EQ(registry_->find("n001")->profile, "default");
}

TEST_F(RegistryDiskTest, a_second_caller_is_not_told_that_it_is_so_before_it_is) {
  bring_up(1);
  const std::vector<std::string> names = {"n001"};
  disk_->become(Disk::stuck);
  std::atomic<int> done = 0;
  const auto set = [&] {
    done += registry_->node_decisions().set_profile(names, "gpu", now_).has_value() ? 1 : 0;
  };
  std::thread first(set);
  disk_->wait_until_stuck();
  std::thread second(set);
  disk_->become(Disk::full);
  first.join();
  second.join();
  EXPECT_EQ(done, 0);
  EXPECT_EQ(registry_->find("n001")->profile, "default");
}

TEST_F(RegistryDiskTest, no_node_gives_up_its_certificate_for_what_may_not_happen) {
  const Node node = bring_up(1);
  disk_->become(Disk::stuck);
  std::thread administrator([&] {
    const std::vector<std::string> names = {"n001"};
    EXPECT_FALSE(registry_->node_decisions().remove(names, now_));
  });
  disk_->wait_until_stuck();
  const auto refused = registry_->enrolment().authenticate(node.id, "AB", kDynamic, now_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::busy);
  disk_->become(Disk::full);
  administrator.join();
  EXPECT_TRUE(registry_->enrolment().authenticate(node.id, "AB", kDynamic, now_));
}

TEST_F(RegistryDiskTest, made_up_machines_do_not_pile_up_on_a_full_disk) {
  registry_->discovery().set_policy(Policy::ask, 0);
  disk_->become(Disk::full);
  for (int number = 1; number <= 4200; ++number) {
    registry_->discovery()
        .discover(blank_machine(number), kDynamic, now_ + number)
        .then([](const auto&) {});
  }
  EXPECT_FALSE(registry_->flush());
  EXPECT_LE(registry_->nodes().size(), 4096U);
}

/// The one document of a node that an earlier version wrote.
constexpr const char* kFirstSchema =
    R"({"id":"1","name":"n001","address":"10.42.1.1","profile":"default","state":"ready","stage":)"
    R"("ready","reason":"","progress":0,"certificate_serial":"AB","generation":"g","seen_ms":0,)"
    R"("ready_ms":0,"hardware":{"macs":["52:54:00:00:00:01"],"memory":2147483648}})";

TEST_F(RegistryDiskTest, a_node_of_an_earlier_version_is_whole_after_any_first_change) {
  const std::vector<std::string> names = {"n001"};
  const std::vector<std::function<void()>> changes = {
      [&] { EXPECT_TRUE(registry_->node_decisions().set_profile(names, "gpu", now_)); },
      [&] { EXPECT_TRUE(registry_->reboots().ask(names, "why", now_)); },
      [&] { EXPECT_TRUE(tell("1", {.stage = "stopping"})); },
      [&] {
        EXPECT_TRUE(registry_->enrolment().offer_certificate("1", "AB", {"CD"}, now_).wait());
      }};
  for (const auto& change : changes) {
    registry_.reset();
    for (const std::string_view kind : {"node", "node-observed", "node-identity"}) {
      ASSERT_TRUE(store_->commit({.changes = {{.kind = std::string(kind), .key = "1"}}}));
    }
    ASSERT_TRUE(store_->commit({.changes = {{.kind = "node", .key = "1", .value = kFirstSchema}}}));
    open();
    change();
    open();
    ASSERT_TRUE(registry_->find("n001"));
    EXPECT_EQ(registry_->find("n001")->certificate_serial, "AB");
    EXPECT_EQ(registry_->find("n001")->hardware.memory, Bytes::from_mib(2048));
    EXPECT_TRUE(registry_->damaged().empty());
  }
}

TEST_F(RegistryDiskTest, documents_of_a_later_version_are_left_to_it) {
  const Node node = bring_up(1);
  const std::string later = R"({"schema":3})";
  ASSERT_TRUE(store_->commit({.changes = {{.kind = "node", .key = node.id, .value = later}}}));
  EXPECT_FALSE(Registry::open(*store_, {.opened = now_}));
  EXPECT_EQ(store_->find("node", node.id).value()->value, later);
}

TEST_F(RegistryDiskTest, the_machine_of_a_node_that_was_not_removed_is_that_node) {
  bring_up(1);
  ASSERT_TRUE(tell(registry_->find("n001")->id, {.stage = "stopping"}));
  const std::string before = all();
  disk_->become(Disk::stuck);
  std::atomic<bool> is_removed = true;
  std::thread administrator([&] {
    const std::vector<std::string> names = {"n001"};
    is_removed = registry_->node_decisions().remove(names, now_).has_value();
  });
  disk_->wait_until_stuck();
  auto newcomer = registry_->discovery().discover(blank_machine(1), kDynamic, now_);
  disk_->become(Disk::full);
  administrator.join();
  EXPECT_FALSE(is_removed);
  EXPECT_FALSE(newcomer.wait());
  EXPECT_EQ(all(), before) << "and no second machine with the same card";
  disk_->become(Disk::good);
  EXPECT_EQ(boot(1).node.name, "n001");
  EXPECT_EQ(registry_->nodes().size(), 1U);
}

TEST_F(RegistryDiskTest, a_document_that_cannot_be_read_is_put_aside_and_the_others_are_there) {
  bring_up(1);
  const Node second = bring_up(2);
  ASSERT_TRUE(
      store_->commit({.changes = {{.kind = "node", .key = second.id, .value = "{\"name\": 7"}}}));
  open();
  EXPECT_TRUE(registry_->find("n001"));
  EXPECT_FALSE(registry_->find("n002"));
  ASSERT_EQ(registry_->damaged().size(), 1U);
  EXPECT_EQ(registry_->damaged().front().key, second.id);
  EXPECT_EQ(store_->find("damaged", "node/" + second.id).value()->value, "{\"name\": 7")
      << "somebody may mend it";
  open();
  ASSERT_EQ(registry_->damaged().size(), 1U) << "what is left of it is of no use";
  EXPECT_EQ(registry_->damaged().front().reason, "parts of it are missing (it has no name)");
}

}  // namespace
}  // namespace muster::provisioning
