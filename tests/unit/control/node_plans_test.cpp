#include "control/node_plans.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace muster::control {
namespace {

using provisioning::Node;
using provisioning::NodeState;

plans::SharedPlans shared_part(const std::string& user) {
  plans::SharedPlans shared;
  shared.all.add(plan::EnsureGroup{.name = user, .gid = 10001});
  shared.by_profile["thin"];
  shared.by_profile["fat"].add(plan::EnsureGroup{.name = "fat", .gid = 10002});
  return shared;
}

Node node_named(const std::string& name) {
  Node node;
  node.id = "id-of-" + name;
  node.name = name;
  node.address = parse_ipv4("10.42.1.7").value();
  node.state = NodeState::ready;
  return node;
}

class NodePlansTest : public testing::Test {
 protected:
  NodePlansTest() {
    spec_.name = "hall";
    spec_.head.hostname = "head";
    spec_.profiles = {{.name = "thin"}, {.name = "fat"}};
    plans_.refresh(1, [] { return shared_part("ada"); });
  }

  /// As a failure, and as what was put right.
  std::string with_origins(const std::string& told) {
    provisioning::NodeReport report{.failure = told, .drift = {told}};
    plans_.name_origins(node_, report);
    EXPECT_EQ(report.drift.front(), report.failure);
    return report.failure;
  }

  spec::ClusterSpec spec_;
  NodePlans plans_{spec_};
  Node node_ = node_named("n001");
};

TEST_F(NodePlansTest, a_node_is_given_its_names_and_what_all_nodes_have) {
  const std::string text = plans_.text_of(node_);
  const auto plan = plan::parse_plan(text);
  ASSERT_TRUE(plan) << plan.error().text();
  EXPECT_EQ(std::get<plan::SetHostname>(plan->steps.front()).name, "n001");
  EXPECT_EQ(std::get<plan::EnsureGroup>(plan->steps.back()).name, "ada");
  EXPECT_EQ(nlohmann::json::parse(text)["generation"], plans_.generation_of(node_));
}

TEST_F(NodePlansTest, says_whose_the_steps_are_that_a_node_tells_of) {
  plans_.refresh(2, [] {
    plans::SharedPlans shared = shared_part("ada");
    shared.all = {};
    shared.all.append({.steps = {plan::RemoveFile{.path = "/etc/motd"},
                                 plan::RemoveFile{.path = "/etc/motd: old"}}},
                      "names");
    plan::Plan fat;
    fat.add(plan::RemoveFile{.path = "/etc/fat"});
    shared.by_profile["fat"] = {};
    shared.by_profile["fat"].append(std::move(fat), "jobs");
    return shared;
  });
  const std::string step = plan::describe(plan::RemoveFile{.path = "/etc/motd"});
  const std::string fat = plan::describe(plan::RemoveFile{.path = "/etc/fat"});
  EXPECT_EQ(with_origins(step + ": it is a: disk"), "names: " + step + ": it is a: disk");
  EXPECT_EQ(with_origins(step), "names: " + step);
  EXPECT_EQ(with_origins(step + " is another step"), step + " is another step");
  EXPECT_EQ(with_origins(fat + ": no"), fat + ": no") << "of another profile";
  node_.booted_profile = "fat";
  EXPECT_EQ(with_origins(step + ": a | b | " + fat + ": no | "),
            "names: " + step + ": a | b | jobs: " + fat + ": no | ");
  EXPECT_EQ(with_origins(step + ": old: no"), "names: " + step + ": old: no");
  const std::string own = plan::describe(plans::plan_node_own(spec_, node_).steps.front());
  EXPECT_EQ(with_origins(own + ": no"), "names: " + own + ": no");
  EXPECT_EQ(with_origins(""), "");
  std::string hostile;
  for (int i = 0; i < 2000; ++i) hostile += ": ";
  EXPECT_EQ(with_origins(hostile), hostile);
  EXPECT_EQ(with_origins(" |  | "), " |  | ");
}

TEST_F(NodePlansTest, its_name_is_another_when_anything_in_it_is) {
  const std::string before = plans_.generation_of(node_);
  EXPECT_LE(before.size(), 128U) << "the protocol's limit";
  EXPECT_NE(plans_.generation_of(node_named("n002")), before);
  Node moved = node_;
  moved.address = parse_ipv4("10.42.1.8").value();
  EXPECT_NE(plans_.generation_of(moved), before);
  Node returned = node_;
  returned.returned_ms = 1;
  EXPECT_NE(plans_.generation_of(returned), before);
  plans_.refresh(2, [] { return shared_part("grace"); });
  EXPECT_NE(plans_.generation_of(node_), before);
  plans_.refresh(3, [] { return shared_part("ada"); });
  EXPECT_EQ(plans_.generation_of(node_), before);
}

TEST_F(NodePlansTest, a_node_has_what_those_of_the_profile_that_it_runs_as_have) {
  const std::string thin = plans_.generation_of(node_);
  node_.profile = "fat";
  EXPECT_NE(plans_.generation_of(node_), thin);
  const auto plan = plan::parse_plan(plans_.text_of(node_));
  ASSERT_TRUE(plan) << plan.error().text();
  EXPECT_EQ(std::get<plan::EnsureGroup>(plan->steps.back()).name, "fat");
  node_.booted_profile = "thin";
  EXPECT_EQ(plans_.generation_of(node_), thin) << "a profile counts from the next start on";
  node_.booted_profile = "gone";
  EXPECT_EQ(plans_.generation_of(node_), thin)
      << "as the first: the cluster has no such profile any more";
}

TEST_F(NodePlansTest, a_change_for_one_profile_leaves_the_plans_of_others_alone) {
  Node fat = node_;
  fat.profile = "fat";
  const std::string thin_before = plans_.generation_of(node_);
  const std::string fat_before = plans_.generation_of(fat);
  plans_.refresh(2, [] {
    plans::SharedPlans shared = shared_part("ada");
    shared.by_profile["fat"].add(plan::EnsureGroup{.name = "more", .gid = 10003});
    return shared;
  });
  EXPECT_EQ(plans_.generation_of(node_), thin_before);
  EXPECT_NE(plans_.generation_of(fat), fat_before);
}

TEST_F(NodePlansTest, the_shared_part_is_made_once_for_a_change) {
  int made = 0;
  const auto make = [&] {
    ++made;
    return shared_part("ada");
  };
  plans_.refresh(1, make);
  EXPECT_EQ(made, 0);
  plans_.refresh(2, make);
  plans_.refresh(2, make);
  EXPECT_EQ(made, 1);
  plans_.refresh(1, make);
  EXPECT_EQ(made, 1) << "somebody who was late";
}

TEST_F(NodePlansTest, another_name_of_the_head_is_another_plan) {
  const std::string before = plans_.generation_of(node_);
  spec_.head.hostname = "other";
  NodePlans after(spec_);
  after.refresh(1, [] { return shared_part("ada"); });
  EXPECT_NE(after.generation_of(node_), before);
}

TEST_F(NodePlansTest, a_node_holds_its_plan_when_it_is_ready_and_said_so_of_this_one) {
  EXPECT_FALSE(plans_.is_held_by(node_));
  node_.generation = plans_.generation_of(node_);
  EXPECT_TRUE(plans_.is_held_by(node_));
  node_.reboot = provisioning::RebootWish{.id = "a1", .asked_ms = 1};
  EXPECT_FALSE(plans_.is_held_by(node_)) << "who waits for it waits for its next boot";
  node_.reboot.reset();
  node_.state = NodeState::failed;
  EXPECT_FALSE(plans_.is_held_by(node_));
  node_.state = NodeState::ready;
  plans_.refresh(2, [] { return shared_part("grace"); });
  EXPECT_FALSE(plans_.is_held_by(node_));
}

}  // namespace
}  // namespace muster::control
