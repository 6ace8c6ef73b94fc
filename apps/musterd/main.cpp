// musterd: the head's daemon. Unprivileged; Unix sockets for roles and nginx, one database, no
// network of its own.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <format>
#include <functional>
#include <iterator>
#include <memory>
#include <print>
#include <set>
#include <string>
#include <systemd/sd-daemon.h>
#include <vector>

#include <CLI/CLI.hpp>

#include "control/api/api.h"
#include "control/cluster.h"
#include "control/health.h"
#include "control/service_watch.h"
#include "core/base/layout.h"
#include "core/base/text.h"
#include "core/base/version.h"
#include "core/os/caught_exceptions.h"
#include "core/os/command.h"
#include "core/os/stop_signal.h"
#include "core/os/worker_pool.h"
#include "head/role.h"
#include "plans/head_rights.h"
#include "plans/plans.h"
#include "provisioning/node_api.h"

namespace {

using namespace muster;
using namespace std::chrono_literals;

/// For requests that cost time, of nodes and of each role, and how many of nodes wait.
constexpr unsigned kWorkers = 4;
constexpr std::size_t kMostWaiting = 16'384;

/// Each node holds one while it has nothing to do. LimitNOFILE of the service allows as many, and
/// those of the roles.
constexpr unsigned kNodeConnections = 32'768;

/// Tells what is wrong: each trouble when it begins, because it may last for hours.
class Teller {
 public:
  void tell(const std::vector<Error>& troubles) {
    std::set<std::string> now;
    for (const Error& trouble : troubles) {
      const std::string text = trouble.text();
      const bool is_first = now.insert(without_figures(text)).second;
      if (is_first && !said_.contains(without_figures(text))) {
        std::println(stderr, "musterd: {}", text);
      }
    }
    said_ = std::move(now);
  }

 private:
  /// How much room is left changes all the time.
  static std::string without_figures(std::string text) {
    std::erase_if(text, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
    return text;
  }

  std::set<std::string> said_;
};

/// What fails now is done at the next turn: the helper may be away for a moment, the disk full.
std::vector<Error> take_turn(control::Cluster& cluster) {
  cluster.tick();
  const Status published = cluster.publisher().publish();
  std::vector<Error> troubles;
  for (const control::Problem& problem : control::read_disk_problems(cluster)) {
    troubles.push_back({.message = problem.what, .hint = problem.next_step});
  }
  if (!published) troubles.push_back(published.error());
  return troubles;
}

/// What threads caught: each is a request or a write that failed, and a defect or a lack of memory.
std::vector<Error> caught_troubles(const std::vector<os::CaughtExceptions::Seen>& all) {
  std::vector<Error> troubles;
  for (const os::CaughtExceptions::Seen& seen : all) {
    if (seen.count == 0) continue;
    troubles.push_back({.message = std::format("{} times something could not be done: {}",
                                               seen.count, printable(seen.last, 200)),
                        .hint = "it is a defect of Muster, or the head's memory ran out"});
  }
  return troubles;
}

/// Takes a turn twice a second until the daemon is to end. An exception ends a turn only. `caught`:
/// what the daemon's other threads caught.
void take_turns(const os::StopSignal& stop, control::Cluster& cluster,
                const std::function<std::vector<os::CaughtExceptions::Seen>()>& caught) {
  Teller teller;
  os::CaughtExceptions own;
  while (!stop.wait_for(cluster.publisher().is_applying() ? 100ms : 500ms)) {
    own.run([&] {
      std::vector<Error> troubles;
      own.run([&] { troubles = take_turn(cluster); });
      std::vector<os::CaughtExceptions::Seen> all = caught();
      all.push_back(own.seen());
      std::ranges::move(caught_troubles(all), std::back_inserter(troubles));
      teller.tell(troubles);
    });
    // A turn takes the locks that everything takes (sd_notify(3), WatchdogSec of the unit).
    sd_notify(0, "WATCHDOG=1");
  }
}

/// Answers that wait for the disk refer to the node endpoints: none is left when this is destroyed.
class EndOfAnswers {
 public:
  explicit EndOfAnswers(provisioning::Registry& registry) : registry_(registry) {}
  EndOfAnswers(const EndOfAnswers&) = delete;
  EndOfAnswers& operator=(const EndOfAnswers&) = delete;
  ~EndOfAnswers() {
    if (const Status written = registry_.flush(); !written) {
      std::println(stderr, "musterd: {}", written.error().text());
    }
  }

 private:
  provisioning::Registry& registry_;
};

/// What extensions were asked is answered before the pages and servers go that wait for it: they
/// would wait for each other.
class EndOfExtensions {
 public:
  explicit EndOfExtensions(control::Cluster& cluster) : cluster_(cluster) {}
  EndOfExtensions(const EndOfExtensions&) = delete;
  EndOfExtensions& operator=(const EndOfExtensions&) = delete;
  ~EndOfExtensions() {
    cluster_.extensions().end();
    cluster_.extension_work().end();
  }

 private:
  control::Cluster& cluster_;
};

/// The server of one role. Its pages wait for the disk and ask programs, and those of another role
/// do not wait for them.
struct RoleServer {
  RoleServer() = default;
  RoleServer(RoleServer&&) = default;
  RoleServer& operator=(RoleServer&&) = default;
  /// What was done is answered before the server gives up who waits: nobody does it twice.
  ~RoleServer() {
    if (workers) workers->finish();
  }

  std::unique_ptr<os::WorkerPool> workers;
  /// Ends before the workers' object does.
  std::unique_ptr<os::HttpServer> server;
};

/// A server for each role. One whose group this head does not have is the daemon's own.
Result<std::vector<RoleServer>> serve_roles(const control::Settings& settings, api::Api& api) {
  std::vector<RoleServer> servers;
  for (const head::RoleDoor& door : head::kRoleDoors) {
    TRY_ASSIGN(const int group, control::find_gid(door.group));
    RoleServer& role = servers.emplace_back();
    role.workers = std::make_unique<os::WorkerPool>(kWorkers, door.connections);
    TRY_ASSIGN(role.server, os::HttpServer::start(
                                {.socket = settings.run / door.socket,
                                 .mode = 0660,
                                 .gid = group,
                                 .door = std::string(door.word),
                                 .body_limit = 16U << 20U,
                                 .connection_limit = door.connections},
                                os::on_workers(*role.workers,
                                               [&api](const os::ServerRequest& r, os::Reply reply) {
                                                 api.handle(r, std::move(reply));
                                               })));
  }
  return servers;
}

Status serve(const control::Settings& settings) {
  const os::StopSignal stop;
  TRY_ASSIGN(const auto cluster, control::Cluster::open(settings));
  os::PosixCommandRunner runner;
  TRY_ASSIGN(const head::Policy policy, plans::head_policy(cluster->spec()));
  std::vector<std::string> units = policy.units();
  // It looks at what the daemon cannot see, and no plan has it.
  units.emplace_back(layout::kWatchUnit);
  control::ServiceWatch services(runner, std::move(units));
  api::Api api(*cluster, services);
  provisioning::NodeApi node_api(
      cluster->registry(), cluster->keys().authority(), cluster->keys().ssh_authority(),
      {.head = cluster->spec().head.address.address,
       .boots = cluster->boots(),
       .plan_for =
           [&](const provisioning::Node& node) { return cluster->node_plans().text_of(node); },
       .generation_for =
           [&](const provisioning::Node& node) {
             return cluster->node_plans().generation_of(node);
           },
       .name_origins =
           [&](const provisioning::Node& node, provisioning::NodeReport& report) {
             cluster->node_plans().name_origins(node, report);
           },
       .version = muster_version(),
       .cluster = cluster->spec().name,
       .now = [&] { return cluster->now(); },
       .is_there =
           [&](const provisioning::KeptImage& kept) {
             return provisioning::is_still_there(cluster->boots().catalogue(), kept);
           },
       .give_tasks =
           [&](const provisioning::Node& node, task::Question question, auto answer) {
             cluster->operations().ask(node.id, std::move(question), cluster->wanted_of(node.id),
                                       cluster->now(), std::move(answer));
           },
       .take_report =
           [&](const provisioning::Node& node, task::Report report, auto done) {
             cluster->operations().report(node.id, std::move(report), cluster->now(),
                                          std::move(done));
           }});
  const EndOfAnswers ends(cluster->registry());
  // Signing and plans take milliseconds each, and ten thousand nodes may ask at once: heartbeats do
  // not wait behind them.
  os::WorkerPool workers(kWorkers, kMostWaiting);
  const os::AsyncHandler answer = [&](const os::ServerRequest& r, os::Reply reply) {
    node_api.handle(r, std::move(reply));
  };
  const os::AsyncHandler answer_later = os::on_workers(workers, answer);
  TRY_ASSIGN(const auto role_servers, serve_roles(settings, api));
  const EndOfExtensions extensions_end(*cluster);
  TRY_ASSIGN(const int web_server, control::find_gid(control::kWebServerGroup));
  TRY_ASSIGN(const auto node_server,
             os::HttpServer::start({.socket = settings.run / layout::kNodeSocket,
                                    .mode = 0660,
                                    .gid = web_server,
                                    .connection_limit = kNodeConnections},
                                   [&](os::ServerRequest r, os::Reply reply) {
                                     const bool is_heavy = provisioning::NodeApi::is_heavy(r);
                                     (is_heavy ? answer_later : answer)(std::move(r),
                                                                        std::move(reply));
                                   }));
  // What is held has a connection each, and heartbeats need some too.
  cluster->operations().hold_at_most(node_server->connection_limit() / 4 * 3);
  sd_notify(0, "READY=1");
  take_turns(stop, *cluster, [&] {
    std::vector seen{workers.exceptions(),
                     node_server->exceptions(),
                     cluster->registry().exceptions(),
                     cluster->operations().exceptions(),
                     cluster->change_feed().exceptions(),
                     cluster->extensions().exceptions(),
                     cluster->extension_work().exceptions(),
                     services.exceptions()};
    for (const RoleServer& role : role_servers) {
      seen.push_back(role.workers->exceptions());
      seen.push_back(role.server->exceptions());
    }
    return seen;
  });
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("The daemon of a Muster head.", "musterd");
  app.set_version_flag("--version", muster_version());
  control::Settings settings;
  app.add_option("--spec", settings.spec, "the file that describes the cluster")
      ->capture_default_str();
  app.add_option("--facts", settings.facts, "what the helper found out")->capture_default_str();
  app.add_option("--state", settings.state, "directory of the state")->capture_default_str();
  app.add_option("--run", settings.run, "directory of the sockets")->capture_default_str();
  app.add_option("--report", settings.report, "the helper's last report")->capture_default_str();
  app.add_option("--helper", settings.helper, "the helper's socket")->capture_default_str();
  app.add_option("--boot", settings.boot, "directory of boot loaders")->capture_default_str();
  app.add_option("--extensions", settings.extensions, "directory of extensions")
      ->capture_default_str();
  app.add_option("--extension-run", settings.extension_run, "directory of their hosts' sockets")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const Status done = serve(settings);
  if (done) return 0;
  std::println(stderr, "musterd: {}", done.error().text());
  return 1;
}
