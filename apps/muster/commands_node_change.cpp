// node: adopt, import, set, remove.

#include <algorithm>
#include <format>
#include <memory>

#include "apps/muster/choose_nodes.h"
#include "apps/muster/client.h"
#include "apps/muster/commands_node.h"
#include "apps/muster/confirm.h"
#include "apps/muster/job_guard.h"
#include "apps/muster/node_list_file.h"
#include "core/base/text.h"
#include "core/os/files.h"

namespace muster::cli {
namespace {

using nlohmann::json;

/// What was done to which nodes.
int tell(const std::vector<std::string>& names, const char* key, const std::string& done) {
  return print_answer({{key, names}}, std::format("{}: {}", fold_names(names), done));
}

struct AdoptOptions {
  std::string machines;
  std::string name;
  bool all = false;
};

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

int adopt_nodes(const AdoptOptions& options) {
  if (options.all != options.machines.empty()) {
    return report({.message = "either machines or --all are needed",
                   .hint = "'muster node list' shows the machines that wait"},
                  kUsage);
  }
  const auto ids = options.all ? waiting_machines()
                               : Result<std::vector<std::string>>(split_nodes(options.machines));
  if (!ids) return report(ids.error());
  json body = {{"nodes", *ids}};
  if (!options.name.empty()) body["name"] = options.name;
  const auto answer = call_head("POST", "/v1/nodes/adopt", body);
  if (!answer) return report(answer.error());
  return print_answer(*answer, join(answer->at("names").get<std::vector<std::string>>(), "\n"));
}

int set_nodes(const std::string& text, const std::string& profile) {
  const auto nodes = choose_some_nodes(text);
  if (!nodes) return report(nodes.error());
  const auto answer =
      call_head("POST", "/v1/nodes/set", {{"nodes", nodes->words()}, {"profile", profile}});
  if (!answer) return report(answer.error());
  return tell(nodes->words(), "nodes", std::format("profile '{}' from the next start on", profile));
}

struct RemoveOptions {
  std::string nodes;
  bool force = false;
  ConfirmOptions confirm;
};

/// The names of those that have one: no job runs on another machine.
Result<NodeSet> names_of(const ChosenNodes& nodes) {
  std::vector<std::string> names;
  for (const std::string& machine : nodes.machines) {
    TRY_ASSIGN(std::string name, ask_name(machine));
    if (!name.empty()) names.push_back(std::move(name));
  }
  TRY_ASSIGN(NodeSet all, NodeSet::from_names(names));
  return all |= nodes.names;
}

Deed removal_of(const std::vector<std::string>& words) {
  return {.what = std::format("forget {} {} {}", words.size(), words.size() == 1 ? "node" : "nodes",
                              fold_names(words)),
          .consequence = "jobs there end, and the machines are new when they boot again",
          .answer = {{"removed", words}}};
}

int remove_nodes(const RemoveOptions& options) {
  const auto nodes = choose_some_nodes(options.nodes);
  if (!nodes) return report(nodes.error());
  const auto names = names_of(*nodes);
  if (!names) return report(names.error());
  os::PosixCommandRunner runner;
  const Status free = options.force ? Status() : refuse_while_jobs_run_on(runner, *names);
  if (!free) return report(free.error());
  if (const auto status = stop_before(removal_of(nodes->words()), options.confirm)) return *status;
  const auto answer = call_head("POST", "/v1/nodes/remove", {{"nodes", nodes->words()}});
  if (!answer) return report(answer.error());
  return tell(nodes->words(), "removed", "forgotten");
}

int import_nodes(const std::string& file) {
  const auto text = os::read_file(file);
  if (!text) return report(text.error());
  const auto nodes = parse_node_file(*text, file);
  if (!nodes) return report(nodes.error(), kUsage);
  const auto answer = call_head("POST", "/v1/nodes/import", {{"nodes", *nodes}});
  if (!answer) return report(answer.error());
  std::string told = std::format("nodes imported: {}", answer->value("imported", 0U));
  const auto unchanged = answer->value("unchanged", 0U);
  if (unchanged > 0) told += std::format("; unchanged: {}", unchanged);
  return print_answer(*answer, told);
}

void add_adopt(CLI::App& noun, Session& session) {
  CLI::App& verb = *noun.add_subcommand("adopt", "make nodes of machines that wait");
  const auto options = std::make_shared<AdoptOptions>();
  verb.add_option("machines", options->machines,
                  "MAC addresses or ids of machines that wait; several with commas between")
      ->type_name(value::kWaiting);
  verb.add_flag("--all", options->all, "every machine that waits");
  verb.add_option("--name", options->name, "for one machine: the name that it gets");
  add_json(verb);
  on_run_at_head(verb, session, [options] { return adopt_nodes(*options); });
}

void add_import(CLI::App& noun, Session& session) {
  CLI::App& verb = *noun.add_subcommand("import", "make machines nodes before they ever booted");
  const auto file = std::make_shared<std::string>();
  verb.add_option("file", *file, "a line 'NAME ADDRESS MAC' for each")
      ->type_name(value::kFile)
      ->required();
  add_json(verb);
  on_run_at_head(verb, session, [file] { return import_nodes(*file); });
}

void add_set(CLI::App& noun, Session& session) {
  const auto nodes = std::make_shared<std::string>();
  const auto profile = std::make_shared<std::string>();
  CLI::App& verb =
      add_node_verb(noun, "set", "give nodes another profile", *nodes, NodesNeeded::yes);
  verb.add_option("--profile", *profile, "a profile of cluster.yaml")
      ->type_name(value::kProfile)
      ->required();
  on_run_at_head(verb, session, [nodes, profile] { return set_nodes(*nodes, *profile); });
}

void add_remove(CLI::App& noun, Session& session) {
  const auto options = std::make_shared<RemoveOptions>();
  CLI::App& verb = add_node_verb(noun, "remove", "forget nodes", options->nodes, NodesNeeded::yes);
  verb.add_flag("--force", options->force, "also nodes on which jobs run: these end");
  options->confirm.add_to(verb);
  on_run_at_head(verb, session, [options] { return remove_nodes(*options); });
}

}  // namespace

void add_node_changes(CLI::App& noun, Session& session) {
  add_adopt(noun, session);
  add_import(noun, session);
  add_set(noun, session);
  add_remove(noun, session);
}

}  // namespace muster::cli
