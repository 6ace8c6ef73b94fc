// discover: who is adopted without being asked about. dhcp: what to do beside another DHCP server.

#include <format>
#include <memory>

#include "apps/muster/client.h"
#include "apps/muster/commands.h"

namespace muster::cli {
namespace {

using nlohmann::json;

std::string describe_policy(const json& answer) {
  const std::string policy = text_of(answer, "policy");
  if (policy == "closed") return "unknown machines are refused";
  if (policy == "ask") return "unknown machines wait for 'muster node adopt'";
  const auto until_ms = answer.value("until_ms", std::int64_t{0});
  const auto now_ms = answer.value("now_ms", std::int64_t{0});
  if (until_ms == 0) return "every machine that boots is adopted";
  return std::format("every machine that boots until {} is adopted",
                     clock_time(until_ms, date_for(until_ms, now_ms)));
}

std::string describe_dhcp(const json& answer) {
  const std::string mode = text_of(answer, "mode");
  if (mode == "serve") return "this head gives addresses in the cluster's network";
  if (mode == "proxy") {
    return "the other server gives addresses, this head adds what to boot";
  }
  return "this head gives no addresses: 'muster status' says why";
}

/// Shows what is so now, after a change as well.
int show(const char* path, const std::function<std::string(const json&)>& describe) {
  const auto answer = call_head("GET", path);
  if (!answer) return report(answer.error());
  return print_answer(*answer, describe(*answer));
}

int show_policy() { return show("/v1/discovery", describe_policy); }

int set_policy(const std::string& policy, int minutes) {
  const auto done = call_head("POST", "/v1/discovery", {{"policy", policy}, {"minutes", minutes}});
  return done ? show_policy() : report(done.error());
}

int show_dhcp() { return show("/v1/dhcp", describe_dhcp); }

int set_dhcp(const std::string& mode) {
  const auto done = call_head("POST", "/v1/dhcp", {{"mode", mode}});
  return done ? show_dhcp() : report(done.error());
}

/// A verb without arguments.
CLI::App& add_verb(CLI::App& noun, Session& session, const char* name, const char* help,
                   std::function<int()> body) {
  CLI::App& verb = *noun.add_subcommand(name, help);
  add_json(verb);
  on_run_at_head(verb, session, std::move(body));
  return verb;
}

/// A noun that shows without a verb what it shows with `show`.
CLI::App& add_showing_noun(CLI::App& app, Session& session, const char* name, const char* help,
                           int (*body)()) {
  CLI::App& noun = *app.add_subcommand(name, help);
  noun.require_subcommand(0, 1);
  add_json(noun);
  on_run_at_head(noun, session, body);
  add_verb(noun, session, "show", "show the present setting; the same without a verb", body);
  return noun;
}

}  // namespace

void add_discover(CLI::App& app, Session& session) {
  CLI::App& noun = add_showing_noun(app, session, "discover",
                                    "whether unknown machines are adopted", show_policy);
  const auto minutes = std::make_shared<int>(30);
  add_verb(noun, session, "open", "adopt every machine that boots, for a while",
           [minutes] { return set_policy("open", *minutes); })
      .add_option("--minutes", *minutes, "how long; 0 is for ever")
      ->capture_default_str();
  add_verb(noun, session, "ask", "keep unknown machines waiting for 'node adopt'",
           [] { return set_policy("ask", 0); });
  add_verb(noun, session, "close", "refuse unknown machines",
           [] { return set_policy("closed", 0); });
}

void add_dhcp(CLI::App& app, Session& session) {
  CLI::App& noun =
      add_showing_noun(app, session, "dhcp", "what to do beside another DHCP server", show_dhcp);
  add_verb(noun, session, "take", "be the DHCP server of the cluster's network",
           [] { return set_dhcp("serve"); });
  add_verb(noun, session, "proxy", "let the other server give addresses, add what to boot",
           [] { return set_dhcp("proxy"); });
}

}  // namespace muster::cli
