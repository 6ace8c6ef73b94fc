#include "control/node_plans.h"

#include <array>
#include <format>
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

std::unordered_map<std::string, std::string> origins_of(const plan::Plan& plan) {
  std::unordered_map<std::string, std::string> origins;
  for (const plan::Step& step : plan.steps) origins.emplace(plan::describe(step), step.origin);
  return origins;
}

/// Whose step a sentence begins with, which ends there or goes on with ": " and a reason; empty: it
/// begins with none. `find`: the origin of a step, or empty.
template <typename Find>
std::string origin_of(std::string_view sentence, const Find& find) {
  for (std::size_t end = sentence.size(); end != std::string_view::npos && end != 0;
       end = sentence.rfind(": ", end - 1)) {
    std::string origin = find(std::string(sentence.substr(0, end)));
    if (!origin.empty()) return origin;
  }
  return {};
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

std::string NodePlans::with_origins(const Node& node, const std::string& told) const {
  const auto shared = this->shared();
  const Origins own = origins_of(plans::plan_node_own(spec_, node));
  const std::array<const Origins*, 3> parts = {&own, &shared->origins,
                                               &shared->of(spec_, node).origins};
  const auto find = [&](const std::string& step) {
    for (const Origins* const origins : parts) {
      if (const auto known = origins->find(step); known != origins->end()) return known->second;
    }
    return std::string();
  };
  constexpr std::string_view kBetween = " | ";
  std::string text;
  for (std::string_view rest = told; !rest.empty();) {
    const std::string_view sentence = rest.substr(0, rest.find(kBetween));
    const std::string origin = origin_of(sentence, find);
    text += origin.empty() ? std::string(sentence) : std::format("{}: {}", origin, sentence);
    rest.remove_prefix(sentence.size());
    if (rest.empty()) break;
    text += kBetween;
    rest.remove_prefix(kBetween.size());
  }
  return text;
}

bool NodePlans::is_held_by(const Node& node) const {
  // What holds on a node that is about to reboot is gone in a moment.
  return node.state == provisioning::NodeState::ready && !node.reboot &&
         node.generation == generation_of(node);
}

}  // namespace muster::control
