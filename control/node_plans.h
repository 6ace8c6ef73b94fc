#pragma once
// The plans of all nodes as they travel. Nearly all of a plan is the same for every node, or for
// every node of a profile, and is made once for each change; what a node has for itself are a few
// lines. Ten thousand nodes ask every ten seconds what their plan is called, and all of them fetch
// it when a user is added.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/spec/cluster_spec.h"
#include "plans/plans.h"
#include "provisioning/node.h"
#include "provisioning/reports.h"

namespace muster::control {

/// Threads: every function may be called from several threads. None but `refresh` calls out, so the
/// others may be called under the registry's lock.
class NodePlans {
 public:
  /// `spec` must outlive this object.
  explicit NodePlans(const spec::ClusterSpec& spec) : spec_(spec) {}

  /// Makes the parts that nodes share anew when `stamp`, which only grows, is higher than the last
  /// time. Comes before the first use of the others, which speak of the plans as they were then.
  /// `make_shared` makes a part for every profile of the specification.
  void refresh(std::uint64_t stamp, const std::function<plans::SharedPlans()>& make_shared);

  /// What a node's plan is called: the digest of what it shares with others, and what its own part
  /// is made of.
  std::string generation_of(const provisioning::Node& node) const;

  /// The plan with its generation, as docs/reference/node-protocol.md has it.
  std::string text_of(const provisioning::Node& node) const;

  /// Puts before each step that a node tells of, as failed or as put right, whose it is: "storage:
  /// mount …: no route". A step that is not in the node's plan now stays as it was told.
  void name_origins(const provisioning::Node& node, provisioning::NodeReport& report) const;

  /// Whether a node is ready, is not asked to reboot, and said that it holds the plan that it shall
  /// have.
  bool is_held_by(const provisioning::Node& node) const;

 private:
  /// plan::Step::origin by what a step is called (plan::describe).
  using Origins = std::map<std::string, std::string, std::less<>>;
  /// What the nodes of one profile have besides what all have.
  struct OfProfile {
    /// JSON of the steps, with commas between; empty: none.
    std::string steps;
    /// Of all that a node of this profile shares with others.
    std::string digest;
    Origins origins;
  };
  struct Shared {
    std::uint64_t stamp = 0;
    /// As above, of what all nodes have.
    std::string steps;
    Origins origins;
    std::map<std::string, OfProfile, std::less<>> by_profile;

    const OfProfile& of(const spec::ClusterSpec& spec, const provisioning::Node& node) const;
  };

  std::shared_ptr<const Shared> shared() const;

  const spec::ClusterSpec& spec_;
  /// One thread makes the shared part, the others wait for it.
  std::mutex refreshing_;
  /// Guards what follows.
  mutable std::mutex mutex_;
  std::shared_ptr<const Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace muster::control
