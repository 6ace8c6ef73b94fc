// musterd: the head's daemon. Unprivileged; two Unix sockets, one database, no network of its own.

#include <chrono>
#include <cstdio>
#include <print>
#include <systemd/sd-daemon.h>

#include <CLI/CLI.hpp>

#include "apps/musterd/api.h"
#include "apps/musterd/cluster.h"
#include "core/base/text.h"
#include "core/os/stop_signal.h"
#include "provisioning/node_api.h"

namespace {

using namespace muster;
using namespace std::chrono_literals;

/// An error is told when it is another than the last time: it may last for hours.
void say_once(const Status& done, std::string& said) {
  const std::string text = done ? std::string() : done.error().text();
  if (!text.empty() && text != said) std::println(stderr, "musterd: {}", text);
  said = text;
}

Status serve(const daemon::Settings& settings) {
  const os::StopSignal stop;
  TRY_ASSIGN(const auto cluster, daemon::Cluster::open(settings));
  os::PosixCommandRunner runner;
  daemon::Api api(*cluster, runner);
  provisioning::NodeApi node_api(
      cluster->registry(), cluster->authority(), cluster->ssh_authority(),
      {.head = cluster->spec().head.address.address,
       .boots = cluster->boots(),
       .plan_for =
           [&](const provisioning::Node& node) { return cluster->node_plans().text_of(node); },
       .generation_for =
           [&](const provisioning::Node& node) {
             return cluster->node_plans().generation_of(node);
           },
       .cluster = cluster->spec().name,
       .now_ms = &daemon::now_ms});
  TRY_ASSIGN(const auto admin_server,
             os::HttpServer::start(
                 {.socket = settings.run / "api.sock", .mode = 0660, .body_limit = 16U << 20U},
                 [&](const os::ServerRequest& r) { return api.handle(r); }));
  TRY_ASSIGN(
      const auto node_server,
      os::HttpServer::start(
          {.socket = settings.run / "node.sock", .mode = 0660, .gid = daemon::web_server_group()},
          [&](const os::ServerRequest& r) { return node_api.handle(r); }));
  sd_notify(0, "READY=1");
  std::string said_of_tick;
  std::string said_of_plan;
  while (!stop.wait_for(cluster->is_applying() ? 100ms : 500ms)) {
    // The helper may be away for a moment, the disk full; what was not done is done at the next
    // turn.
    say_once(cluster->tick(), said_of_tick);
    say_once(cluster->publish(), said_of_plan);
  }
  cluster->end_waits();
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("The daemon of a Muster head.", "musterd");
  app.set_version_flag("--version", MUSTER_VERSION);
  daemon::Settings settings;
  app.add_option("--spec", settings.spec, "the file that describes the cluster")
      ->capture_default_str();
  app.add_option("--facts", settings.facts, "what the helper found out")->capture_default_str();
  app.add_option("--state", settings.state, "directory of the state")->capture_default_str();
  app.add_option("--run", settings.run, "directory of the sockets")->capture_default_str();
  app.add_option("--report", settings.report, "the helper's last report")->capture_default_str();
  app.add_option("--helper", settings.helper, "the helper's socket")->capture_default_str();
  app.add_option("--boot", settings.boot, "directory of boot loaders")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const Status done = serve(settings);
  if (done) return 0;
  std::println(stderr, "musterd: {}", done.error().text());
  return 1;
}
