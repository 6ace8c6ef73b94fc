// status: what runs on the head and what is wrong, each problem with its next step.

#include <format>
#include <print>

#include "apps/muster/client.h"
#include "apps/muster/commands.h"
#include "core/base/text.h"

namespace muster::cli {
namespace {

using nlohmann::json;

/// "; nodes reach it by the head's address there (nat)".
std::string route_text(const std::string& route) {
  if (route == "nat") return "; nodes reach it with the head's address (nat)";
  if (route == "direct") return "; nodes reach it with their own addresses (direct)";
  return "; nodes do not reach it";
}

/// The network to the site, when there is one.
void print_site(const json& status) {
  const auto site = status.find("external");
  if (site == status.end() || !site->is_object()) return;
  const std::string address = text_of(*site, "address");
  std::println("Site: {} on {}{}", address.empty() ? "no address" : address, text_of(*site, "link"),
               route_text(text_of(status, "route")));
}

/// What is remarkable in the head's cluster.yaml: nothing has to be done about it today.
void print_spec_remarks(const json& status) {
  for (const json& remark : status.value("remarks", json::array())) {
    std::println("  remark on {}:{}: {}; {}", text_of(remark, "file"), remark.value("line", 0),
                 text_of(remark, "message"), text_of(remark, "hint"));
  }
}

/// "Slurm: 7 nodes take jobs; 6 idle, 1 mixed, 1 drained".
void print_scheduler(const json& status) {
  const auto scheduler = status.find("scheduler");
  if (scheduler == status.end() || !scheduler->is_object()) return;
  std::vector<std::string> states;
  const json counts = scheduler->value("states", json::object());
  for (const auto& [state, count] : counts.items()) {
    states.push_back(std::format("{} {}", count.dump(), printable(state)));
  }
  std::println("Slurm: {} nodes take jobs; {}", scheduler->value("usable", 0), join(states, ", "));
}

void print_status(const json& status) {
  const json& head = status.at("head");
  std::println("Cluster {}: head {} at {} on {}{}", text_of(status, "cluster"),
               text_of(head, "name"), text_of(head, "address"), text_of(head, "interface"),
               !head.value("live", false)         ? ""
               : head.value("keeps_state", false) ? " (live, its state on a disk)"
                                                  : " (live: nothing survives a power cut)");
  print_site(status);
  std::println("DHCP {}; adoption of unknown machines: {}", text_of(status, "dhcp"),
               text_of(status, "adoption"));
  const json& nodes = status.at("nodes");
  std::println("Nodes: {} ready, {} booting, {} failed, {} in all", nodes.value("ready", 0),
               nodes.value("booting", 0), nodes.value("failed", 0), nodes.value("total", 0));
  print_scheduler(status);
  for (const json& service : status.at("services")) {
    std::println("  {:26} {}", text_of(service, "unit"), text_of(service, "state"));
  }
  const auto now_ms = status.value("now_ms", std::int64_t{0});
  for (const json& drift : status.value("put_right", json::array())) {
    const auto last_ms = drift.value("last_ms", std::int64_t{0});
    std::println("  put right at {}: {}", clock_time(last_ms, date_for(last_ms, now_ms)),
                 text_of(drift, "what"));
  }
  for (const json& problem : status.at("problems")) {
    std::println("! {}\n  next: {}", text_of(problem, "what"), text_of(problem, "next"));
    const std::string id = problem.value("id", "");
    if (!id.empty()) std::println("  more: muster explain {}", id);
  }
  print_spec_remarks(status);
  if (!status.at("problems").empty()) return;
  std::println("{}", nodes.value("total", 0) == 0
                         ? "All is well. Next: power on the other machines, then 'muster node list'"
                         : "All is well.");
}

int run_status() {
  const auto status = call_head("GET", "/v1/status");
  if (!status) return report(status.error());
  if (form() == Form::json) {
    print_json(status->dump(2));
  } else {
    print_status(*status);
  }
  return status->at("problems").empty() ? kDone : kFailed;
}

}  // namespace

void add_status(CLI::App& app, Session& session) {
  CLI::App* const verb = app.add_subcommand("status", "what runs on the head, and what is wrong");
  add_json(*verb);
  on_run_at_head(*verb, session, run_status);
}

}  // namespace muster::cli
