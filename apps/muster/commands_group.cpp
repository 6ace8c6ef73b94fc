// group: which groups of nodes there are, for people and for ClusterShell
// (packaging/clustershell/muster.conf).

#include <format>
#include <iostream>
#include <memory>
#include <print>

#include "apps/muster/choose_nodes.h"
#include "apps/muster/client.h"
#include "apps/muster/commands.h"
#include "apps/muster/groups.h"
#include "core/base/text.h"

namespace muster::cli {
namespace {

using nlohmann::json;

struct GroupOptions {
  std::string nodes;
  std::string name;
  bool names = false;
};

json to_json(const NodeGroup& group) {
  return {{"name", group.name}, {"nodes", to_string(group.nodes)}, {"names", group.nodes.names()}};
}

/// "-" is the first line of the standard input: a tool that writes a line for a shell can put there
/// what the shell must not read.
std::string word_or_input(const std::string& word) {
  std::string line;
  if (word != "-") return word;
  return std::getline(std::cin, line) ? std::string(trim(line)) : std::string();
}

int list_groups(const GroupOptions& options) {
  const auto wanted = choose_names(word_or_input(options.nodes));
  if (!wanted) return report(wanted.error());
  auto groups = ask_groups();
  if (!groups) return report(groups.error());
  std::erase_if(*groups, [&wanted](const NodeGroup& group) {
    NodeSet shared = group.nodes;
    shared &= *wanted;
    return !wanted->empty() && shared.empty();
  });
  json answer = json::array();
  std::vector<std::vector<std::string>> rows = {{"GROUP", "NODES", "NAMES"}};
  for (const NodeGroup& group : *groups) {
    if (form() == Form::json) answer.push_back(to_json(group));
    // All nodes are no name that a tool could ask for.
    if (options.names && group.name != "*") std::println("{}", group.name);
    rows.push_back({"@" + group.name, std::to_string(group.nodes.size()), to_string(group.nodes)});
  }
  if (form() == Form::json) print_json(json{{"groups", answer}}.dump(2));
  if (form() == Form::text && !options.names) std::print("{}", render_table(rows));
  return kDone;
}

int show_group(const GroupOptions& options) {
  const std::string word = word_or_input(options.name);
  const std::string name = word.starts_with('@') ? word.substr(1) : word;
  const auto groups = ask_groups();
  if (!groups) return report(groups.error());
  const auto nodes = find_group(*groups, name);
  if (!nodes) return report(nodes.error(), kUsage);
  return print_answer(to_json({.name = name, .nodes = *nodes}),
                      options.names ? join(nodes->names(), "\n") : to_string(*nodes));
}

}  // namespace

void add_group(CLI::App& app, Session& session) {
  CLI::App* const noun = app.add_subcommand("group", "names for sets of nodes");
  noun->require_subcommand(1);
  const auto options = std::make_shared<GroupOptions>();
  CLI::App& list = *noun->add_subcommand(
      "list", "the groups of cluster.yaml, the profiles and the states, with their nodes");
  list.add_option("nodes", options->nodes,
                  "only groups that have one of these nodes; '-': as with 'show'")
      ->type_name(value::kNodes);
  list.add_flag("--names", options->names, "the groups' names, one a line");
  add_json(list);
  on_run_at_head(list, session, [options] { return list_groups(*options); });
  CLI::App& show = *noun->add_subcommand("show", "the nodes of a group, as one node set");
  show.add_option("name", options->name, "a group's name; '-': it is read from the standard input")
      ->type_name(value::kGroup)
      ->required();
  show.add_flag("--names", options->names, "the nodes' names, one a line");
  add_json(show);
  on_run_at_head(show, session, [options] { return show_group(*options); });
}

}  // namespace muster::cli
