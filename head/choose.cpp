#include "head/choose.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <format>
#include <print>

#include "core/base/text.h"
#include "core/os/files.h"
#include "core/os/process.h"
#include "core/os/wait.h"
#include "head/cards.h"

namespace muster::head {
namespace {

namespace fs = std::filesystem;

constexpr auto kAskAgain = std::chrono::seconds(15);
constexpr const char* kAnswer = "/run/muster/answer";

NetworkDecision read_decision() {
  const auto text = os::read_file(kNetworkDecision);
  return text ? parse_decision(*text) : NetworkDecision();
}

Status remember(const NetworkQuestion& question, const NetworkDecision& now) {
  if (now == question.before) return {};
  TRY(os::make_directory(fs::path(kNetworkDecision).parent_path(), {.mode = 0700}));
  return os::write_file(kNetworkDecision, render_decision(now));
}

/// The question that systemd-ask-password(1) shows on screen and serial line at once.
class Console {
 public:
  ~Console() { end(); }

  Status ask(const Networks& networks) {
    const std::string question = std::format("Muster: {}. Which card leads to the nodes? ({})",
                                             networks.question, join(networks.candidates, ", "));
    TRY(os::write_file(kAnswer, "", {.mode = 0600}));
    TRY_ASSIGN(child_, os::spawn({.argv = {"systemd-ask-password", "--timeout=0", "--echo=yes",
                                           "--no-tty", question},
                                  .log = kAnswer,
                                  .on_parent_death = os::OnParentDeath::kill}));
    return {};
  }

  /// A candidate that somebody typed; none when nobody did before the deadline.
  Result<std::optional<std::string>> wait(const Networks& networks, os::Deadline deadline) {
    if (!child_) TRY(ask(networks));
    TRY_ASSIGN(const auto ready, os::wait_readable(std::array{child_->pidfd.get()}, deadline));
    if (ready.empty()) return std::nullopt;
    TRY(os::reap(*child_));
    child_.reset();
    TRY_ASSIGN(const std::string answer, os::read_file(kAnswer));
    const std::string name(trim(answer));
    if (std::ranges::contains(networks.candidates, name)) return name;
    std::println("muster: '{}' is not one of {}", printable(name, 64),
                 join(networks.candidates, ", "));
    return std::nullopt;
  }

 private:
  void end() {
    if (!child_) return;
    if (const Status told = os::signal_process(child_->id, SIGTERM); !told) {
      std::println("muster: {}", told.error().text());
    }
  }

  std::optional<os::Child> child_;
};

/// What is known of the links now, with who answers DHCP on those that may be decided about.
Status gather(os::CommandRunner& runner, const Networks& networks, System system,
              std::vector<Interface>& links) {
  // The links of a server with a system of its own are its owner's to bring up.
  if (system == System::live) TRY(bring_up(runner, networks.candidates));
  TRY_ASSIGN(links, read_links(runner));
  ask_all(runner, networks.candidates, links);
  return {};
}

Result<Networks> decide_by_evidence(os::CommandRunner& runner, NetworkQuestion& question,
                                    std::vector<Interface>& links) {
  const os::Deadline whole = os::in(kSpanningTree);
  Networks networks = choose_networks(question);
  Console console;
  while (true) {
    TRY(gather(runner, networks, question.system, links));
    const bool early = os::in({}) < whole;
    question.links = links;
    question.evidence = early ? Evidence::early : Evidence::whole;
    networks = choose_networks(question);
    if (networks.cluster || networks.candidates.empty()) return networks;
    if (early) {
      std::println("muster: {}; looking again", networks.question);
      continue;
    }
    TRY_ASSIGN(const auto answer, console.wait(networks, os::in(kAskAgain)));
    if (answer) return choose_networks(question, *answer);
  }
}

}  // namespace

Result<Networks> decide_networks(os::CommandRunner& runner, const spec::ClusterSpec& spec,
                                 System system) {
  TRY_ASSIGN(auto links, read_links(runner));
  NetworkQuestion question{.head = spec.head,
                           .links = links,
                           .before = read_decision(),
                           .evidence = Evidence::early,
                           .system = system};
  Networks networks = choose_networks(question);
  if (!networks.cluster && !networks.candidates.empty()) {
    TRY_ASSIGN(networks, decide_by_evidence(runner, question, links));
  }
  if (!networks.cluster) {
    return fail(networks.question, "its driver or firmware may be missing; look at 'dmesg'");
  }
  TRY(remember(question, decision_of(question, networks)));
  return networks;
}

Result<Networks> look_for_site(os::CommandRunner& runner, const spec::ClusterSpec& spec,
                               const std::string& cluster) {
  std::vector<Interface> links;
  NetworkQuestion question{.head = spec.head, .before = read_decision()};
  Networks networks{.cluster = cluster};
  TRY_ASSIGN(links, read_links(runner));
  for (const Interface& link : links) {
    if (!link.made && link.name != cluster) networks.candidates.push_back(link.name);
  }
  TRY(gather(runner, networks, System::live, links));
  question.links = links;
  networks = choose_networks(question, cluster);
  TRY(remember(question, site_decision_of(question, networks)));
  return networks;
}

}  // namespace muster::head
