#include "helper/watch.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <format>
#include <print>

#include "core/base/layout.h"
#include "core/os/files.h"
#include "core/os/link_watch.h"
#include "core/os/wait.h"
#include "head/cards.h"
#include "head/choose.h"
#include "head/facts.h"
#include "head/installed.h"
#include "head/other_dhcp_server.h"
#include "head/site.h"
#include "helper/login.h"
#include "helper/observer.h"

namespace muster::helper {
namespace {

using head::has_carrier;
using head::kSpanningTree;
using head::look_for_dhcp;
using head::look_for_site;
using head::read_links;
using head::refresh_site;
using head::set_networks;
using head::site_link;
using head::SiteView;

/// Between two looks for a DHCP server that came later.
constexpr auto kLookAgain = std::chrono::minutes(3);
constexpr auto kTryAgain = std::chrono::seconds(5);
/// Between two looks at what the daemon cannot see. Nothing tells when the scheduler takes a node.
constexpr auto kObserve = std::chrono::seconds(15);

/// An error is told when it is another than the last time: it may last for hours.
void say_once(const Status& done, std::string& said) {
  const std::string text = done ? std::string() : done.error().text();
  if (!text.empty() && text != said) std::println("muster: {}", text);
  said = text;
}

class Watch {
 public:
  Watch(os::CommandRunner& runner, spec::ClusterSpec spec, head::Facts facts)
      : runner_(runner),
        spec_(std::move(spec)),
        facts_(std::move(facts)),
        observer_(runner, spec_, facts_) {
    phase_ = facts_.has_seen_network ? Phase::settling : Phase::no_cable;
    next_look_ = os::in(facts_.has_seen_network ? kSpanningTree : std::chrono::seconds(0));
  }

  Status run() {
    TRY_ASSIGN(const os::Handle stop, os::open_signals({SIGTERM, SIGINT}));
    TRY_ASSIGN(os::LinkWatch links, os::LinkWatch::open());
    while (true) {
      links.drain();
      turn();
      observe();
      TRY_ASSIGN(const auto ready, os::wait_readable(std::array{stop.get(), links.descriptor()},
                                                     std::min(next_look_, next_observation_)));
      if (std::ranges::contains(ready, stop.get())) return {};
    }
  }

 private:
  /// What the head knows of the nodes' network: without a cable nothing; while a port of a switch
  /// may be deaf not all; then enough to serve it.
  enum class Phase { no_cable, settling, known };

  /// What fails is said and tried again: neither network waits for the other.
  void turn() {
    say_once(follow_site(), said_of_site_);
    if (os::in({}) < next_look_ && phase_ != Phase::no_cable) return;
    const Status looked = look();
    say_once(looked, said_of_look_);
    if (!looked) next_look_ = os::in(kTryAgain);
  }

  void observe() {
    if (os::in({}) < next_observation_) return;
    next_observation_ = os::in(kObserve);
    say_once(observer_.look(), said_of_observation_);
  }

  Status follow_site() {
    if (facts_.external.empty()) return facts_.live ? find_site() : Status();
    TRY_ASSIGN(site_, refresh_site(runner_, spec_.head.external, facts_, site_));
    return facts_.live ? show_site(runner_, site_.address) : Status();
  }

  Status look() {
    TRY_ASSIGN(const bool carrier, has_carrier(runner_, facts_.interface));
    next_look_ = os::in(kLookAgain);
    if (!carrier) return {};
    TRY_ASSIGN(const auto server,
               look_for_dhcp(runner_, facts_.interface, spec_.head.address.address));
    TRY(note_server(server));
    if (phase_ == Phase::known) return {};
    const bool news = !facts_.has_seen_network || (server && server != facts_.other_dhcp);
    if (phase_ == Phase::no_cable) next_look_ = os::in(kSpanningTree);
    phase_ = phase_ == Phase::no_cable ? Phase::settling : Phase::known;
    // One that answered before is not gone because it is slow now.
    if (server) facts_.other_dhcp = server;
    facts_.has_seen_network = true;
    if (!news) return {};
    if (server) std::println("muster: a DHCP server answers at {}; staying silent", *server);
    return tell_daemon();
  }

  /// What answers now, for `muster status`.
  Status note_server(const std::optional<std::string>& server) {
    if (noted_ && *noted_ == server) return {};
    noted_ = server;
    return os::write_file(head::kOtherDhcpServer,
                          head::render_other_dhcp_server({.address = server}));
  }

  /// The card that leads to the site is looked for when other cards carry than before.
  Status find_site() {
    if (spec_.head.external.card.kind == spec::ExternalCard::Kind::none) return {};
    TRY_ASSIGN(const auto links, read_links(runner_));
    std::vector<std::string> carrying;
    for (const head::Interface& link : links) {
      if (link.carrier && !link.made) carrying.push_back(link.name);
    }
    if (carrying == carried_ && os::in({}) < next_look_) return {};
    carried_ = carrying;
    TRY_ASSIGN(const head::Networks networks, look_for_site(runner_, spec_, facts_.interface));
    const SiteView view{.spec = spec_, .networks = networks};
    if (!networks.external) {
      if (networks.external_trouble == facts_.external_trouble) return {};
      facts_.external_trouble = networks.external_trouble;
      return tell_daemon();
    }
    TRY(set_networks(runner_, view));
    observer_.firewall_changed();
    facts_.external = site_link(view);
    facts_.external_trouble.clear();
    facts_.resolvers = head::kExternalResolvers;
    std::println("muster: {} leads to the site", facts_.external);
    return tell_daemon();
  }

  Status tell_daemon() {
    TRY(os::write_file(head::kFacts, head::render_facts(facts_)));
    TRY(run_checked(runner_, {.argv = {"systemctl", "try-restart", layout::kDaemonUnit}}));
    return {};
  }

  os::CommandRunner& runner_;
  spec::ClusterSpec spec_;
  head::Facts facts_;
  head::ExternalState site_;
  std::vector<std::string> carried_;
  Phase phase_;
  os::Deadline next_look_;
  std::optional<std::optional<std::string>> noted_;
  std::string said_of_site_;
  std::string said_of_look_;
  Observer observer_;
  os::Deadline next_observation_ = os::in({});
  std::string said_of_observation_;
};

}  // namespace

Status watch_networks(os::CommandRunner& runner) {
  TRY_ASSIGN(head::Facts facts, head::read_facts());
  TRY_ASSIGN(spec::ClusterSpec spec, head::read_installed_spec());
  return Watch(runner, std::move(spec), std::move(facts)).run();
}

}  // namespace muster::helper
