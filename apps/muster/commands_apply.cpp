// apply: makes a cluster.yaml the head's. rollback: an earlier one again.

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <format>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unistd.h>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/muster/applied.h"
#include "apps/muster/caller.h"
#include "apps/muster/client.h"
#include "apps/muster/commands.h"
#include "apps/muster/confirm.h"
#include "apps/muster/log_deed.h"
#include "apps/muster/plan_changes.h"
#include "apps/muster/spec_file.h"
#include "apps/muster/spec_lock.h"
#include "apps/muster/spec_people.h"
#include "core/base/layout.h"
#include "core/base/text.h"
#include "core/os/clock.h"
#include "core/os/command.h"
#include "core/os/files.h"
#include "core/spec/parse.h"
#include "head/facts.h"
#include "head/history.h"
#include "head/installed.h"
#include "head/systemctl.h"

namespace muster::cli {
namespace {

using nlohmann::json;

struct ApplyOptions {
  std::string file = head::kInstalledSpec;
  std::uint64_t number = 0;
  bool force = false;
  ConfirmOptions confirm;
};

/// A cluster.yaml that is to be the head's.
struct Wanted {
  /// The verb that makes it so.
  const char* verb;
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

/// What somebody wrote into the head's file and nobody applied is not lost when another takes its
/// place.
Status keep(const std::string& installed) {
  TRY_ASSIGN(const head::History history, head::read_history());
  if (std::ranges::contains(history.generations, installed, &head::Generation::text)) return {};
  const char* const how = history.generations.empty() ? head::kFromFile : head::kNotApplied;
  TRY(head::add_generation({.at_ms = os::now_ms(), .how = how, .text = installed}));
  return {};
}

/// What the changes of a command are counted from.
struct HeadFiles {
  /// The head's file; none: it cannot be read.
  std::optional<std::string> installed;
  /// Of the newest generation; empty: there is none.
  std::string newest;
};

Result<HeadFiles> read_head_files() {
  TRY_ASSIGN(const head::History history, head::read_history());
  const auto installed = os::read_file(head::kInstalledSpec);
  return HeadFiles{.installed = installed ? std::optional(*installed) : std::nullopt,
                   .newest = history.generations.empty() ? "" : history.generations.back().text};
}

/// Errors (conflict): the head is not what it was when its changes were listed. The helper may have
/// noted meanwhile what the file said already.
Status check_unchanged(const HeadFiles& seen) {
  TRY_ASSIGN(const HeadFiles now, read_head_files());
  const bool is_same = now.newest == seen.newest || now.newest == seen.installed;
  if (is_same && now.installed == seen.installed) return {};
  return fail(ErrorKind::conflict, "somebody changed the head's cluster.yaml meanwhile",
              "run this command again to see what it changes now; 'muster history' shows what was "
              "applied; nothing was done");
}

/// Writes it into the history and the head's file.
Result<head::Generation> write_files(const Wanted& wanted) {
  const auto installed = os::read_file(head::kInstalledSpec);
  const bool is_there = installed && *installed == wanted.text;
  // One that cannot be read cannot be kept.
  if (installed && !is_there) TRY(keep(*installed));
  TRY_ASSIGN(head::Generation made,
             head::add_generation(
                 {.at_ms = os::now_ms(), .who = caller(), .how = wanted.how, .text = wanted.text}));
  if (is_there) return made;
  // A link stays one, and the file keeps its owner and mode.
  Status written = os::rewrite_file(head::kInstalledSpec, wanted.text);
  if (written) return made;
  TRY(head::forget_generation(made.number));
  return std::unexpected(std::move(written).error());
}

Error not_taken_over(const Error& why) {
  return {.message = why.message,
          .hint =
              "'journalctl -u muster-prepare -u musterd -u muster-apply' says why; 'muster "
              "rollback' takes the change back",
          .kind = why.kind};
}

struct Installed {
  std::uint64_t number = 0;
  /// Whether all steps of the head's plan succeeded.
  bool holds = false;
};

/// Writes the files and starts what reads them anew. The number of the generation.
Result<std::uint64_t> take_over(os::CommandRunner& runner, const Wanted& wanted,
                                const Result<HeadFiles>& seen) {
  // Whoever must go back need not wait until the head has tried all steps.
  TRY_ASSIGN(const os::Handle lock, lock_spec());
  if (!seen) return std::unexpected(seen.error());
  TRY(check_unchanged(*seen));
  TRY_ASSIGN(const head::Generation made, write_files(wanted));
  say("the head takes it over…");
  // Networks and what lies on the state disk are looked at by prepare.
  Status started = head::systemctl(runner, {"reload-or-restart", layout::kPrepareUnit});
  if (started) {
    started = head::systemctl(runner, {"restart", layout::kDaemonUnit, layout::kWatchUnit});
  }
  if (started) return made.number;
  return std::unexpected(not_taken_over(started.error()));
}

/// Waits for the head's plan of this change; whether all its steps succeeded.
Result<bool> wait_for_plan(std::uint64_t change) {
  const auto holds = wait_until_applied(change, kApplyPatience);
  if (!holds) return std::unexpected(not_taken_over(holds.error()));
  if (*holds) return **holds;
  return std::unexpected(
      not_taken_over({.message = "the head has not applied its plan within five minutes"}));
}

/// Whether people leave with the change.
enum class Leavers { none, some };

/// Makes it the head's, on the disk and in its services.
Result<Installed> install(os::CommandRunner& runner, const Wanted& wanted,
                          const Result<HeadFiles>& seen, Leavers leavers) {
  TRY_ASSIGN(const std::uint64_t number, take_over(runner, wanted, seen));
  log_deed(wanted.verb, std::format("generation {}: {}", number, wanted.how));
  // Its first change: the daemon started anew.
  TRY_ASSIGN(bool holds, wait_for_plan(1));
  if (leavers == Leavers::some) {
    // The daemon decides who leaves, by the file that is in force at this moment.
    TRY_ASSIGN(const std::uint64_t change, let_leavers_go());
    if (change != 0) {
      TRY_ASSIGN(holds, wait_for_plan(change));
    }
  }
  return Installed{.number = number, .holds = holds};
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

int tell_done(const Installed& installed, const std::vector<std::string>& problems) {
  for (const std::string& problem : problems) say("problem: " + problem);
  if (!installed.holds) {
    return report({.message = std::format("generation {} is the head's, and not all of it holds",
                                          installed.number),
                   .hint = "'muster status' says what is wrong and is tried again; 'muster "
                           "rollback' takes the change back"});
  }
  if (head::is_live()) {
    say("this head runs from its ISO: the next start has the ISO's cluster.yaml again");
  }
  return print_answer(
      {{"generation", installed.number}, {"problems", problems}},
      std::format("generation {} holds on the head; 'muster node wait' ends when all nodes have it",
                  installed.number));
}

/// The head as it is before the change.
struct Before {
  /// null: nobody can tell, for this reason.
  json changes = {};
  std::string unknown = "the head's daemon does not run";
  std::set<std::string> problems = {};
};

/// Errors: the daemon does not answer, or cannot say what changes.
Result<Before> ask_before(const Wanted& wanted) {
  TRY_ASSIGN(const head::History history, head::read_history());
  TRY_ASSIGN(const spec::ClusterSpec now, specification_in_force(history));
  TRY_ASSIGN(json changes, ask_changes(wanted.spec, wanted.text, now));
  TRY_ASSIGN(const json status, call_head("GET", "/v1/status"));
  return Before{.changes = std::move(changes), .problems = problems_of(status)};
}

/// A head that is not well must be able to go back all the more.
Before look_before(const Wanted& wanted) {
  if (!head_is_here()) return {};
  auto before = ask_before(wanted);
  return before ? std::move(*before) : Before{.unknown = before.error().message};
}

bool has_unmount(const json& list) {
  return std::ranges::any_of(list, [](const json& change) {
    return text_of(change, "kind") == "removed" && text_of(change, "what").starts_with("mount ");
  });
}

bool takes_a_volume(const json& changes) {
  return has_unmount(changes.at("node")) ||
         std::ranges::any_of(changes.at("profiles"),
                             [](const json& of) { return has_unmount(of.at("changes")); });
}

/// Whom the head would not name any more.
std::vector<std::string> leavers_of(const Before& before) {
  // A daemon of an earlier version lets nobody leave.
  if (before.changes.is_null() || !before.changes.contains("leavers")) return {};
  return before.changes.at("leavers").get<std::vector<std::string>>();
}

std::string consequence_of(const Before& before) {
  if (before.changes.is_null()) {
    return std::format("nobody knows what changes: {}; people keep their accounts", before.unknown);
  }
  std::string text = has_changes(before.changes) ? "head and running nodes change as listed above"
                                                 : "no step of head and nodes changes";
  if (takes_a_volume(before.changes)) text += "; jobs that use a volume that goes lose it at once";
  if (const std::string told = told_leavers(leavers_of(before)); !told.empty()) text += "; " + told;
  return text;
}

int make_true(const Wanted& wanted, const Result<HeadFiles>& seen, const ApplyOptions& options) {
  const Before before = look_before(wanted);
  const json& changes = before.changes;
  if (form() == Form::text && !changes.is_null()) print_changes(changes);
  os::PosixCommandRunner runner;
  const std::vector<std::string> leavers = leavers_of(before);
  const Status idle = options.force ? Status() : refuse_while_leavers_work(runner, leavers);
  if (!idle) return report(idle.error());
  const Deed deed{.what = "make this the cluster",
                  .consequence = consequence_of(before),
                  .answer = {{"changes", changes}}};
  if (const auto stop = stop_before(deed, options.confirm)) return *stop;
  const auto installed =
      install(runner, wanted, seen, leavers.empty() ? Leavers::none : Leavers::some);
  if (!installed) return report(installed.error());
  const auto problems = new_problems(before.problems);
  return problems ? tell_done(*installed, *problems) : report(problems.error());
}

/// `name`: what errors call the text. `seen`: before the text was chosen.
int check_and_apply(Wanted wanted, const std::string& name, const Result<HeadFiles>& seen,
                    const ApplyOptions& options) {
  auto outcome = check_spec(wanted.text, name, cache_directory(""));
  for (const auto& problem : outcome.problems) say(spec::to_string(problem));
  print_remarks(outcome);
  if (!outcome.spec) {
    return report({.message = std::format("'{}' is no valid cluster.yaml", printable(name, 4096)),
                   .hint = "nothing was changed"},
                  kUsage);
  }
  wanted.spec = std::move(*outcome.spec);
  return make_true(wanted, seen, options);
}

int run_apply(const ApplyOptions& options) {
  if (const auto refused = refuse_caller()) return report(*refused);
  const auto seen = read_head_files();
  auto text = read_spec_text(options.file);
  if (!text) return report(text.error(), kUsage);
  return check_and_apply({.verb = "apply", .text = std::move(*text), .how = "applied"},
                         options.file, seen, options);
}

/// The generation that is meant: by its number, or the one before what the head has.
Result<head::Generation> choose_generation(const head::History& history, std::uint64_t number) {
  if (number != 0) return head::find_generation(history, number);
  const auto installed = os::read_file(head::kInstalledSpec);
  return head::find_before(history, installed ? *installed : std::string());
}

int run_rollback(const ApplyOptions& options) {
  if (const auto refused = refuse_caller()) return report(*refused);
  const auto seen = read_head_files();
  const auto history = head::read_history();
  if (!history) return report(history.error());
  auto chosen = choose_generation(*history, options.number);
  if (!chosen) return report(chosen.error(), kUsage);
  // An earlier version of Muster may have allowed what this one refuses.
  const std::string name = std::format("generation {}", chosen->number);
  return check_and_apply({.verb = "rollback",
                          .text = std::move(chosen->text),
                          .how = std::format("went back to {}", chosen->number)},
                         name, seen, options);
}

}  // namespace

void add_apply(CLI::App& app, Session& session) {
  auto* const verb = app.add_subcommand("apply", "make a cluster.yaml the one of this head");
  const auto options = std::make_shared<ApplyOptions>();
  verb->add_option("file", options->file, "the cluster.yaml; the head's own when absent")
      ->type_name(value::kFile);
  verb->add_flag("--force", options->force, "also while jobs run of people who leave; they end");
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
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  verb->add_flag("--force", options->force, "also while jobs run of people who leave; they end");
  options->confirm.add_to(*verb);
  add_json(*verb);
  on_run(*verb, session, [options] { return run_rollback(*options); });
}

}  // namespace muster::cli
