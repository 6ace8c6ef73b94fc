// What the cluster is called, for programs that greet.

#include <nlohmann/json.hpp>

#include "apps/musterd/api.h"
#include "apps/musterd/api_answers.h"

namespace muster::daemon {

os::ServerResponse Api::greeting(const os::ServerRequest&) {
  return answer({{"cluster", cluster_.spec().name}});
}

}  // namespace muster::daemon
