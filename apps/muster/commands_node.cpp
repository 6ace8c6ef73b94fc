// node: list, show, why. What changes nodes is in commands_node_change.cpp and
// commands_node_reboot.cpp, wait in commands_node_wait.cpp.

#include "apps/muster/commands_node.h"

#include <algorithm>
#include <format>
#include <memory>
#include <print>

#include "apps/muster/choose_nodes.h"
#include "apps/muster/client.h"
#include "apps/muster/node_sheet.h"
#include "apps/muster/node_story.h"
#include "apps/muster/node_table.h"
#include "core/base/duration.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "operations/operation.h"

namespace muster::cli {
namespace {

using nlohmann::json;

/// The list's query: the nodes by their names, machines by what they were called by.
std::string names_query(const ChosenNodes& nodes) {
  return std::format("names={}&machines={}", url_encode(to_string(nodes.names)),
                     url_encode(join(nodes.machines, ",")));
}

int list_nodes(const std::string& text, Columns columns) {
  const auto nodes = choose_nodes(text);
  if (!nodes) return report(nodes.error());
  std::vector<std::string> query;
  if (!text.empty()) query.push_back(names_query(*nodes));
  if (columns == Columns::wide) query.emplace_back("detail=wide");
  const auto answer =
      fetch_from_head("GET", "/v1/nodes" + (query.empty() ? "" : "?" + join(query, "&")));
  if (!answer) return report(answer.error());
  if (form() == Form::json) {
    print_json(*answer);
    return kDone;
  }
  const auto table = render_node_table(*answer, columns);
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

void print_node(const json& node) { std::print("{}", render_node(node)); }

void print_why(const json& answer) { std::print("{}", render_story(answer)); }

}  // namespace

CLI::Option* add_deadline(CLI::App& verb, std::chrono::seconds& deadline, const std::string& help) {
  const auto take = [&deadline](const std::string& text) {
    const auto time = parse_duration(text);
    if (!time) throw CLI::ValidationError("--deadline", time.error().text());
    constexpr std::chrono::seconds kLongest{operations::kLongestDeadline};
    if (time->count() < 1 || *time > kLongest) {
      throw CLI::ValidationError(
          "--deadline",
          std::format("'{}' is not from 1 s to {}", printable(text, 40), to_string(kLongest)));
    }
    deadline = *time;
  };
  return verb.add_option_function<std::string>("--deadline", take, help)->type_name("TIME");
}

CLI::App& add_node_verb(CLI::App& noun, const std::string& name, const std::string& help,
                        std::string& nodes, NodesNeeded needed) {
  CLI::App& verb = *noun.add_subcommand(name, help);
  CLI::Option* const option = verb.add_option("nodes", nodes, kNodesHelp)->type_name(value::kNodes);
  if (needed == NodesNeeded::yes) option->required();
  add_json(verb);
  return verb;
}

namespace {

void add_list(CLI::App& noun, Session& session) {
  struct ListOptions {
    std::string nodes;
    bool wide = false;
  };
  const auto options = std::make_shared<ListOptions>();
  CLI::App& verb =
      add_node_verb(noun, "list", "all nodes, or those that are named, with where they are",
                    options->nodes, NodesNeeded::no);
  verb.add_flag("--wide", options->wide, "show what the machines are made of as well");
  on_run_at_head(verb, session, [options] {
    return list_nodes(options->nodes, options->wide ? Columns::wide : Columns::narrow);
  });
}

}  // namespace

void add_node(CLI::App& app, Session& session) {
  CLI::App* const noun = app.add_subcommand("node", "the machines of the cluster");
  noun->require_subcommand(1);
  add_list(*noun, session);
  const auto nodes = std::make_shared<std::string>();
  on_run_at_head(add_node_verb(*noun, "show", "what a node is made of", *nodes, NodesNeeded::yes),
                 session, [nodes] { return for_each_node(*nodes, "", print_node); });
  on_run_at_head(add_node_verb(*noun, "why", "the story of a node's last boot, and where it failed",
                               *nodes, NodesNeeded::yes),
                 session, [nodes] { return for_each_node(*nodes, "/events", print_why); });
  add_node_changes(*noun, session);
  add_node_wait(*noun, session);
  add_node_reboot(*noun, session);
  add_node_shutdown(*noun, session);
  add_node_exec(*noun, session);
}

}  // namespace muster::cli
