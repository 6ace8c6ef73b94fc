#pragma once
// One request to the node endpoints, and the answer waited for.

#include <future>
#include <memory>
#include <utility>

#include "provisioning/node_api.h"

namespace muster::provisioning {

inline os::ServerResponse ask(NodeApi& api, const os::ServerRequest& request) {
  const auto promise = std::make_shared<std::promise<os::ServerResponse>>();
  auto answer = promise->get_future();
  api.handle(request, os::Reply([promise](os::ServerResponse response) {
               promise->set_value(std::move(response));
             }));
  return answer.get();
}

}  // namespace muster::provisioning
