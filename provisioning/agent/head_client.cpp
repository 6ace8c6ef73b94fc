#include "provisioning/agent/head_client.h"

#include <format>

#include "core/base/text.h"
#include "core/crypto/hash.h"
#include "core/os/files.h"
#include "provisioning/authority.h"

namespace muster::agent {
namespace {

/// Key and certificate in one file: a power cut leaves the old pair or the new one, never half of
/// each.
constexpr const char* kIdentity = "node.pem";

/// As long as the next heartbeat is away: one that takes longer is worth nothing.
constexpr std::chrono::seconds kHeartbeatTimeout(10);

/// Longer than a head holds a question (operations::kHoldMs).
constexpr std::chrono::seconds kQuestionTimeout(70);

}  // namespace

Result<std::string> accept(const Result<os::HttpResponse>& response) {
  if (!response) return std::unexpected(response.error());
  if (response->status == 200) return response->body;
  const auto refusal = provisioning::parse_refusal(response->body);
  if (!refusal) return fail(std::format("the head refused ({})", response->status));
  return fail(std::format("the head refused ({}): {}", response->status, refusal->error),
              refusal->hint);
}

Result<provisioning::DiscoverAnswer> discover(const std::string& head,
                                              const provisioning::Hardware& hardware,
                                              const std::string& profile,
                                              const std::string& image) {
  TRY_ASSIGN(const std::string text,
             accept(os::send({.method = "POST",
                              .url = std::format("http://{}/node/v1/discover", head),
                              .body = provisioning::render_discover_request(
                                  {.hardware = hardware, .profile = profile, .image = image})})));
  return provisioning::parse_discover_answer(text);
}

Status report_stage(const Invitation& invitation, const provisioning::StageReport& report) {
  TRY(accept(os::send({.method = "POST",
                       .url = std::format("http://{}/node/v1/stage", invitation.head),
                       .body = provisioning::render_stage_request(
                           {.session = invitation.boot.session, .report = report}),
                       .timeout = std::chrono::seconds(5)})));
  return {};
}

Result<Identity> Identity::open(IdentityOptions options) {
  TRY(os::make_directory(options.directory, {.mode = 0700}));
  return Identity(std::move(options));
}

bool Identity::enrolled() const { return std::filesystem::exists(options_.directory / kIdentity); }

Status Identity::forget() {
  refusals_->forget();
  return os::remove_tree(options_.directory / kIdentity);
}

std::chrono::seconds Identity::certificate_age() const {
  const auto age = os::file_age(options_.directory / kIdentity);
  return age ? std::chrono::duration_cast<std::chrono::seconds>(*age) : std::chrono::seconds();
}

/// `request.url` is the page's name.
Result<std::string> Identity::call(os::HttpRequest request) const {
  const bool shows_certificate = request.tls.has_value();
  if (!request.tls) request.tls.emplace();
  request.tls->ca = options_.directory / "ca.crt";
  request.url = std::format("https://{}/node/v1/{}", options_.head, request.url);
  const auto response = os::send(request);
  if (shows_certificate && response) refusals_->count(response->status, response->body);
  return accept(response);
}

Result<std::string> Identity::call_as_node(os::HttpRequest request) const {
  const auto pair = options_.directory / kIdentity;
  request.tls = {.ca = {}, .certificate = pair, .key = pair};
  return call(std::move(request));
}

/// Asks for a certificate with a new key; a request with a token shows no certificate.
Status Identity::certify(const std::string& path, provisioning::CertificateRequest request) {
  TRY_ASSIGN(const auto made, provisioning::make_request());
  request.request = made.request;
  if (const auto key = os::read_file(options_.host_key)) request.ssh_host_key = trim(*key);
  os::HttpRequest message{
      .method = "POST", .url = path, .body = provisioning::render_certificate_request(request)};
  const auto text =
      request.token.empty() ? call_as_node(std::move(message)) : call(std::move(message));
  if (!text) return std::unexpected(text.error());
  TRY_ASSIGN(const auto answer, provisioning::parse_certificate_answer(*text));
  return os::write_file(options_.directory / kIdentity, made.key + answer.certificate,
                        {.mode = 0600});
}

Status Identity::enrol(const Invitation& invitation) {
  const std::vector<std::string> token = split(invitation.boot.token, '.');
  if (token.size() != 3 || token[1] != crypto::sha256(invitation.boot.ca)) {
    return fail(
        "the CA's certificate is not the one the token names",
        "another machine may answer in the head's place; look for it in the cluster's network");
  }
  TRY(os::write_file(options_.directory / "ca.crt", invitation.boot.ca, {.mode = 0600}));
  return certify("enrol", {.token = invitation.boot.token});
}

Status Identity::renew() { return certify("renew", {}); }

Result<provisioning::PlanAnswer> Identity::plan() const {
  TRY_ASSIGN(const std::string text, call_as_node({.url = "plan"}));
  return provisioning::parse_plan_answer(text, options_.version);
}

Status Identity::report(const provisioning::NodeReport& report) const {
  TRY(call_as_node(
      {.method = "POST", .url = "report", .body = provisioning::render_node_report(report)}));
  return {};
}

Result<provisioning::HeartbeatAnswer> Identity::heartbeat(const std::string& holds) const {
  const provisioning::HeartbeatRequest beat{
      .holds = holds, .agent = provisioning::capabilities_of(options_.version)};
  TRY_ASSIGN(const std::string text,
             call_as_node({.method = "POST",
                           .url = "heartbeat",
                           .body = provisioning::render_heartbeat_request(beat),
                           .timeout = kHeartbeatTimeout}));
  return provisioning::parse_heartbeat_answer(text);
}

Result<task::Offer> Identity::ask(const task::Question& question,
                                  const std::function<bool()>& is_unwanted) const {
  TRY_ASSIGN(const std::string text, call_as_node({.method = "POST",
                                                   .url = "tasks",
                                                   .body = task::render_question(question),
                                                   .timeout = kQuestionTimeout,
                                                   .is_unwanted = is_unwanted}));
  return task::parse_offer(text);
}

Status Identity::tell(const task::Report& report) const {
  TRY(call_as_node({.method = "POST", .url = "task", .body = task::render_report(report)}));
  return {};
}

}  // namespace muster::agent
