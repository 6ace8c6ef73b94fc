// status: what runs on the head and what is wrong, each problem with its next step.

#include <format>
#include <memory>
#include <print>

#include "apps/muster/client.h"
#include "apps/muster/commands.h"

namespace muster::cli {
namespace {

using nlohmann::json;

void print_status(const json& status) {
  const json& head = status.at("head");
  std::println("Cluster {}: head {} at {} on {}{}", text_of(status, "cluster"),
               text_of(head, "name"), text_of(head, "address"), text_of(head, "interface"),
               !head.value("live", false)         ? ""
               : head.value("keeps_state", false) ? " (live, its state on a disk)"
                                                  : " (live: nothing survives a power cut)");
  std::println("DHCP {}; adoption of unknown machines: {}", text_of(status, "dhcp"),
               text_of(status, "adoption"));
  const json& nodes = status.at("nodes");
  std::println("Nodes: {} ready, {} booting, {} failed, {} in all", nodes.value("ready", 0),
               nodes.value("booting", 0), nodes.value("failed", 0), nodes.value("total", 0));
  for (const json& service : status.at("services")) {
    std::println("  {:26} {}", text_of(service, "unit"), text_of(service, "state"));
  }
  for (const json& problem : status.at("problems")) {
    std::println("! {}\n  next: {}", text_of(problem, "what"), text_of(problem, "next"));
  }
  if (!status.at("problems").empty()) return;
  std::println("{}", nodes.value("total", 0) == 0
                         ? "All is well. Next: power on the other machines, then 'muster node list'"
                         : "All is well.");
}

int run_status(bool as_json) {
  const auto status = call_head("GET", "/v1/status");
  if (!status) return report(status.error());
  if (as_json) {
    std::println("{}", status->dump(2));
  } else {
    print_status(*status);
  }
  return status->at("problems").empty() ? kDone : kFailed;
}

}  // namespace

void add_status(CLI::App& app, Session& session) {
  CLI::App* const verb = app.add_subcommand("status", "what runs on the head, and what is wrong");
  const auto as_json = std::make_shared<bool>(false);
  verb->add_flag("--json", *as_json, "print JSON");
  on_run_at_head(*verb, session, [as_json] { return run_status(*as_json); });
}

}  // namespace muster::cli
