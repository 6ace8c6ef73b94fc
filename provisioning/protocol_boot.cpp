// Messages of a machine that boots: discovery, stages, enrolment.

#include <format>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/json/members.h"
#include "core/json/message.h"
#include "provisioning/protocol.h"
#include "provisioning/protocol_bounds.h"

namespace muster::provisioning {
namespace {

/// A day that every clock can show: machines set their clocks by it.
constexpr std::uint64_t kYear2200 = 7'258'118'400'000;

json::Value layers_value(const std::vector<Artefact>& layers) {
  json::Value list = json::Value::array();
  for (const Artefact& layer : layers) list.push_back(to_json(layer));
  return list;
}

std::vector<Artefact> read_layers(json::Members& image, json::Problems& problems) {
  std::vector<Artefact> layers;
  const json::Value& list = image.list("layers");
  if (list.empty() || list.size() > kMostLayers) {
    problems.add(image.path("layers"),
                 std::format("has {} elements and not 1 to {}", list.size(), kMostLayers));
    return layers;
  }
  for (const json::Value& entry : list) {
    auto layer = parse_artefact(entry);
    if (!layer) {
      problems.add(image.path(std::format("layers[{}]", layers.size())),
                   "is not a file of the medium: " + layer.error().message);
      return {};
    }
    layers.push_back(std::move(*layer));
  }
  return layers;
}

Ipv4Address read_address(json::Members& members, json::Problems& problems) {
  const auto address = parse_ipv4(members.word("address", kLongestWord));
  if (!address) problems.add(members.path("address"), "is not an IPv4 address");
  return address.value_or(Ipv4Address());
}

BootAnswer read_boot(json::Members& members, json::Problems& problems) {
  json::Members node = members.object("node");
  json::Members image = members.object("image");
  BootAnswer boot{.node_id = node.word("id", kLongestWord),
                  .node_name = node.word("name", kLongestWord),
                  .address = read_address(node, problems),
                  .session = members.word("session", kLongestWord),
                  .token = members.word("token", kLongestToken),
                  .ca = members.text("ca", kLongestPem),
                  .image_name = image.word("name", kLongestWord),
                  .image = image.find_word("reference", kLongestReference).value_or(""),
                  .layers = read_layers(image, problems)};
  if (!is_host_label(boot.node_name)) problems.add(node.path("name"), "is not a host name");
  return boot;
}

/// `read_token`: how the token is read.
template <typename ReadToken>
Result<CertificateRequest> parse_certificate_request(std::string_view body, ReadToken read_token) {
  return json::parse_message(body, [&](json::Members& members, json::Problems&) {
    return CertificateRequest{
        .token = read_token(members),
        .request = members.text("request", kLongestRequest),
        .ssh_host_key = members.find_text("ssh_host_key", kLongestKey).value_or("")};
  });
}

}  // namespace

std::string render_discover_request(const DiscoverRequest& request) {
  return json::render({{"hardware", to_json(request.hardware)},
                       {"profile", request.profile},
                       {"image", request.image}});
}

Result<DiscoverRequest> parse_discover_request(std::string_view body) {
  TRY_ASSIGN(const json::Value value, json::parse_object(body));
  json::Problems problems;
  json::Members members(value, problems);
  DiscoverRequest request{.profile = members.find_word("profile", kLongestWord).value_or(""),
                          .image = members.find_word("image", kLongestReference).value_or("")};
  TRY(problems.status());
  const auto hardware = value.find("hardware");
  if (hardware == value.end()) return fail(ErrorKind::invalid, "member 'hardware' is missing");
  TRY_ASSIGN(request.hardware, parse_hardware(*hardware));
  return request;
}

std::string render_discover_answer(const DiscoverAnswer& answer) {
  json::Value value = {{"time_ms", answer.time_ms}};
  if (const auto* const wait = std::get_if<WaitAnswer>(&answer.decision)) {
    value["state"] = "wait";
    value["reason"] = wait->reason;
    return json::render(value);
  }
  const auto& boot = std::get<BootAnswer>(answer.decision);
  value["state"] = "boot";
  value["node"] = {
      {"id", boot.node_id}, {"name", boot.node_name}, {"address", to_string(boot.address)}};
  value["session"] = boot.session;
  value["token"] = boot.token;
  value["ca"] = boot.ca;
  value["image"] = {
      {"name", boot.image_name}, {"reference", boot.image}, {"layers", layers_value(boot.layers)}};
  return json::render(value);
}

Result<DiscoverAnswer> parse_discover_answer(std::string_view body) {
  return json::parse_message(body, [](json::Members& members, json::Problems& problems) {
    DiscoverAnswer answer{
        .time_ms = static_cast<std::int64_t>(members.number("time_ms", 0, kYear2200)),
        .decision = {}};
    // A state that a newer head has is a reason to wait as well.
    if (members.word("state", kLongestWord) == "boot") {
      answer.decision = read_boot(members, problems);
    } else {
      answer.decision = WaitAnswer{.reason = members.shown("reason", kLongestReason)};
    }
    return answer;
  });
}

std::string render_stage_request(const StageRequest& request) {
  return json::render({{"session", request.session},
                       {"stage", request.report.stage},
                       {"progress", request.report.progress},
                       {"failure", request.report.failure},
                       {"console", request.report.console}});
}

Result<StageRequest> parse_stage_request(std::string_view body) {
  return json::parse_message(body, [](json::Members& members, json::Problems&) {
    return StageRequest{
        .session = members.word("session", kLongestWord),
        .report = {
            .stage = members.word("stage", kLongestWord),
            .progress = static_cast<int>(members.find_number("progress", 0, 100).value_or(0)),
            .failure = members.find_shown("failure", kLongestStageFailure).value_or(""),
            .console = read_console(members)}};
  });
}

std::string render_certificate_request(const CertificateRequest& request) {
  json::Value value = {{"request", request.request}};
  if (!request.token.empty()) value["token"] = request.token;
  if (!request.ssh_host_key.empty()) value["ssh_host_key"] = request.ssh_host_key;
  return json::render(value);
}

Result<CertificateRequest> parse_enrol_request(std::string_view body) {
  return parse_certificate_request(
      body, [](json::Members& members) { return members.word("token", kLongestToken); });
}

Result<CertificateRequest> parse_renew_request(std::string_view body) {
  return parse_certificate_request(body, [](json::Members&) { return std::string(); });
}

std::string render_certificate_answer(const CertificateAnswer& answer) {
  return json::render({{"certificate", answer.certificate},
                       {"name", answer.name},
                       {"valid_hours", answer.valid_hours}});
}

Result<CertificateAnswer> parse_certificate_answer(std::string_view body) {
  return json::parse_message(body, [](json::Members& members, json::Problems&) {
    return CertificateAnswer{
        .certificate = members.text("certificate", kLongestPem),
        .name = members.word("name", kLongestWord),
        .valid_hours = static_cast<std::uint32_t>(members.number("valid_hours", 1, kMostHours))};
  });
}

}  // namespace muster::provisioning
