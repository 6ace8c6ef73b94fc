#include "helper/apply_server.h"

#include <algorithm>
#include <print>
#include <systemd/sd-daemon.h>

#include <nlohmann/json.hpp>

#include "core/apply/apply.h"
#include "core/apply/own_accounts.h"
#include "core/apply/target/running_machine.h"
#include "core/base/layout.h"
#include "core/os/clock.h"
#include "core/os/files.h"
#include "core/os/unix_socket.h"
#include "core/os/wait.h"
#include "extensions/store.h"
#include "extensions/unit_file.h"
#include "head/facts.h"
#include "head/history.h"
#include "head/installed.h"
#include "helper/accounts.h"
#include "hpc/ssh_access.h"
#include "plans/head_rights.h"
#include "plans/trusted.h"
#include "provisioning/blobs.h"

namespace muster::helper {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

std::filesystem::path plan_file() {
  return std::filesystem::path(layout::kState) / layout::kHeadPlan;
}
constexpr const char* kPending = "/run/muster-helper/pending";
/// systemd starts the helper again at the next knock; a root process need not wait for it.
constexpr auto kIdle = 20s;

void print_outcome(const apply::Outcome& outcome) {
  if (outcome.kind == apply::Outcome::Kind::unchanged) return;
  const char* const colon = outcome.origin.empty() ? "" : ": ";
  std::println("{}{}{}{}{}", outcome.origin, colon, outcome.step,
               outcome.reason.empty() ? "" : ": ", outcome.reason);
  std::fflush(stdout);
}

/// The files of people's keys that may be stale. None when the plan has no account, as that of a
/// head whose users cannot be read: nobody has left then.
Result<std::vector<std::string>> read_key_files(const plan::Plan& plan) {
  const bool has_accounts = std::ranges::any_of(plan.steps, [](const plan::Step& step) {
    return std::holds_alternative<plan::EnsureUser>(step);
  });
  if (!has_accounts) return std::vector<std::string>();
  return os::list_directory(hpc::kKeyDirectory);
}

/// A cluster.yaml that somebody edited is a generation as well. A disk that is full stops no plan.
void note_specification(const std::string& text) {
  const auto noted =
      head::add_generation({.at_ms = os::now_ms(), .how = head::kFromFile, .text = text});
  if (!noted) std::println(stderr, "muster-helper: {}", noted.error().text());
}

/// What root granted to extensions.
Result<std::vector<extensions::Grant>> read_grants() {
  TRY_ASSIGN(extensions::Inventory inventory, extensions::read_inventory(extensions::kStore));
  std::vector<extensions::Grant> grants;
  for (extensions::Installed& each : inventory.installed) grants.push_back(std::move(each.grant));
  return grants;
}

Result<bool> is_unit_file(const std::string& extension, const std::string& unit,
                          const std::string& text) {
  return extensions::is_unit_of(extensions::kStore, extension, unit, text);
}

/// Steps that nobody has a right to.
std::vector<apply::Outcome> outcomes_of(const std::vector<plan::Step>& refused) {
  std::vector<apply::Outcome> outcomes;
  for (const plan::Step& step : refused) {
    outcomes.push_back(
        {.step = plan::describe(step),
         .origin = step.origin,
         .kind = apply::Outcome::Kind::failed,
         .reason = "no extension that is installed has a right to this, or brought this unit"});
  }
  return outcomes;
}

Result<json> apply_plan(os::CommandRunner& runner) {
  // The daemon's directory: what lies there is its word and no more.
  TRY_ASSIGN(const std::string text, os::read_plain_file(plan_file()));
  TRY_ASSIGN(plan::Plan given, plan::parse_plan(text));
  // The specification is root's own: what may be mounted and written is not the daemon's to say.
  TRY_ASSIGN(const std::string spec_text, os::read_file(head::kInstalledSpec));
  TRY_ASSIGN(const spec::ClusterSpec spec, head::parse_installed_spec(spec_text));
  const auto grants = read_grants();
  TRY_ASSIGN(const plans::HeadRights rights,
             plans::head_rights(spec, grants.value_or(std::vector<extensions::Grant>())));
  TRY_ASSIGN(const auto unowned, plans::take_out_unowned(given, rights.policy, is_unit_file));
  // A disk that cannot be read now takes nothing away from the head.
  if (!grants && !unowned.empty()) return std::unexpected(grants.error());
  const auto refused = outcomes_of(unowned);
  std::ranges::for_each(refused, print_outcome);
  TRY(rights.policy.check(given));
  TRY_ASSIGN(const head::Facts facts, head::read_facts());
  TRY_ASSIGN(const plan::Plan plan,
             plans::check_plan(given, {.spec = spec, .facts = facts, .policy = &rights.policy}));
  // Its steps say now whose they are.
  TRY(rights.policy.check(plan));
  note_specification(spec_text);
  // Before nginx is told to show them.
  TRY(provisioning::publish_blobs(facts.medium));
  TRY_ASSIGN(const apply::ListedAccounts own, apply::read_own_accounts());
  CheckedAccounts accounts = check_accounts(plan, spec, own);
  std::ranges::for_each(accounts.refused, print_outcome);
  TRY_ASSIGN(const auto keys, read_key_files(plan));
  apply::RunningMachine machine(runner);
  apply::Report report = apply::apply(
      with_stale_keys_removed(std::move(accounts.plan), keys, accounts.undecided), machine,
      {.pending = kPending,
       .record = layout::kApplied,
       // Stale keys have steps of their own.
       .unrecorded = hpc::kKeyDirectory,
       .undecided = accounts.undecided,
       .on_step = print_outcome});
  report.outcomes.insert(report.outcomes.end(), accounts.refused.begin(), accounts.refused.end());
  report.outcomes.insert(report.outcomes.end(), refused.begin(), refused.end());
  json value = apply::to_json(report);
  value["generation"] = plan::generation(plan);
  return value;
}

Status answer(os::Handle connection, os::CommandRunner& runner) {
  const auto report = apply_plan(runner);
  const json value = report ? *report
                            : json{{"succeeded", false},
                                   {"steps",
                                    {{{"step", layout::kWholePlan},
                                      {"outcome", "failed"},
                                      {"reason", report.error().text()}}}}};
  const std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  TRY(os::write_file(layout::kReport, text, {.mode = 0644}));
  return os::LineChannel(std::move(connection)).send_line(text, os::in(5s));
}

}  // namespace

Status serve_apply(os::CommandRunner& runner) {
  if (sd_listen_fds(1) != 1) {
    return fail("no socket was passed",
                "systemd starts this: 'systemctl start muster-apply.socket'");
  }
  const os::Handle listener(SD_LISTEN_FDS_START);
  while (true) {
    TRY_ASSIGN(const auto ready, os::wait_readable({{listener.get()}}, os::in(kIdle)));
    if (ready.empty()) return {};
    TRY_ASSIGN(os::Handle connection, os::accept_unix(listener));
    // A daemon that did not wait for its answer is no reason to stop serving the next knock.
    if (const Status told = answer(std::move(connection), runner); !told) {
      std::println(stderr, "muster-helper: {}", told.error().text());
    }
  }
}

}  // namespace muster::helper
