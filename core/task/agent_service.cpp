#include "core/task/agent_service.h"

#include <format>

namespace muster::task {

Report AgentService::run(const Task& task, const Tell&) {
  return {.id = task.id,
          .has_ended = true,
          .note = std::format("'{}' is no task of a node", task.kind)};
}

void AgentService::end(const std::string&) {}

Status AgentService::tick(const Tick&) { return {}; }

}  // namespace muster::task
