#include "control/api/operation_json.h"

#include <map>
#include <tuple>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/node_set.h"

namespace muster::api {
namespace {

using nlohmann::json;
using operations::Operation;
using operations::Part;
using operations::PartState;

using Names = std::vector<std::string>;

/// The nodes whose part has not ended.
std::string open_nodes_of(const Operation& operation) {
  Names names;
  for (const auto& [id, part] : operation.parts) {
    if (!part.has_ended()) names.push_back(part.node);
  }
  return fold_names(names);
}

/// What is to be said of a part but whose it is.
auto outcome_of(const Part& part) {
  return std::tuple(part.state, part.status, part.signal, part.note, part.out, part.err,
                    part.dropped, part.tries);
}

}  // namespace

json summary_json(const Operation& operation) {
  json counts = json::object();
  for (const PartState state : operations::kPartStates) {
    counts[std::string(to_string(state))] = operation.count(state);
  }
  return {{"id", operation.id},
          {"kind", operation.kind},
          {"command", operation.words},
          {"timeout_s", operation.timeout_s},
          {"at_once", operation.at_once},
          {"retries", operation.retries},
          {"deadline_ms", operation.deadline_ms},
          {"by", operation.by},
          {"reason", operation.reason},
          {"state", operations::state_of(operation)},
          {"begun_ms", operation.begun_ms},
          {"ended_ms", operation.ended_ms},
          {"nodes", operation.nodes},
          {"counts", std::move(counts)}};
}

json progress_json(const Operation& operation) {
  json value = summary_json(operation);
  value["version"] = operation.version;
  value["open"] = open_nodes_of(operation);
  return value;
}

json detail_json(const Operation& operation,
                 const std::function<Result<std::string>(const std::string&)>& output) {
  std::map<decltype(outcome_of(std::declval<Part>())), std::pair<Names, const Part*>> outcomes;
  for (const auto& [id, part] : operation.parts) {
    auto& [names, sample] = outcomes[outcome_of(part)];
    names.push_back(part.node);
    sample = &part;
  }
  json results = json::array();
  for (const auto& [outcome, found] : outcomes) {
    const auto& [names, part] = found;
    results.push_back({{"nodes", fold_names(names)},
                       {"count", names.size()},
                       {"state", to_string(part->state)},
                       {"note", part->note},
                       {"tries", part->tries},
                       {"status", part->status},
                       {"signal", part->signal},
                       {"out", output(part->out).value_or("")},
                       {"err", output(part->err).value_or("")},
                       {"dropped", part->dropped}});
  }
  json value = summary_json(operation);
  value["results"] = std::move(results);
  return value;
}

}  // namespace muster::api
