#include "apps/musterd/node_plans.h"

#include <format>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/plans/plans.h"
#include "core/base/text.h"
#include "core/os/hash.h"

namespace muster::daemon {
namespace {

std::string steps_text(const plan::Plan& plan) {
  std::vector<std::string> steps;
  steps.reserve(plan.steps.size());
  for (const plan::Step& step : plan.steps) steps.push_back(plan::to_json(step).dump());
  return join(steps, ",");
}

std::string name_of(const std::string& own_steps, const std::string& shared_digest) {
  return os::sha256(own_steps + shared_digest).substr(0, 16);
}

}  // namespace

void NodePlans::refresh(std::uint64_t stamp, const std::function<plan::Plan()>& make_shared) {
  const std::scoped_lock one_at_a_time(refreshing_);
  if (shared()->stamp == stamp) return;
  Shared made{.stamp = stamp, .steps = steps_text(make_shared()), .digest = {}};
  made.digest = os::sha256(made.steps);
  auto next = std::make_shared<const Shared>(std::move(made));
  const std::scoped_lock lock(mutex_);
  shared_ = std::move(next);
}

std::shared_ptr<const NodePlans::Shared> NodePlans::shared() const {
  const std::scoped_lock lock(mutex_);
  return shared_;
}

std::string NodePlans::own_steps(const provisioning::Node& node) const {
  return steps_text(plans::plan_node_own(spec_, node));
}

std::string NodePlans::generation_of(const provisioning::Node& node) {
  const std::scoped_lock lock(mutex_);
  Known& known = known_[node.id];
  const bool same = known.stamp == shared_->stamp && known.name == node.name &&
                    known.address == node.address && known.returned_ms == node.returned_ms;
  if (!same) {
    known = {.stamp = shared_->stamp,
             .name = node.name,
             .address = node.address,
             .returned_ms = node.returned_ms,
             .generation = name_of(own_steps(node), shared_->digest)};
  }
  return known.generation;
}

std::string NodePlans::text_of(const provisioning::Node& node) const {
  const auto shared = this->shared();
  const std::string own = own_steps(node);
  return std::format(R"({{"generation":"{}","schema":1,"steps":[{}{}{}]}})",
                     name_of(own, shared->digest), own, shared->steps.empty() ? "" : ",",
                     shared->steps);
}

bool NodePlans::is_held_by(const provisioning::Node& node) {
  return node.state == provisioning::NodeState::ready && node.generation == generation_of(node);
}

}  // namespace muster::daemon
