#include "apps/muster/applied.h"

#include <algorithm>
#include <format>

#include <nlohmann/json.hpp>

#include "apps/muster/client.h"
#include "core/os/wait.h"

namespace muster::cli {
namespace {

using namespace std::chrono_literals;

/// The daemon has no event for its callers.
constexpr auto kBetweenQuestions = 200ms;

}  // namespace

Result<std::optional<bool>> wait_until_applied(std::uint64_t change,
                                               std::chrono::milliseconds patience) {
  const std::string page = std::format("/v1/applied?since={}", change);
  const os::Deadline end = os::in(patience);
  while (true) {
    const auto answer = call_head("GET", page);
    if (answer && answer->value("applied", false)) return answer->value("succeeded", false);
    if (os::in(0ms) >= end) return std::nullopt;
    TRY(os::wait_readable({}, std::min(end, os::in(kBetweenQuestions))));
  }
}

}  // namespace muster::cli
