// What the cluster is called, for programs that greet.

#include <nlohmann/json.hpp>

#include "control/api/answers.h"
#include "control/api/api.h"

namespace muster::api {

os::ServerResponse Api::greeting(const os::ServerRequest&) {
  return answer({{"cluster", cluster_.spec().name}});
}

}  // namespace muster::api
