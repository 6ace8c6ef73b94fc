#pragma once
// One request to an API, and the answer waited for.

#include <future>
#include <memory>
#include <utility>

#include "core/os/http_message.h"

namespace muster::provisioning {

template <typename Api>
os::ServerResponse ask(Api& api, const os::ServerRequest& request) {
  const auto promise = std::make_shared<std::promise<os::ServerResponse>>();
  auto answer = promise->get_future();
  api.handle(request, os::Reply([promise](os::ServerResponse response) {
               promise->set_value(std::move(response));
             }));
  return answer.get();
}

}  // namespace muster::provisioning
