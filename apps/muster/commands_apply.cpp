// apply: makes a cluster.yaml the head's. rollback: an earlier one again.

#include <chrono>
#include <filesystem>
#include <format>
#include <memory>
#include <optional>
#include <set>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "apps/muster/caller.h"
#include "apps/muster/client.h"
#include "apps/muster/commands.h"
#include "apps/muster/confirm.h"
#include "apps/muster/plan_changes.h"
#include "apps/muster/spec_file.h"
#include "core/base/text.h"
#include "core/os/clock.h"
#include "core/os/command.h"
#include "core/os/files.h"
#include "core/os/wait.h"
#include "core/spec/parse.h"
#include "provisioning/head/facts.h"
#include "provisioning/head/history.h"
#include "provisioning/head/installed.h"
#include "provisioning/head/systemctl.h"

namespace muster::cli {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

/// The daemon has no event for its callers.
constexpr auto kBetweenAnswers = 500ms;
/// The longest step of a plan may take three minutes.
constexpr auto kApplyPatience = 5min;

struct ApplyOptions {
  std::string file = head::kInstalledSpec;
  std::uint64_t number = 0;
  ConfirmOptions confirm;
};

/// A cluster.yaml that is to be the head's.
struct Wanted {
  std::string text;
  /// Generation::how.
  std::string how;
  spec::ClusterSpec spec = {};
};

/// Also a head whose daemon does not start is one: it is the one that must go back.
std::optional<Failure> refuse_caller() {
  if (!std::filesystem::exists(head::kInstalledSpec)) {
    return Failure(
        {.message = std::format("this machine is no head: it has no '{}'", head::kInstalledSpec),
         .hint = "'muster help existing-server' says how a server becomes one"},
        kMissing);
  }
  if (geteuid() == 0) return std::nullopt;
  return Failure(
      {.message = "only root may change what the cluster is", .hint = "run it with sudo"});
}

/// What the head's plan comes from now: a file that somebody edited may be another already.
Result<spec::ClusterSpec> specification_in_force(const head::History& history) {
  if (history.generations.empty()) return head::read_installed_spec();
  const auto parsed = spec::parse_cluster(history.generations.back().text, "cluster.yaml");
  return parsed.spec ? *parsed.spec : head::read_installed_spec();
}

std::set<std::string> problems_of(const json& status) {
  std::set<std::string> problems;
  for (const json& problem : status.at("problems")) {
    problems.insert(std::format("{}; {}", text_of(problem, "what"), text_of(problem, "next")));
  }
  return problems;
}

/// Until the daemon that was started anew has the helper's answer to its plan.
Status wait_until_applied() {
  const os::Deadline end = os::in(kApplyPatience);
  while (true) {
    const auto answer = call_head("GET", "/v1/applied?since=1");
    if (answer && answer->value("applied", false)) return {};
    if (os::in(0ms) >= end) {
      return fail("the head has not applied its plan within five minutes");
    }
    TRY(os::wait_readable({}, std::min(end, os::in(kBetweenAnswers))));
  }
}

/// Makes it the head's, on the disk and in its services. The history has it before.
Result<head::Generation> install(os::CommandRunner& runner, const Wanted& wanted) {
  TRY_ASSIGN(head::Generation made,
             head::add_generation(
                 {.at_ms = os::now_ms(), .who = caller(), .how = wanted.how, .text = wanted.text}));
  TRY(os::update_file(head::kInstalledSpec, wanted.text));
  say("the head takes it over…");
  // Networks and what lies on the state disk are looked at by prepare.
  auto done = head::systemctl(runner, {"reload-or-restart", "muster-prepare.service"});
  if (done) {
    done = head::systemctl(runner, {"restart", "musterd.service", "muster-watch.service"});
  }
  if (done) done = wait_until_applied();
  if (done) return made;
  return fail(done.error().kind, done.error().message,
              "'journalctl -u muster-prepare -u musterd -u muster-apply' says why; 'muster "
              "rollback' takes the change back");
}

/// Problems that the head did not have before.
Result<std::vector<std::string>> new_problems(const std::set<std::string>& before) {
  TRY_ASSIGN(const json status, call_head("GET", "/v1/status"));
  std::vector<std::string> problems;
  for (const std::string& problem : problems_of(status)) {
    if (!before.contains(problem)) problems.push_back(problem);
  }
  return problems;
}

int tell_done(std::uint64_t number, const std::vector<std::string>& problems) {
  for (const std::string& problem : problems) say("problem: " + problem);
  if (head::is_live()) {
    say("this head runs from its ISO: the next start has the ISO's cluster.yaml again");
  }
  return print_answer(
      {{"generation", number}, {"problems", problems}},
      std::format("generation {} holds on the head; 'muster node wait' ends when all nodes have it",
                  number));
}

/// The head as it is before the change.
struct Before {
  /// null: nobody can tell.
  json changes;
  std::set<std::string> problems = {};
};

Result<Before> look_before(const Wanted& wanted) {
  if (!head_is_here()) return Before{};
  TRY_ASSIGN(const head::History history, head::read_history());
  TRY_ASSIGN(const spec::ClusterSpec now, specification_in_force(history));
  TRY_ASSIGN(json changes, ask_changes(wanted.spec, wanted.text, now));
  TRY_ASSIGN(const json status, call_head("GET", "/v1/status"));
  return Before{.changes = std::move(changes), .problems = problems_of(status)};
}

std::string consequence_of(const json& changes) {
  if (changes.is_null()) return "the head's daemon does not run, so nobody knows what changes";
  return has_changes(changes) ? "head and running nodes change as listed above"
                              : "nothing changes on head and nodes";
}

int make_true(const Wanted& wanted, const ConfirmOptions& confirm) {
  const auto before = look_before(wanted);
  if (!before) return report(before.error());
  const json& changes = before->changes;
  if (form() == Form::text && !changes.is_null()) print_changes(changes);
  const Deed deed{.what = "make this the cluster",
                  .consequence = consequence_of(changes),
                  .answer = {{"changes", changes}}};
  if (const auto stop = stop_before(deed, confirm)) return *stop;
  os::PosixCommandRunner runner;
  const auto made = install(runner, wanted);
  if (!made) return report(made.error());
  const auto problems = new_problems(before->problems);
  return problems ? tell_done(made->number, *problems) : report(problems.error());
}

/// `name`: what errors call the text.
int check_and_apply(Wanted wanted, const std::string& name, const ConfirmOptions& confirm) {
  auto outcome = check_spec(wanted.text, name, cache_directory(""));
  for (const auto& problem : outcome.problems) say(spec::to_string(problem));
  print_remarks(outcome);
  if (!outcome.spec) {
    return report({.message = std::format("'{}' is no valid cluster.yaml", printable(name, 4096)),
                   .hint = "nothing was changed"},
                  kUsage);
  }
  wanted.spec = std::move(*outcome.spec);
  return make_true(wanted, confirm);
}

int run_apply(const ApplyOptions& options) {
  if (const auto refused = refuse_caller()) return report(*refused);
  auto text = read_spec_text(options.file);
  if (!text) return report(text.error(), kUsage);
  return check_and_apply({.text = std::move(*text), .how = "applied"}, options.file,
                         options.confirm);
}

/// The generation that is meant: by its number, or the one before the newest.
Result<head::Generation> choose_generation(const head::History& history, std::uint64_t number) {
  if (number != 0) return head::find_generation(history, number);
  if (history.generations.size() > 1) return history.generations.end()[-2];
  return fail(ErrorKind::absent, "there is no earlier generation",
              "'muster history' shows those that there are");
}

int run_rollback(const ApplyOptions& options) {
  if (const auto refused = refuse_caller()) return report(*refused);
  const auto history = head::read_history();
  if (!history) return report(history.error());
  auto chosen = choose_generation(*history, options.number);
  if (!chosen) return report(chosen.error(), kUsage);
  // An earlier version of Muster may have allowed what this one refuses.
  const std::string name = std::format("generation {}", chosen->number);
  return check_and_apply(
      {.text = std::move(chosen->text), .how = std::format("went back to {}", chosen->number)},
      name, options.confirm);
}

}  // namespace

void add_apply(CLI::App& app, Session& session) {
  auto* const verb = app.add_subcommand("apply", "make a cluster.yaml the one of this head");
  const auto options = std::make_shared<ApplyOptions>();
  verb->add_option("file", options->file, "the cluster.yaml; the head's own when absent")
      ->type_name(value::kFile);
  options->confirm.add_to(*verb);
  add_json(*verb);
  on_run(*verb, session, [options] { return run_apply(*options); });
}

void add_rollback(CLI::App& app, Session& session) {
  auto* const verb =
      app.add_subcommand("rollback", "make an earlier cluster.yaml the one of this head again");
  const auto options = std::make_shared<ApplyOptions>();
  verb->add_option("number", options->number,
                   "the generation, as in 'muster history'; the one before when absent")
      ->type_name("N");
  options->confirm.add_to(*verb);
  add_json(*verb);
  on_run(*verb, session, [options] { return run_rollback(*options); });
}

}  // namespace muster::cli
