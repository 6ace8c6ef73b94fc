#include "provisioning/agent/head_client.h"

#include <format>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/os/files.h"
#include "core/os/hash.h"
#include "core/os/http_client.h"
#include "provisioning/authority.h"

namespace muster::agent {
namespace {

using nlohmann::json;

/// Key and certificate in one file: a power cut leaves the old pair or the new one, never half of
/// each.
constexpr const char* kIdentity = "node.pem";

/// The body of a 200; other statuses become the error that the head wrote.
Result<std::string> accept(const Result<os::HttpResponse>& response) {
  if (!response) return std::unexpected(response.error());
  if (response->status == 200) return response->body;
  const json body = json::parse(response->body, nullptr, false);
  const auto member = [&body](const char* name) {
    const bool there = body.is_object() && body.contains(name) && body[name].is_string();
    return there ? printable(body[name].get<std::string>()) : std::string();
  };
  const std::string reason = member("error");
  return fail(
      std::format("the head refused ({}){}", response->status, reason.empty() ? "" : ": " + reason),
      member("hint"));
}

Result<json> parse_object(std::string_view text) {
  json value = json::parse(text, nullptr, false);
  if (!value.is_object()) return fail("the head's answer is not a JSON object");
  return value;
}

/// The name of the plan that the head wants here.
Result<std::string> parse_generation(std::string_view text) {
  TRY_ASSIGN(const json answer, parse_object(text));
  const auto generation = answer.find("generation");
  if (generation == answer.end() || !generation->is_string()) {
    return fail("the head's answer has no generation");
  }
  return generation->get<std::string>();
}

json render_layers(const std::vector<provisioning::Artefact>& layers) {
  json list = json::array();
  for (const auto& layer : layers) list.push_back(provisioning::to_json(layer));
  return list;
}

Result<std::vector<provisioning::Artefact>> parse_layers(const json& list) {
  std::vector<provisioning::Artefact> layers;
  for (const json& entry : list) {
    TRY_ASSIGN(auto layer, provisioning::parse_artefact(entry));
    layers.push_back(std::move(layer));
  }
  if (layers.empty()) return fail("the image has no layers");
  return layers;
}

/// Milliseconds since 1970; the clock is set by it, so it must be a day that clocks can show.
Result<std::int64_t> parse_time(const json& value) {
  constexpr std::uint64_t kYear2200 = 7'258'118'400'000;
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > kYear2200) {
    return fail("the head sent no valid time");
  }
  return value.get<std::int64_t>();
}

}  // namespace

std::string render_invitation(const Invitation& invitation) {
  return json{{"head", invitation.head},
              {"node_id", invitation.node_id},
              {"node_name", invitation.node_name},
              {"session", invitation.session},
              {"token", invitation.token},
              {"ca", invitation.ca},
              {"layers", render_layers(invitation.layers)}}
      .dump();
}

Result<Invitation> parse_invitation(std::string_view text) {
  try {
    const json value = json::parse(text);
    Invitation invitation{.head = value.at("head").get<std::string>(),
                          .node_id = value.at("node_id").get<std::string>(),
                          .node_name = value.at("node_name").get<std::string>(),
                          .session = value.at("session").get<std::string>(),
                          .token = value.at("token").get<std::string>(),
                          .ca = value.at("ca").get<std::string>()};
    TRY_ASSIGN(invitation.layers, parse_layers(value.at("layers")));
    return invitation;
  } catch (const json::exception& error) {
    return fail(std::format("the boot record is damaged: {}", printable(error.what())),
                "boot this node again");
  }
}

Result<DiscoverAnswer> parse_discover_answer(const std::string& head, std::string_view text) {
  try {
    TRY_ASSIGN(const json value, parse_object(text));
    TRY_ASSIGN(const std::int64_t time, parse_time(value.at("time_ms")));
    DiscoverAnswer answer{.head_time_ms = time};
    if (value.at("state") != "boot") {
      answer.reason = printable(value.at("reason").get<std::string>());
      return answer;
    }
    answer.invited = true;
    answer.invitation = {.head = head,
                         .node_id = value.at("node").at("id").get<std::string>(),
                         .node_name = value.at("node").at("name").get<std::string>(),
                         .session = value.at("session").get<std::string>(),
                         .token = value.at("token").get<std::string>(),
                         .ca = value.at("ca").get<std::string>()};
    if (!is_host_label(answer.invitation.node_name))
      return fail("the head sent a name that is not valid");
    TRY_ASSIGN(answer.invitation.layers, parse_layers(value.at("image").at("layers")));
    return answer;
  } catch (const json::exception& error) {
    return fail(
        std::format("the head's answer is not what this agent knows: {}", printable(error.what())),
        "head and image must be of one version");
  }
}

Result<DiscoverAnswer> discover(const std::string& head, const provisioning::Hardware& hardware,
                                const std::string& profile) {
  const json body = {{"hardware", provisioning::to_json(hardware)}, {"profile", profile}};
  TRY_ASSIGN(const std::string text,
             accept(os::send({.method = "POST",
                              .url = std::format("http://{}/node/v1/discover", head),
                              .body = body.dump(-1, ' ', false, json::error_handler_t::replace)})));
  return parse_discover_answer(head, text);
}

Status report_stage(const Invitation& invitation, const provisioning::StageReport& report) {
  const json body = {{"session", invitation.session},
                     {"stage", report.stage},
                     {"progress", report.progress},
                     {"failure", report.failure},
                     {"console", report.console}};
  const auto answer =
      accept(os::send({.method = "POST",
                       .url = std::format("http://{}/node/v1/stage", invitation.head),
                       .body = body.dump(-1, ' ', false, json::error_handler_t::replace),
                       .timeout = std::chrono::seconds(5)}));
  if (!answer) return std::unexpected(answer.error());
  return {};
}

Result<Identity> Identity::open(const std::filesystem::path& directory, const std::string& head,
                                const std::filesystem::path& host_key) {
  TRY(os::make_directory(directory, {.mode = 0700}));
  return Identity(directory, head, host_key);
}

bool Identity::enrolled() const { return std::filesystem::exists(directory_ / kIdentity); }

Status Identity::forget() {
  refusals_ = 0;
  return os::remove_tree(directory_ / kIdentity);
}

std::chrono::hours Identity::certificate_age() const {
  const auto age = os::file_age(directory_ / kIdentity);
  return age ? std::chrono::duration_cast<std::chrono::hours>(*age) : std::chrono::hours();
}

Result<std::string> Identity::call(const std::string& method, const std::string& path,
                                   const std::string& body, bool with_certificate) const {
  os::TlsFiles tls{.ca = directory_ / "ca.crt"};
  if (with_certificate) {
    tls.certificate = directory_ / kIdentity;
    tls.key = directory_ / kIdentity;
  }
  const auto response = os::send({.method = method,
                                  .url = std::format("https://{}/node/v1/{}", head_, path),
                                  .body = body,
                                  .tls = std::move(tls)});
  if (with_certificate && response) {
    // nginx answers 400 to a certificate that ran out.
    const bool refused = response->status >= 400 && response->status <= 403;
    refusals_ = refused ? refusals_ + 1 : 0;
  }
  return accept(response);
}

Status Identity::certify(const std::string& path, const std::string& token) {
  TRY_ASSIGN(const auto made, provisioning::make_request());
  json body = {{"request", made.request}};
  if (!token.empty()) body["token"] = token;
  if (const auto key = os::read_file(host_key_)) body["ssh_host_key"] = trim(*key);
  TRY_ASSIGN(const std::string text, call("POST", path, body.dump(), token.empty()));
  TRY_ASSIGN(const json answer, parse_object(text));
  const auto certificate = answer.find("certificate");
  if (certificate == answer.end() || !certificate->is_string()) {
    return fail("the head's answer has no certificate");
  }
  return os::write_file(directory_ / kIdentity, made.key + certificate->get<std::string>(),
                        {.mode = 0600});
}

Status Identity::enrol(const Invitation& invitation) {
  const std::vector<std::string> token = split(invitation.token, '.');
  if (token.size() != 3 || token[1] != os::sha256(invitation.ca)) {
    return fail(
        "the CA's certificate is not the one the token names",
        "another machine may answer in the head's place; look for it in the cluster's network");
  }
  TRY(os::write_file(directory_ / "ca.crt", invitation.ca, {.mode = 0600}));
  return certify("enrol", invitation.token);
}

Status Identity::renew() { return certify("renew", ""); }

Result<Wanted> parse_wanted(std::string_view text) {
  constexpr std::size_t kLongestWish = 64;
  TRY_ASSIGN(std::string generation, parse_generation(text));
  const json answer = json::parse(text, nullptr, false);
  const auto wish = answer.find("reboot");
  const bool is_word = wish != answer.end() && wish->is_string() &&
                       wish->get_ref<const std::string&>().size() <= kLongestWish;
  return Wanted{.generation = std::move(generation),
                .reboot = is_word ? wish->get<std::string>() : std::string()};
}

Result<GivenPlan> Identity::plan() const {
  TRY_ASSIGN(const std::string text, call("GET", "plan", "", true));
  TRY_ASSIGN(plan::Plan plan, plan::parse_plan(text));
  TRY_ASSIGN(std::string generation, parse_generation(text));
  return GivenPlan{.plan = std::move(plan), .generation = std::move(generation)};
}

Status Identity::report(const provisioning::NodeReport& report) const {
  json body = {{"stage", report.stage},
               {"failure", report.failure},
               {"generation", report.generation},
               {"console", report.console}};
  if (!report.drift.empty()) body["drift"] = report.drift;
  if (report.neighbour) body["lldp"] = provisioning::to_json(*report.neighbour);
  if (report.accelerators) {
    json& cards = body["accelerators"] = json::array();
    for (const auto& card : *report.accelerators) cards.push_back(provisioning::to_json(card));
  }
  const auto answer =
      call("POST", "report", body.dump(-1, ' ', false, json::error_handler_t::replace), true);
  if (!answer) return std::unexpected(answer.error());
  return {};
}

Result<Wanted> Identity::heartbeat() const {
  TRY_ASSIGN(const std::string text, call("POST", "heartbeat", "{}", true));
  return parse_wanted(text);
}

}  // namespace muster::agent
