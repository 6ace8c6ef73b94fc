#include "apps/muster/log_deed.h"

#include <nlohmann/json.hpp>

#include "apps/muster/client.h"
#include "apps/muster/output.h"

namespace muster::cli {

void log_deed(const std::string& action, const std::string& with) {
  constexpr std::chrono::seconds kPatience{10};
  const auto noted =
      call_head("POST", "/v1/log", {{"action", action}, {"request", with}}, kPatience);
  if (!noted) say("'muster log' will not show this: " + noted.error().message);
}

}  // namespace muster::cli
