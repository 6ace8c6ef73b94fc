// node: list, show, why. What changes nodes is in commands_node_change.cpp and
// commands_node_reboot.cpp, wait in commands_node_wait.cpp.

#include "apps/muster/commands_node.h"

#include <algorithm>
#include <format>
#include <memory>
#include <print>

#include "apps/muster/choose_nodes.h"
#include "apps/muster/client.h"
#include "apps/muster/node_story.h"
#include "apps/muster/node_table.h"
#include "core/base/text.h"
#include "core/base/units.h"

namespace muster::cli {
namespace {

using nlohmann::json;

/// The list's query: the nodes by their names, machines by what they were called by.
std::string query_of(const ChosenNodes& nodes) {
  return std::format("?names={}&machines={}", url_encode(to_string(nodes.names)),
                     url_encode(join(nodes.machines, ",")));
}

int list_nodes(const std::string& text) {
  const auto nodes = choose_nodes(text);
  if (!nodes) return report(nodes.error());
  const auto answer = fetch_from_head("GET", "/v1/nodes" + (text.empty() ? "" : query_of(*nodes)));
  if (!answer) return report(answer.error());
  if (form() == Form::json) {
    print_json(*answer);
    return kDone;
  }
  const auto table = render_node_table(*answer);
  if (!table) return report(table.error());
  const bool has_lines = std::ranges::count(*table, '\n') > 1;
  // A group may be empty, and be asked for because of that.
  if (!has_lines && !nodes->empty()) {
    return report({.message = std::format("no node of '{}' is known", printable(text)),
                   .hint = "'muster node list' shows all"});
  }
  std::print("{}", *table);
  return kDone;
}

int for_each_node(const std::string& text, const std::string& suffix,
                  const std::function<void(const json&)>& print) {
  const auto nodes = choose_some_nodes(text);
  if (!nodes) return report(nodes.error());
  json all = json::array();
  for (const std::string& name : nodes->words()) {
    auto answer = call_head("GET", "/v1/nodes/" + url_encode(name) + suffix);
    if (!answer) return report(answer.error());
    if (form() == Form::text) print(*answer);
    all.push_back(std::move(*answer));
  }
  if (form() == Form::json) print_json(all.dump(2));
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

}  // namespace

CLI::App& add_node_verb(CLI::App& noun, const std::string& name, const std::string& help,
                        std::string& nodes, NodesNeeded needed) {
  CLI::App& verb = *noun.add_subcommand(name, help);
  CLI::Option* const option = verb.add_option("nodes", nodes, kNodesHelp)->type_name(value::kNodes);
  if (needed == NodesNeeded::yes) option->required();
  add_json(verb);
  return verb;
}

void add_node(CLI::App& app, Session& session) {
  CLI::App* const noun = app.add_subcommand("node", "the machines of the cluster");
  noun->require_subcommand(1);
  const auto nodes = std::make_shared<std::string>();
  on_run_at_head(
      add_node_verb(*noun, "list", "all nodes, or those that are named, with where they are",
                    *nodes, NodesNeeded::no),
      session, [nodes] { return list_nodes(*nodes); });
  on_run_at_head(add_node_verb(*noun, "show", "what a node is made of", *nodes, NodesNeeded::yes),
                 session, [nodes] { return for_each_node(*nodes, "", print_node); });
  on_run_at_head(add_node_verb(*noun, "why", "the story of a node's last boot, and where it failed",
                               *nodes, NodesNeeded::yes),
                 session, [nodes] { return for_each_node(*nodes, "/events", print_why); });
  add_node_changes(*noun, session);
  add_node_wait(*noun, session);
  add_node_reboot(*noun, session);
}

}  // namespace muster::cli
