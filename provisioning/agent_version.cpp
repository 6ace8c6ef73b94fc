#include "provisioning/agent_version.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"

namespace muster::provisioning {

std::string agent_note(const Capabilities& agent, const Capabilities& head) {
  std::vector<std::string> unknown;
  for (const std::string& step : head.steps) {
    if (!std::ranges::contains(agent.steps, step)) unknown.push_back("'" + step + "'");
  }
  const bool reads_plans = agent.schema == head.schema;
  if (agent.version == head.version && reads_plans && unknown.empty()) return {};
  std::string note = std::format("its agent is of version {}, and the head of version {}",
                                 agent.version, head.version);
  if (!reads_plans) {
    note += std::format("; it reads plans of schema {}, and the head makes schema {}", agent.schema,
                        head.schema);
  } else if (!unknown.empty()) {
    note += "; it does not know the steps " + join(unknown, ", ");
  }
  return note + "; boot the node again to give it the head's version";
}

}  // namespace muster::provisioning
