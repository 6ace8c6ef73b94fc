#include "apps/muster/spec_people.h"

#include <format>

#include "apps/muster/client.h"
#include "apps/muster/job_guard.h"
#include "core/base/text.h"

namespace muster::cli {

Status refuse_while_leavers_work(os::CommandRunner& runner, std::span<const std::string> names) {
  for (const std::string& name : names) {
    if (auto idle = refuse_while_jobs_run_of(runner, name); !idle) {
      return wrap(std::format("'{}' is not in the file any more", name), std::move(idle).error());
    }
  }
  return {};
}

std::string told_leavers(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  return std::format("the accounts of {} go, their jobs end, and their homes are kept",
                     join(names, ", "));
}

Result<std::uint64_t> let_leavers_go() {
  const auto left = call_head("POST", "/v1/users/leave");
  if (left) return left->at("applying").get<std::uint64_t>();
  return fail(left.error().kind,
              std::format("people who are not in cluster.yaml any more keep their accounts: {}",
                          left.error().message),
              "'muster apply' tries it again");
}

}  // namespace muster::cli
