#include "control/extension_calls.h"

#include <algorithm>
#include <chrono>
#include <format>
#include <future>
#include <map>
#include <memory>

#include "control/extension_notes.h"
#include "core/base/node_set.h"
#include "core/base/text.h"
#include "core/json/members.h"

namespace muster::control {
namespace {

using muster::json::Members;
using muster::json::Problems;
using nlohmann::json;
using operations::Operation;
using operations::Part;
using namespace std::chrono_literals;

constexpr std::uint64_t kLongestRun = 600;
/// Of what the programs on all nodes wrote together. Units: bytes.
constexpr std::size_t kMostOutput = 512U << 10U;
/// Of a list of nodes.
constexpr std::size_t kLongestNodes = 2U << 20U;

/// What run_on_nodes is asked.
struct Wanted {
  std::vector<std::string> nodes;
  std::vector<std::string> command;
  std::uint32_t timeout_s = 0;
};

Result<Wanted> parse_wanted(const json& arguments) {
  Problems problems;
  Members members(arguments, problems);
  const std::string nodes = members.find_text("nodes", kLongestNodes).value_or("");
  Wanted wanted{.timeout_s = static_cast<std::uint32_t>(
                    members.find_number("timeout_s", 1, kLongestRun).value_or(60))};
  for (const json& word : members.list("command")) {
    if (!word.is_string()) problems.add("command", "has a word that is no text");
    wanted.command.push_back(word.is_string() ? word.get<std::string>() : std::string());
  }
  members.refuse_unknown();
  TRY(problems.status());
  if (const Status good = task::check_words(wanted.command); !good) {
    return wrap("'command'", good.error());
  }
  TRY_ASSIGN(const NodeSet set, parse_node_set(nodes));
  wanted.nodes = set.names();
  return wanted;
}

Status check_command(const extensions::Grant& grant, const std::string& program) {
  if (extensions::may_command(grant, program)) return {};
  return fail(ErrorKind::denied,
              std::format("the extension has no right to run {} on nodes", printable(program, 200)),
              "its author adds the program to 'commands' of 'rights' in the specification");
}

}  // namespace

Result<json> ExtensionCalls::call(const extensions::Grant& grant, const std::string& call,
                                  const json& arguments, const std::function<bool()>& is_unwanted) {
  TRY(check_there(grant));
  if (call == "run_on_nodes") return run_on_nodes(grant, arguments, is_unwanted);
  if (call == "get_value") return get_value(grant, arguments);
  if (call == "put_values") return put_values(grant, arguments);
  if (call == "list_values") {
    TRY_ASSIGN(const Values values, read_values(sources_.decisions.store(), grant.name));
    json keys = json::array();
    for (const auto& [key, value] : values) keys.push_back(key);
    return json{{"keys", std::move(keys)}};
  }
  return fail(ErrorKind::absent, std::format("this head has no call '{}'", printable(call, 64)),
              "install a newer Muster");
}

Result<json> ExtensionCalls::run_on_nodes(const extensions::Grant& grant, const json& arguments,
                                          const std::function<bool()>& is_unwanted) {
  TRY_ASSIGN(const Wanted wanted, parse_wanted(arguments));
  TRY(check_command(grant, wanted.command.front()));
  if (wanted.nodes.empty()) return json{{"results", json::array()}};
  const Now now = sources_.now();
  TRY_ASSIGN(const auto reached, sources_.registry.reboots().reach(wanted.nodes, now));
  operations::Wish wish{.kind = "exec",
                        .words = wanted.command,
                        .timeout_s = wanted.timeout_s,
                        .by = operations::kByExtension + grant.name};
  for (const provisioning::Reachable& node : reached) {
    wish.targets.push_back({.id = node.id, .name = node.name, .obstacle = node.obstacle});
  }
  TRY_ASSIGN(const std::string id, sources_.operations.begin(wish, now));
  TRY_ASSIGN(const Operation ended, wait_for_end(id, is_unwanted));
  return json{{"results", results_of(ended)}};
}

/// What nobody waits for any more is cancelled.
Result<Operation> ExtensionCalls::wait_for_end(const std::string& operation,
                                               const std::function<bool()>& is_unwanted) {
  std::uint64_t seen = 0;
  while (true) {
    // The watcher may come after nobody waits for it.
    const auto told = std::make_shared<std::promise<Result<Operation>>>();
    auto news = told->get_future();
    sources_.operations.watch(operation, seen, sources_.now(), [told](Result<Operation> found) {
      told->set_value(std::move(found));
    });
    while (news.wait_for(250ms) != std::future_status::ready) {
      if (!is_unwanted()) continue;
      TRY(sources_.operations.cancel(operation, sources_.now()));
      return fail("it did not end in the time that the hook has",
                  "give it less with 'timeout', or do it in a verb");
    }
    TRY_ASSIGN(Operation found, news.get());
    if (found.has_ended()) return found;
    seen = found.version;
  }
}

json ExtensionCalls::results_of(const Operation& operation) const {
  const std::size_t most = kMostOutput / (2 * std::max<std::size_t>(operation.parts.size(), 1));
  const auto output_of = [&](const std::string& name) {
    if (name.empty()) return std::string();
    return sources_.operations.output(operation.id, name).value_or("").substr(0, most);
  };
  std::map<std::string, json> results;
  for (const auto& [id, part] : operation.parts) {
    results[part.node] = {
        {"node", part.node},          {"succeeded", part.state == operations::PartState::done},
        {"status", part.status},      {"out", output_of(part.out)},
        {"err", output_of(part.err)}, {"note", part.note}};
  }
  json list = json::array();
  for (auto& [name, result] : results) list.push_back(std::move(result));
  return list;
}

Result<json> ExtensionCalls::get_value(const extensions::Grant& grant, const json& arguments) {
  Problems problems;
  Members members(arguments, problems);
  const std::string key = members.text("key", kLongestKey);
  members.refuse_unknown();
  TRY(problems.status());
  TRY_ASSIGN(const Values values, read_values(sources_.decisions.store(), grant.name));
  const auto found = values.find(key);
  return found == values.end() ? json::object() : json{{"value", found->second}};
}

namespace {

Result<NewValues> parse_changed(const json& arguments) {
  Problems problems;
  Members members(arguments, problems);
  members.object("values");
  const auto removed = members.find_words("removed", kMostValues, kLongestKey);
  members.refuse_unknown();
  TRY(problems.status());
  NewValues values;
  for (const auto& each : arguments.at("values").items()) values[each.key()] = each.value();
  for (const std::string& key : removed.value_or(std::vector<std::string>())) {
    values[key] = std::nullopt;
  }
  return values;
}

}  // namespace

Result<json> ExtensionCalls::put_values(const extensions::Grant& grant, const json& arguments) {
  TRY_ASSIGN(const NewValues values, parse_changed(arguments));
  const std::scoped_lock one_decision(sources_.decisions.one_at_a_time());
  TRY(check_there(grant));
  state::Store& store = sources_.decisions.store();
  TRY_ASSIGN(Values known, read_values(store, grant.name));
  TRY_ASSIGN(const state::Change change, change_values(grant.name, std::move(known), values));
  TRY(store.commit({.changes = {change}}));
  return json::object();
}

Status ExtensionCalls::check_there(const extensions::Grant& grant) const {
  if (sources_.is_there(grant)) return {};
  return fail(ErrorKind::conflict, "the extension was disabled, removed or replaced meanwhile");
}

}  // namespace muster::control
