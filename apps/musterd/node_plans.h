#pragma once
// The plans of all nodes as they travel. Nearly all of a plan is the same for every node and is
// made once for each change; what a node has for itself are a few lines. Ten thousand nodes ask
// every ten seconds what their plan is called, and all of them fetch it when a user is added.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/plan/plan.h"
#include "core/spec/cluster_spec.h"
#include "provisioning/node.h"

namespace muster::daemon {

/// Threads: every function may be called from several threads. None but `refresh` calls out, so the
/// others may be called under the registry's lock.
class NodePlans {
 public:
  /// `spec` must outlive this object.
  explicit NodePlans(const spec::ClusterSpec& spec) : spec_(spec) {}

  /// Makes the part that all nodes share anew when `stamp` is another than the last time. Comes
  /// before the first use of the others, which speak of the plans as they were then.
  void refresh(std::uint64_t stamp, const std::function<plan::Plan()>& make_shared);

  /// What a node's plan is called: 16 hexadecimal digits, others when anything in it is another.
  std::string generation_of(const provisioning::Node& node);

  /// The plan with its generation, as docs/reference/node-protocol.md has it.
  std::string text_of(const provisioning::Node& node) const;

  /// Whether a node is ready and said that it holds the plan that it shall have.
  bool is_held_by(const provisioning::Node& node);

 private:
  struct Shared {
    std::uint64_t stamp = 0;
    /// JSON of the steps, with commas between.
    std::string steps;
    std::string digest;
  };
  /// A generation, and what it was made from.
  struct Known {
    std::uint64_t stamp = 0;
    std::string name;
    Ipv4Address address;
    std::int64_t returned_ms = 0;
    std::string generation;
  };

  std::shared_ptr<const Shared> shared() const;
  std::string own_steps(const provisioning::Node& node) const;

  const spec::ClusterSpec& spec_;
  /// One thread makes the shared part, the others wait for it.
  std::mutex refreshing_;
  /// Guards what follows.
  mutable std::mutex mutex_;
  std::shared_ptr<const Shared> shared_ = std::make_shared<Shared>();
  std::map<std::string, Known, std::less<>> known_;
};

}  // namespace muster::daemon
