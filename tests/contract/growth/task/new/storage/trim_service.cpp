#include "storage/trim_service.h"

namespace muster::storage {

task::Report TrimService::run(const task::Task& task, const Tell&) {
  return {.id = task.id, .has_ended = true};
}

Status TrimService::tick(const task::Tick& tick) {
  last_ = tick.now;
  return {};
}

}  // namespace muster::storage
