// The noun `job`: one command that shows whether the cluster runs MPI jobs, and how well.

#include <cstdio>
#include <format>
#include <memory>
#include <print>
#include <string>
#include <unistd.h>

#include "apps/muster/choose_nodes.h"
#include "apps/muster/commands.h"
#include "apps/muster/progress_line.h"
#include "core/base/text.h"
#include "core/os/name_service.h"
#include "hpc/job_check_run.h"
#include "hpc/users.h"

namespace muster::cli {
namespace {

struct CheckArguments {
  std::string nodes;
  std::string user;
  unsigned timeout = 300;
  unsigned patience = 60;
  bool verbose = false;
};

/// Errors: there is no such account here, or nobody knows.
Result<os::User> need_account(Result<std::optional<os::User>> found, std::string_view what) {
  TRY_ASSIGN(const auto account, std::move(found));
  if (account) return *account;
  return fail(std::format("this machine has no account for {}", what),
              "run this on the head; 'muster status' there says whether its plan was applied");
}

/// MPI as root would let any node's program act as root; only root can be somebody else.
Status check_choice(const CheckArguments& arguments) {
  if (arguments.user == "root") {
    return fail("the check does not run as root", "name another: --user");
  }
  if (geteuid() == 0 || arguments.user.empty()) return {};
  TRY_ASSIGN(const auto named, os::find_user(arguments.user));
  if (named && named->uid == geteuid()) return {};
  return fail(std::format("only root can run the check as '{}'", arguments.user),
              "leave --user out to run it as yourself");
}

/// Who runs the job: root takes the account made for this, or the one it is told. Errors: this
/// machine has no such account.
Result<hpc::CheckOptions> choose_user(const CheckArguments& arguments) {
  hpc::CheckOptions options;
  os::User account;
  if (geteuid() != 0) {
    TRY_ASSIGN(account, need_account(os::find_user(geteuid()), "this user"));
  } else {
    const std::string name = arguments.user.empty() ? std::string(hpc::kCheckUser) : arguments.user;
    TRY_ASSIGN(account, need_account(os::find_user(name), std::format("user '{}'", name)));
    options.identity = hpc::CheckOptions::Identity::switch_to_user;
  }
  options.user = account.name;
  options.home = account.home;
  return options;
}

int check(const CheckArguments& arguments) {
  if (const Status allowed = check_choice(arguments); !allowed) {
    return report(allowed.error(), kUsage);
  }
  auto options = choose_user(arguments);
  if (!options) return report(options.error(), kMissing);
  auto nodes = choose_names(arguments.nodes);
  if (!nodes) return report(nodes.error());
  if (nodes->empty() && !arguments.nodes.empty()) {
    return report({.message = std::format("'{}' names no node", arguments.nodes),
                   .hint = "'muster node list' shows them"},
                  kUsage);
  }
  options->nodes = std::move(*nodes);
  options->timeout = std::chrono::seconds(arguments.timeout);
  options->patience = std::chrono::seconds(arguments.patience);

  ProgressLine progress;
  options->on_progress = [&](std::string_view text) {
    // Lines of the job between would tear one that is written over.
    arguments.verbose ? progress.keep(text) : progress.show(text);
  };
  if (arguments.verbose) {
    options->on_output = [](std::string_view line) { say(std::format("  {}", line)); };
  }
  os::PosixCommandRunner runner;
  const auto outcome = hpc::run_job_check(runner, *options);
  progress.close();
  if (!outcome) return report(outcome.error(), kMissing);
  if (form() == Form::json) {
    print_json(hpc::render_report_json(*outcome));
  } else {
    std::print("{}", hpc::render_report(*outcome));
  }
  // The reason of a failure comes last, also where both outputs are one.
  std::fflush(stdout);
  return outcome->green() ? kDone : report(*outcome->problem);
}

}  // namespace

void add_job(CLI::App& app, Session& session) {
  CLI::App* noun = app.add_subcommand("job", "jobs on the cluster");
  noun->require_subcommand(1);
  CLI::App* verb = noun->add_subcommand(
      "check", "run an MPI job over the nodes and measure the network between them");
  auto arguments = std::make_shared<CheckArguments>();
  verb->add_option("nodes", arguments->nodes, std::format("{}; all when absent", kNodesHelp))
      ->type_name(value::kNodes);
  verb->add_option("--user", arguments->user,
                   "as root: the user who runs the job (default: muster-check)")
      ->type_name(value::kUser);
  verb->add_option("--timeout", arguments->timeout, "seconds that the job may run")
      ->check(CLI::Range(10U, 86400U))
      ->capture_default_str();
  verb->add_option("--wait", arguments->patience, "seconds to wait for nodes that are busy")
      ->check(CLI::Range(1U, 86400U))
      ->capture_default_str();
  add_json(*verb);
  verb->add_flag("--verbose", arguments->verbose, "show everything that the job prints");
  on_run(*verb, session, [arguments] { return check(*arguments); });
}

}  // namespace muster::cli
