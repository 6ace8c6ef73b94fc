// The lives of nodes: stages, certificates, plans, silence.

#include "tests/unit/provisioning/registry_fixture.h"

namespace muster::provisioning {
namespace {

TEST_F(RegistryTest, a_failure_stands_behind_what_the_console_showed) {
  const Welcome welcome = boot(1);
  ASSERT_TRUE(
      registry_->discovery()
          .stage(welcome.session,
                 {.stage = "image", .failure = "no memory", .console = {"kernel: Out of memory"}},
                 now_)
          .wait());
  const auto events = store_->events(welcome.node.id, 2);
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 2U);
  EXPECT_EQ((*events)[0].kind, "console");
  EXPECT_EQ((*events)[0].text, "kernel: Out of memory");
  EXPECT_EQ((*events)[1].text, "image: no memory");
}

TEST_F(RegistryTest, the_switch_port_stays_known_until_the_switch_speaks_again) {
  const Node node = bring_up(1);
  ASSERT_TRUE(
      registry_
          ->report(
              node.id,
              {.stage = "ready", .generation = "g", .neighbour = LldpNeighbour{"rack7-sw1", "17"}},
              now_)
          .wait());
  pass(120'000);
  ASSERT_TRUE(tell(node.id, {.stage = "stopping", .generation = "g"}));
  boot(1);
  ASSERT_TRUE(registry_->find(node.name)->hardware.lldp);
  EXPECT_EQ(registry_->find(node.name)->hardware.lldp->port, "17");
  open();
  EXPECT_EQ(registry_->find(node.name)->hardware.lldp->port, "17") << "after a restart too";
}

TEST_F(RegistryTest, a_clock_that_is_set_misses_nobody_and_lets_nobody_in) {
  bring_up(1);
  const std::int64_t day = 86'400'000;
  for (const std::int64_t step : {90 * day, -2 * day}) {
    now_.wall_ms += step;
    tick(now_);
    EXPECT_EQ(registry_->find("n001")->state, NodeState::ready) << step;
    EXPECT_EQ(boot(1).kind, Welcome::Kind::wait) << "it is up";
  }
  pass(61'000);
  tick(now_);
  EXPECT_EQ(registry_->find("n001")->state, NodeState::failed);
}

TEST_F(RegistryTest, a_token_is_good_once_and_its_second_use_raises_an_alarm) {
  const Welcome welcome = boot(1);
  ASSERT_TRUE(enrol(welcome.token));
  EXPECT_FALSE(enrol(welcome.token));
  EXPECT_EQ(store_->events(welcome.node.id, 100)->back().kind, "alarm");
}

TEST_F(RegistryTest, a_token_ends_with_its_boot_and_with_time) {
  const Welcome first = boot(1);
  const Welcome second = boot(1);
  EXPECT_FALSE(enrol(first.token)) << "a newer boot replaced it";
  EXPECT_FALSE(enrol(""));
  pass(31 * 60'000);
  EXPECT_FALSE(enrol(second.token));
}

TEST_F(RegistryTest, only_the_newest_certificate_counts_and_none_of_a_removed_node) {
  const Node node = bring_up(1);
  EXPECT_TRUE(show(node, "AB"));
  ASSERT_TRUE(tell(node.id, {.stage = "stopping"}));
  ASSERT_TRUE(enrol(boot(1).token, "CD"));
  EXPECT_FALSE(show(node, "AB"));
  EXPECT_FALSE(show(node, ""));
  const std::vector<std::string> names = {"n001"};
  ASSERT_TRUE(registry_->node_decisions().remove(names, now_));
  EXPECT_FALSE(show(node, "CD"));
}

TEST_F(RegistryTest, a_renewed_certificate_counts_from_its_first_use_on) {
  const Node node = bring_up(1);
  ASSERT_TRUE(registry_->enrolment().offer_certificate(node.id, "AB", {"CD"}, now_).wait());
  EXPECT_TRUE(show(node, "AB")) << "the answer with the new one may be lost";
  EXPECT_TRUE(show(node, "CD"));
  EXPECT_FALSE(show(node, "AB"));
  EXPECT_TRUE(show(node, "CD"));
  EXPECT_FALSE(show(node, ""));
}

TEST_F(RegistryTest, of_two_renewed_certificates_only_the_later_one_counts) {
  const Node node = bring_up(1);
  ASSERT_TRUE(registry_->enrolment().offer_certificate(node.id, "AB", {"CD"}, now_).wait());
  ASSERT_TRUE(registry_->enrolment().offer_certificate(node.id, "AB", {"EF"}, now_).wait());
  EXPECT_FALSE(show(node, "CD"));
  EXPECT_TRUE(show(node, "EF"));
}

TEST_F(RegistryTest, a_renewal_that_a_new_boot_overtook_counts_for_nothing) {
  const Node node = bring_up(1);
  ASSERT_TRUE(tell(node.id, {.stage = "stopping"}));
  ASSERT_TRUE(enrol(boot(1).token, "CD"));
  EXPECT_FALSE(registry_->enrolment().offer_certificate(node.id, "AB", {"EF"}, now_).wait());
  EXPECT_FALSE(show(node, "EF"));
  EXPECT_TRUE(show(node, "CD"));
}

TEST_F(RegistryTest, a_node_that_falls_silent_is_lost_and_heard_again) {
  const Node node = bring_up(1);
  tick(now_ + 61'000);
  EXPECT_EQ(registry_->find("n001")->state, NodeState::failed);
  EXPECT_EQ(registry_->find("n001")->stage, "lost");
  const auto heard = beat(node.id, now_ + 70'000);
  ASSERT_TRUE(heard) << heard.error().text();
  EXPECT_EQ(heard->state, NodeState::ready);
  EXPECT_EQ(heard->returned_ms, now_.wall_ms + 70'000) << "it has to sign on once more";
  ASSERT_TRUE(beat(node.id, now_ + 80'000));
  EXPECT_EQ(registry_->find("n001")->returned_ms, now_.wall_ms + 70'000);
}

TEST_F(RegistryTest, a_node_that_was_silent_signs_on_once_more_however_it_is_heard) {
  const Node node = bring_up(1);
  const auto returned = [&] { return registry_->find("n001")->returned_ms; };
  ASSERT_TRUE(registry_->report(node.id, {.stage = "plan", .failure = "no"}, now_ + 59'000).wait());
  EXPECT_EQ(returned(), 0) << "a silence that nobody minds";
  ASSERT_TRUE(beat(node.id, now_ + 200'000));
  EXPECT_EQ(returned(), now_.wall_ms + 200'000) << "it was never called lost: its plan had failed";
  ASSERT_TRUE(
      registry_->enrolment().offer_certificate(node.id, "AB", {"CD"}, now_ + 300'000).wait());
  EXPECT_EQ(returned(), now_.wall_ms + 300'000) << "a certificate is renewed before the heartbeat";
  ASSERT_TRUE(beat(node.id, now_ + 301'000));
  EXPECT_EQ(returned(), now_.wall_ms + 300'000);
}

TEST_F(RegistryTest, a_node_that_was_lost_before_the_daemon_started_signs_on_once_more) {
  const Node node = bring_up(1);
  tick(now_ + 61'000);
  ASSERT_EQ(registry_->find("n001")->stage, "lost");
  pass(100'000);
  open();
  ASSERT_TRUE(beat(node.id, now_ + 5'000));
  EXPECT_EQ(registry_->find("n001")->returned_ms, now_.wall_ms + 5'000);
}

TEST_F(RegistryTest, a_running_node_that_takes_over_a_plan_stays_ready) {
  const Node node = bring_up(1);
  ASSERT_TRUE(tell(node.id, {.stage = "plan"}));
  EXPECT_EQ(registry_->find("n001")->state, NodeState::ready);
  EXPECT_EQ(registry_->find("n001")->stage, "plan");
  tick(now_ + 61'000);
  EXPECT_EQ(registry_->find("n001")->state, NodeState::ready) << "the agent is busy, not lost";
  tick(now_ + 301'000);
  EXPECT_EQ(registry_->find("n001")->stage, "lost");
}

TEST_F(RegistryTest, a_node_whose_plan_failed_is_not_ready_until_it_says_so) {
  const Node node = bring_up(1);
  ASSERT_TRUE(tell(node.id, {.stage = "plan", .failure = "no such unit"}));
  EXPECT_EQ(registry_->find("n001")->state, NodeState::failed);
  const auto told = store_->events(node.id, 100)->size();
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(tell(node.id, {.stage = "plan"}));
    EXPECT_EQ(registry_->find("n001")->reason, "no such unit")
        << "until it is known what came of it";
    ASSERT_TRUE(tell(node.id, {.stage = "plan", .failure = "no such unit"}));
  }
  EXPECT_EQ(store_->events(node.id, 100)->size(), told) << "its story is not drowned";
  ASSERT_TRUE(tell(node.id, {.stage = "ready", .generation = "g"}));
  EXPECT_EQ(registry_->find("n001")->state, NodeState::ready);
}

TEST_F(RegistryTest, a_node_that_falls_silent_in_its_image_is_missed_and_goes_on) {
  const Welcome welcome = boot(1);
  ASSERT_TRUE(registry_->discovery()
                  .stage(welcome.session, {.stage = "image", .progress = 10}, now_)
                  .wait());
  tick(now_ + 30'000);
  EXPECT_EQ(registry_->find("n001")->state, NodeState::booting);
  tick(now_ + 46'000);
  EXPECT_EQ(registry_->find("n001")->state, NodeState::failed);
  EXPECT_EQ(registry_->find("n001")->stage, "image");
  ASSERT_TRUE(registry_->discovery()
                  .stage(welcome.session, {.stage = "image", .progress = 15}, now_ + 60'000)
                  .wait());
  EXPECT_EQ(registry_->find("n001")->state, NodeState::booting);
}

TEST_F(RegistryTest, a_head_that_starts_anew_misses_nobody_for_the_time_it_was_away) {
  bring_up(1);
  pass(3'600'000);
  open();
  tick(now_ + 500);
  EXPECT_EQ(registry_->find("n001")->state, NodeState::ready);
  tick(now_ + 61'000);
  EXPECT_EQ(registry_->find("n001")->stage, "lost");
}

TEST_F(RegistryTest, nobody_takes_the_place_of_a_ready_node_right_after_the_head_started) {
  bring_up(1);
  pass(3'600'000);
  open();
  EXPECT_EQ(boot(1, kElsewhere).kind, Welcome::Kind::wait);
  pass(31'000);
  EXPECT_EQ(boot(1, kElsewhere).kind, Welcome::Kind::boot) << "it was switched off meanwhile";
}

TEST_F(RegistryTest, a_clock_that_was_set_back_keeps_no_node_from_booting) {
  bring_up(1);
  now_.wall_ms -= 900'000;
  open();
  pass(31'000);
  EXPECT_EQ(boot(1).kind, Welcome::Kind::boot);
}

TEST_F(RegistryTest, a_node_that_shows_its_certificate_is_up_whatever_its_state) {
  const Node node = bring_up(1);
  ASSERT_TRUE(tell(node.id, {.stage = "plan", .failure = "no such unit"}));
  open();
  ASSERT_TRUE(beat(node.id, now_));
  EXPECT_EQ(boot(1, kElsewhere).kind, Welcome::Kind::wait);
}

TEST_F(RegistryTest, a_session_ends_with_the_enrolment) {
  const Welcome welcome = boot(1);
  ASSERT_TRUE(registry_->discovery()
                  .stage(welcome.session, {.stage = "enrol", .failure = "x"}, now_)
                  .wait());
  ASSERT_TRUE(enrol(welcome.token));
  EXPECT_FALSE(registry_->discovery().stage(welcome.session, {.stage = "image"}, now_).wait());
}

TEST_F(RegistryTest, a_failed_stage_is_named_and_a_retry_clears_it) {
  const Welcome welcome = boot(1);
  ASSERT_TRUE(registry_->discovery()
                  .stage(welcome.session, {.stage = "image", .failure = "wrong hash"}, now_)
                  .wait());
  EXPECT_EQ(registry_->find("n001")->state, NodeState::failed);
  EXPECT_EQ(registry_->find("n001")->reason, "wrong hash");
  EXPECT_EQ(boot(1).node.state, NodeState::booting);
  EXPECT_FALSE(registry_->discovery().stage("nobody's", {.stage = "image"}, now_).wait());
}

}  // namespace
}  // namespace muster::provisioning
