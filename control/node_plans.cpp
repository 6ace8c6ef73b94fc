#include "control/node_plans.h"

#include <array>
#include <format>
#include <ranges>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/crypto/hash.h"

namespace muster::control {
namespace {

using provisioning::Node;

std::string steps_text(const plan::Plan& plan) {
  std::vector<std::string> steps;
  steps.reserve(plan.steps.size());
  for (const plan::Step& step : plan.steps) steps.push_back(plan::to_json(step).dump());
  return join(steps, ",");
}

using Origins = std::map<std::string, std::string, std::less<>>;

/// The longest step that is looked for in what a node tells, and how many beginnings of a sentence
/// are taken for one: a node may tell anything.
constexpr std::size_t kLongestStep = 1000;
constexpr int kMostBeginnings = 16;

Origins origins_of(const plan::Plan& plan) {
  Origins origins;
  for (const plan::Step& step : plan.steps) origins.emplace(plan::describe(step), step.origin);
  return origins;
}

/// Whose step a sentence begins with, which ends there or goes on with ": " and a reason; empty: it
/// begins with none.
std::string origin_of(std::string_view sentence, std::span<const Origins* const> parts) {
  std::size_t end = sentence.size();
  if (end > kLongestStep) end = sentence.rfind(": ", kLongestStep);
  for (int i = 0; i < kMostBeginnings && end != sentence.npos && end != 0; ++i) {
    const std::string_view step = sentence.substr(0, end);
    for (const Origins* const origins : parts) {
      if (const auto known = origins->find(step); known != origins->end()) return known->second;
    }
    end = sentence.rfind(": ", end - 1);
  }
  return {};
}

/// "STEP: REASON" each with " | " between, with the origin before each that has one.
std::string with_origins(std::string_view told, std::span<const Origins* const> parts) {
  constexpr std::string_view kBetween = " | ";
  std::vector<std::string> sentences;
  for (const auto part : std::views::split(told, kBetween)) {
    const std::string_view sentence(part);
    const std::string origin = origin_of(sentence, parts);
    sentences.push_back(origin.empty() ? std::string(sentence)
                                       : std::format("{}: {}", origin, sentence));
  }
  return join(sentences, kBetween);
}

/// All that plans::plan_node_own takes of a node.
std::string name_of(const std::string& digest, const Node& node) {
  const std::string host_key = crypto::sha256(node.ssh_certificate).substr(0, 8);
  return std::format("{}-{}-{}-{}-{}", digest, node.name, to_string(node.address), node.returned_ms,
                     host_key);
}

}  // namespace

const NodePlans::OfProfile& NodePlans::Shared::of(const spec::ClusterSpec& spec,
                                                  const Node& node) const {
  return by_profile.at(plans::profile_of(spec, node).name);
}

void NodePlans::refresh(std::uint64_t stamp,
                        const std::function<plans::SharedPlans()>& make_shared) {
  const std::scoped_lock one_at_a_time(refreshing_);
  if (shared()->stamp >= stamp) return;
  const plans::SharedPlans plans = make_shared();
  Shared made{.stamp = stamp,
              .steps = steps_text(plans.all),
              .origins = origins_of(plans.all),
              .by_profile = {}};
  // A node's own part is made of the specification, too.
  const std::string own = steps_text(plans::plan_node_own(spec_, Node()));
  const std::string common = crypto::sha256(own + made.steps);
  for (const auto& [profile, plan] : plans.by_profile) {
    std::string steps = steps_text(plan);
    std::string digest = crypto::sha256(common + steps).substr(0, 16);
    made.by_profile[profile] = {
        .steps = std::move(steps), .digest = std::move(digest), .origins = origins_of(plan)};
  }
  auto next = std::make_shared<const Shared>(std::move(made));
  const std::scoped_lock lock(mutex_);
  shared_ = std::move(next);
}

std::shared_ptr<const NodePlans::Shared> NodePlans::shared() const {
  const std::scoped_lock lock(mutex_);
  return shared_;
}

std::string NodePlans::generation_of(const Node& node) const {
  return name_of(shared()->of(spec_, node).digest, node);
}

std::string NodePlans::text_of(const Node& node) const {
  const auto shared = this->shared();
  const OfProfile& profile = shared->of(spec_, node);
  std::string text =
      std::format(R"({{"generation":"{}","schema":{},"steps":[{})", name_of(profile.digest, node),
                  plan::kSchema, steps_text(plans::plan_node_own(spec_, node)));
  // The accounts of many thousand people are copied once.
  for (const std::string* const steps : {&shared->steps, &profile.steps}) {
    if (steps->empty()) continue;
    if (!text.ends_with('[')) text += ',';
    text += *steps;
  }
  return text + "]}";
}

void NodePlans::name_origins(const Node& node, provisioning::NodeReport& report) const {
  if (report.failure.empty() && report.drift.empty()) return;
  const auto shared = this->shared();
  const Origins own = origins_of(plans::plan_node_own(spec_, node));
  const std::array parts = {&own, &shared->origins, &shared->of(spec_, node).origins};
  report.failure = with_origins(report.failure, parts);
  for (std::string& step : report.drift) step = with_origins(step, parts);
}

bool NodePlans::is_held_by(const Node& node) const {
  // What holds on a node that is about to reboot is gone in a moment.
  return node.state == provisioning::NodeState::ready && !node.reboot &&
         node.generation == generation_of(node);
}

}  // namespace muster::control
