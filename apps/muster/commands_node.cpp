// node: list, show, why, adopt, import, set, remove; wait is in commands_node_wait.cpp. discover:
// who is adopted without being asked about.

#include "apps/muster/commands_node.h"

#include <algorithm>
#include <format>
#include <memory>
#include <print>

#include "apps/muster/client.h"
#include "apps/muster/node_list_file.h"
#include "apps/muster/node_story.h"
#include "apps/muster/node_table.h"
#include "core/base/node_set.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/os/files.h"

namespace muster::cli {
namespace {

using nlohmann::json;

struct NodeOptions {
  std::string nodes;
  bool as_json = false;
};

/// What was done to which nodes, for a person or a program.
int tell(const NodeOptions& options, const std::vector<std::string>& names, const char* key,
         const std::string& done) {
  if (options.as_json) {
    std::println("{}", json{{key, names}}.dump());
  } else {
    std::println("{}: {}", fold_names(names), done);
  }
  return kDone;
}

int list_nodes(const NodeOptions& options) {
  const auto nodes = parse_nodes(options.nodes);
  if (!nodes) return report(nodes.error(), kUsage);
  const std::string query = options.nodes.empty() ? "" : "?names=" + url_encode(to_string(*nodes));
  const auto answer = fetch_from_head("GET", "/v1/nodes" + query);
  if (!answer) return report(answer.error());
  if (options.as_json) {
    std::println("{}", *answer);
    return kDone;
  }
  const auto table = render_node_table(*answer);
  if (!table) return report(table.error());
  const bool has_lines = std::ranges::count(*table, '\n') > 1;
  // A group may be empty, and be asked for because of that.
  if (!has_lines && !nodes->empty()) {
    return report({.message = std::format("no node of '{}' is known", printable(options.nodes)),
                   .hint = "'muster node list' shows all"});
  }
  std::print("{}", *table);
  return kDone;
}

/// Names of an expression; an id or an Ethernet address stands for itself.
Result<std::vector<std::string>> names_of(const std::string& text) {
  if (parse_mac(text)) return std::vector<std::string>{text};
  TRY_ASSIGN(const NodeSet nodes, parse_nodes(text));
  if (nodes.empty()) return fail(std::format("'{}' names no node", printable(text)));
  return nodes.names();
}

int for_each_node(const NodeOptions& options, const std::string& suffix,
                  const std::function<void(const json&)>& print) {
  const auto names = names_of(options.nodes);
  if (!names) return report(names.error(), kUsage);
  json all = json::array();
  for (const std::string& name : *names) {
    auto answer = call_head("GET", "/v1/nodes/" + url_encode(name) + suffix);
    if (!answer) return report(answer.error());
    if (!options.as_json) print(*answer);
    all.push_back(std::move(*answer));
  }
  if (options.as_json) std::println("{}", all.dump(2));
  return kDone;
}

std::string profile_text(const json& node) {
  const std::string profile = text_of(node, "profile");
  const std::string booted = text_of(node, "booted_profile");
  if (booted.empty() || booted == profile) return profile;
  return std::format("{}, from its next start on {}", booted, profile);
}

/// "AMD EPYC 9654 96-Core Processor (family 25, model 17, stepping 1), microcode 0xa101148".
std::string processor_text(const json& hardware) {
  const auto processor = hardware.find("processor");
  if (processor == hardware.end()) return "unknown";
  const std::string name = text_of(*processor, "name");
  const std::string microcode = text_of(*processor, "microcode");
  return std::format("{} (family {}, model {}, stepping {}), microcode {}",
                     name.empty() ? text_of(*processor, "vendor") : name,
                     processor->value("family", 0), processor->value("model", 0),
                     processor->value("stepping", 0), microcode.empty() ? "unknown" : microcode);
}

void print_node(const json& node) {
  const json& hardware = node.at("hardware");
  const std::string name = text_of(node, "name");
  std::println("{}: {} ({})", name.empty() ? "not adopted" : name, text_of(node, "state"),
               text_of(node, "stage"));
  std::println("  address   {}\n  profile   {}\n  id        {}", text_of(node, "address"),
               profile_text(node), text_of(node, "id"));
  std::println("  machine   {} {}, serial {}, UUID {}", text_of(hardware, "vendor"),
               text_of(hardware, "product"), text_of(hardware, "serial"),
               text_of(hardware, "uuid"));
  std::println("  firmware  {}{}", text_of(hardware, "firmware"),
               hardware.value("secure_boot", false) ? ", Secure Boot on" : "");
  std::println("  processor {}", processor_text(hardware));
  std::println("  CPUs      {} sockets × {} cores × {} threads", hardware.value("sockets", 1),
               hardware.value("cores_per_socket", 1), hardware.value("threads_per_core", 1));
  std::println("  memory    {}", human(Bytes{hardware.value("memory", std::uint64_t{0})}));
  for (const json& mac : hardware.at("macs"))
    std::println("  MAC       {}", mac.get<std::string>());
  for (const json& disk : hardware.at("disks")) {
    std::println("  disk      {} {} {}", text_of(disk, "name"),
                 human(Bytes{disk.value("size", std::uint64_t{0})}), text_of(disk, "model"));
  }
  if (const auto lldp = hardware.find("lldp"); lldp != hardware.end()) {
    std::println("  switch    {}, port {}", text_of(*lldp, "system"), text_of(*lldp, "port"));
  }
  if (const std::string state = text_of(node, "scheduler"); !state.empty()) {
    const std::string why = text_of(node, "scheduler_reason");
    std::println("  Slurm     {}{}{}", state, why.empty() ? "" : ": ", why);
  }
  if (const std::string reason = text_of(node, "reason"); !reason.empty()) {
    std::println("  problem   {}", reason);
  }
}

void print_why(const json& answer) { std::print("{}", render_story(answer)); }

/// The ids of all machines that wait for adoption.
Result<std::vector<std::string>> waiting_machines() {
  TRY_ASSIGN(const json answer, call_head("GET", "/v1/nodes"));
  std::vector<std::string> ids;
  for (const json& node : answer.at("nodes")) {
    if (text_of(node, "name").empty()) ids.push_back(text_of(node, "id"));
  }
  if (ids.empty()) return fail("no machine waits for adoption", "'muster node list' shows all");
  return ids;
}

int adopt_nodes(const NodeOptions& options, bool all) {
  if (all != options.nodes.empty()) {
    return report({.message = "either machines or --all are needed",
                   .hint = "'muster node list' shows the machines that wait"},
                  kUsage);
  }
  const auto ids =
      all ? waiting_machines() : Result<std::vector<std::string>>(split(options.nodes, ','));
  if (!ids) return report(ids.error());
  const auto answer = call_head("POST", "/v1/nodes/adopt", {{"nodes", *ids}});
  if (!answer) return report(answer.error());
  if (options.as_json) {
    std::println("{}", answer->dump());
    return kDone;
  }
  for (const json& name : answer->at("names")) std::println("{}", name.get<std::string>());
  return kDone;
}

int set_nodes(const NodeOptions& options, const std::string& profile) {
  const auto names = names_of(options.nodes);
  if (!names) return report(names.error(), kUsage);
  const auto answer = call_head("POST", "/v1/nodes/set", {{"nodes", *names}, {"profile", profile}});
  if (!answer) return report(answer.error());
  return tell(options, *names, "nodes",
              std::format("profile '{}' from the next start on", profile));
}

int remove_nodes(const NodeOptions& options) {
  const auto names = names_of(options.nodes);
  if (!names) return report(names.error(), kUsage);
  const auto answer = call_head("POST", "/v1/nodes/remove", {{"nodes", *names}});
  if (!answer) return report(answer.error());
  return tell(options, *names, "removed", "forgotten");
}

int import_nodes(const std::string& file, const NodeOptions& options) {
  const auto text = os::read_file(file);
  if (!text) return report(text.error());
  const auto nodes = parse_node_file(*text, file);
  if (!nodes) return report(nodes.error(), kUsage);
  const auto answer = call_head("POST", "/v1/nodes/import", {{"nodes", *nodes}});
  if (!answer) return report(answer.error());
  if (options.as_json) {
    std::println("{}", answer->dump());
  } else {
    std::println("nodes imported: {}", answer->value("imported", 0U));
  }
  return kDone;
}

CLI::App* add_verb(CLI::App& noun, const std::string& name, const std::string& help,
                   const std::shared_ptr<NodeOptions>& options, bool required) {
  CLI::App* const verb = noun.add_subcommand(name, help);
  CLI::Option* const nodes =
      verb->add_option("nodes", options->nodes, "a node set, such as n[001-040,050] or @ready")
          ->type_name(value::kNodes);
  if (required) nodes->required();
  return verb;
}

/// A verb whose answer programs can read.
CLI::App* add_answering_verb(CLI::App& noun, const std::string& name, const std::string& help,
                             const std::shared_ptr<NodeOptions>& options, bool required) {
  CLI::App* const verb = add_verb(noun, name, help, options, required);
  verb->add_flag("--json", options->as_json, "print JSON");
  return verb;
}

int set_policy(const std::string& policy, int minutes) {
  const auto answer =
      call_head("POST", "/v1/discovery", {{"policy", policy}, {"minutes", minutes}});
  if (!answer) return report(answer.error());
  std::println("{}", policy == "closed" ? "unknown machines are turned away"
                     : policy == "ask"  ? "unknown machines wait for 'muster node adopt'"
                     : minutes == 0     ? "every machine that boots is adopted"
                                        : std::format("every machine that boots within {} min is "
                                                          "adopted",
                                                      minutes));
  return kDone;
}

void add_import(CLI::App& noun, Session& session, const std::shared_ptr<NodeOptions>& options) {
  CLI::App* const verb =
      noun.add_subcommand("import", "make machines nodes before they ever booted");
  const auto file = std::make_shared<std::string>();
  verb->add_option("file", *file, "a line 'NAME ADDRESS MAC' for each")
      ->type_name(value::kFile)
      ->required();
  verb->add_flag("--json", options->as_json, "print JSON");
  on_run_at_head(*verb, session, [options, file] { return import_nodes(*file, *options); });
}

}  // namespace

void add_node(CLI::App& app, Session& session) {
  CLI::App* const noun = app.add_subcommand("node", "the machines of the cluster");
  noun->require_subcommand(1);
  const auto options = std::make_shared<NodeOptions>();
  on_run_at_head(
      *add_answering_verb(*noun, "list", "all nodes, or those of a set, with where they are",
                          options, false),
      session, [options] { return list_nodes(*options); });
  on_run_at_head(*add_answering_verb(*noun, "show", "what a node is made of", options, true),
                 session, [options] { return for_each_node(*options, "", print_node); });
  on_run_at_head(
      *add_answering_verb(*noun, "why", "the story of a node's last boot, and where it failed",
                          options, true),
      session, [options] { return for_each_node(*options, "/events", print_why); });
  CLI::App& adopt = *add_answering_verb(
      *noun, "adopt", "take in machines that wait, by MAC address or id", options, false);
  adopt.get_option("nodes")->type_name(value::kWaiting);
  const auto all = std::make_shared<bool>(false);
  adopt.add_flag("--all", *all, "every machine that waits");
  on_run_at_head(adopt, session, [options, all] { return adopt_nodes(*options, *all); });
  CLI::App& set = *add_answering_verb(*noun, "set", "give nodes another profile", options, true);
  const auto profile = std::make_shared<std::string>();
  set.add_option("--profile", *profile, "a profile of cluster.yaml")
      ->type_name(value::kProfile)
      ->required();
  on_run_at_head(set, session, [options, profile] { return set_nodes(*options, *profile); });
  add_node_wait(*noun, session);
  add_import(*noun, session, options);
  on_run_at_head(*add_answering_verb(*noun, "remove", "forget nodes", options, true), session,
                 [options] { return remove_nodes(*options); });
}

void add_discover(CLI::App& app, Session& session) {
  CLI::App* const noun = app.add_subcommand("discover", "whether unknown machines are adopted");
  noun->require_subcommand(1);
  const auto minutes = std::make_shared<int>(30);
  CLI::App* const open =
      noun->add_subcommand("open", "adopt every machine that boots, for a while");
  open->add_option("--minutes", *minutes, "how long; 0 is for ever")->capture_default_str();
  on_run_at_head(*open, session, [minutes] { return set_policy("open", *minutes); });
  on_run_at_head(*noun->add_subcommand("ask", "keep unknown machines waiting for 'node adopt'"),
                 session, [] { return set_policy("ask", 0); });
  on_run_at_head(*noun->add_subcommand("close", "turn unknown machines away"), session,
                 [] { return set_policy("closed", 0); });
}

void add_dhcp(CLI::App& app, Session& session) {
  CLI::App* const noun = app.add_subcommand("dhcp", "what to do beside another DHCP server");
  noun->require_subcommand(1);
  const auto set = [](const std::string& mode) -> int {
    const auto answer = call_head("POST", "/v1/dhcp", {{"mode", mode}});
    if (!answer) return report(answer.error());
    std::println("{}", mode == "serve" ? "this head gives addresses on the cluster's wire"
                                       : "the other server gives addresses, this head adds what "
                                         "to boot");
    return kDone;
  };
  on_run_at_head(*noun->add_subcommand("take", "be the wire's DHCP server"), session,
                 [set] { return set("serve"); });
  on_run_at_head(
      *noun->add_subcommand("proxy", "let the other server give addresses, add what to boot"),
      session, [set] { return set("proxy"); });
}

}  // namespace muster::cli
