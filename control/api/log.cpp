// The pages of the log of commands.

#include <nlohmann/json.hpp>

#include "control/api/answers.h"
#include "control/api/api.h"
#include "control/api/requests.h"
#include "control/command_log.h"

namespace muster::api {

using os::ServerRequest;
using os::ServerResponse;

ServerResponse Api::log(const ServerRequest&) {
  auto entries = control::read_log(cluster_.store());
  if (!entries) return os::refusal(entries.error());
  return answer({{"entries", std::move(*entries)}, {"now_ms", cluster_.now_ms()}});
}

ServerResponse Api::note_deed(const ServerRequest& request) {
  const auto deed = parse_deed(request.body);
  if (!deed) return refuse_request(deed.error());
  if (!request.is_of_root()) {
    return os::refusal({.message = "only root may say what was done beside the daemon",
                        .hint = "everything else is in the log by itself",
                        .kind = ErrorKind::denied});
  }
  ServerRequest done = request;
  done.body = deed->request;
  return answer(control::note_request(cluster_.store(), deed->action, done, ServerResponse{},
                                      cluster_.now_ms()));
}

}  // namespace muster::api
