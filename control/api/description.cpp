#include "control/api/description.h"

#include <format>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "control/api/answer_schemas.h"
#include "control/api/answers.h"
#include "core/base/text.h"

namespace muster::api {
namespace {

using muster::json::Need;
using muster::json::Others;
using muster::json::Property;
using nlohmann::json;

constexpr const char* kJson = "application/json";
constexpr const char* kEvents = "text/event-stream";

/// What stands in braces; empty: nothing.
std::string part_of(std::string_view path) {
  const auto open = path.find('{');
  return open == path.npos ? "" : std::string(path.substr(open + 1, path.find('}') - open - 1));
}

/// "get_nodes_node_events": every operation of a document has an id of its own.
std::string id_of(const Api::Route& route) {
  std::string id = lower(route.method);
  for (const std::string& part : split(route.path.substr(std::string_view("/v1/").size()), '/')) {
    id += "_" + (part_of(part).empty() ? part : part_of(part));
  }
  return id;
}

json describe_parameters(const Api::Route& route) {
  json list = json::array();
  if (const std::string part = part_of(route.path); !part.empty()) {
    list.push_back({{"name", part},
                    {"in", "path"},
                    {"required", true},
                    {"description", std::format("which {}", part)},
                    {"schema", {{"type", "string"}}}});
  }
  for (const Property& property : route.messages.query) {
    list.push_back({{"name", property.name},
                    {"in", "query"},
                    {"required", property.need == Need::required},
                    {"description", property.schema.description},
                    {"schema", describe(property.schema, Others::refused)}});
  }
  return list;
}

json describe_body(const muster::json::Schema& schema, Others others) {
  return {{kJson, {{"schema", describe(schema, others)}}}};
}

json describe_answers(const Api::Messages& messages) {
  json content = describe_body(messages.answer, Others::allowed);
  if (messages.streams) content[kEvents] = {{"schema", {{"type", "string"}}}};
  return {{"200", {{"description", messages.answer.description}, {"content", std::move(content)}}},
          {"default", {{"$ref", "#/components/responses/refused"}}}};
}

json describe_operation(const Api::Route& route) {
  json operation = {{"operationId", id_of(route)},
                    {"summary", route.messages.about},
                    {"x-muster-role", head::door_of(route.role).word},
                    {"responses", describe_answers(route.messages)}};
  if (json parameters = describe_parameters(route); !parameters.empty()) {
    operation["parameters"] = std::move(parameters);
  }
  if (route.messages.request != nullptr) {
    operation["requestBody"] = {
        {"required", true}, {"content", describe_body(*route.messages.request, Others::refused)}};
  }
  return operation;
}

json describe_refusals() {
  return {{"refused",
           {{"description", schemas::kProblem.description},
            {"content",
             {{os::kProblemType, {{"schema", describe(schemas::kProblem, Others::allowed)}}}}}}}};
}

}  // namespace

json describe_api(std::span<const Api::Route> routes) {
  json paths = json::object();
  for (const Api::Route& route : routes) {
    paths[std::string(route.path)][lower(route.method)] = describe_operation(route);
  }
  return {{"openapi", "3.1.0"},
          {"info",
           {{"title", "The administrators' API of a Muster head"},
            {"version", "1"},
            {"description", "HTTP over Unix sockets on the head; each role has its socket."}}},
          {"servers",
           {{{"url", "http://muster"},
             {"description", "the socket of the role, such as /run/musterd/api.sock"}}}},
          {"paths", std::move(paths)},
          {"components", {{"responses", describe_refusals()}}}};
}

os::ServerResponse Api::openapi(const os::ServerRequest&) { return answer(describe_api(routes())); }

}  // namespace muster::api
