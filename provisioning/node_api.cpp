#include "provisioning/node_api.h"

#include <format>

#include "core/base/text.h"
#include "provisioning/agent_version.h"

namespace muster::provisioning {
namespace {

using os::Reply;
using os::ServerRequest;
using os::ServerResponse;

ServerResponse answer(std::string body) { return {.status = 200, .body = std::move(body)}; }

/// What failed, by its kind. `refused` is worth nothing any more, when the error says so: a head
/// that fails must not make a node throw it away.
ServerResponse refuse(const Error& error, Refused refused = Refused::nothing) {
  const Refusal told{.error = error.message,
                     .hint = error.hint,
                     .refused = error.kind == ErrorKind::denied ? refused : Refused::nothing};
  return os::refusal(error.kind, {.body = render_refusal(told)});
}

/// A request that no state of the head would change.
ServerResponse refuse(int status, const Error& error) {
  ServerResponse response = refuse(error);
  response.status = status;
  return response;
}

/// Answers with nothing, or with why it failed.
auto done(Reply reply) {
  return [reply = std::move(reply)](const auto& outcome) mutable {
    reply(outcome ? answer("{}") : refuse(outcome.error()));
  };
}

ServerResponse text_answer(std::string text) {
  return {.status = 200, .body = std::move(text), .content_type = "text/plain; charset=utf-8"};
}

std::string header(const ServerRequest& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? std::string() : found->second;
}

/// The CN of a distinguished name as nginx writes it ("CN=abc").
std::string common_name(std::string_view name) {
  return name.starts_with("CN=") ? std::string(name.substr(3)) : std::string();
}

/// The same choice with the head's URL paths.
MicrocodeChoice served(MicrocodeChoice choice) {
  if (auto* const hash = std::get_if<std::string>(&choice)) *hash = blob_url(*hash);
  if (auto* const both = std::get_if<VendorMicrocode>(&choice)) {
    both->amd = blob_url(both->amd);
    both->intel = blob_url(both->intel);
  }
  return choice;
}

/// The layers as an agent is told of them: agents of versions before hashes fetch /medium/FILE.
std::vector<Artefact> told(std::vector<Artefact> layers) {
  for (Artefact& layer : layers) layer.path = layer.sha256;
  return layers;
}

}  // namespace

BootTarget NodeApi::target_of(MacAddress mac) const {
  const std::string& profile = options_.boots.name_of(registry_.profile_of(mac));
  const Boot& boot = options_.boots.of(profile);
  BootTarget target{.head = options_.head,
                    .kernel = blob_url(boot.image.kernel.sha256),
                    .initrd = blob_url(boot.image.initrd.sha256),
                    .arguments = boot.arguments};
  const auto node = registry_.find(to_string(mac));
  target.microcode = served(
      choose_microcode(options_.boots.microcode(), node ? node->hardware.processor : std::nullopt));
  // The machine tells it again in its discovery: a profile that is changed in between waits for the
  // next start, and this boot has kernel arguments and image of one profile.
  target.arguments.push_back(KernelArgument::profile(profile));
  if (!boot.reference.empty()) target.arguments.push_back(KernelArgument::image(boot.reference));
  return target;
}

ServerResponse NodeApi::boot_script(const ServerRequest& request) const {
  if (request.path == "/boot/entry.ipxe") return text_answer(render_ipxe_entry(options_.head));
  constexpr std::string_view kGrub = "/grub/node/";
  std::string mac_text;
  if (request.path == "/boot/node.ipxe") {
    const auto found = request.query.find("mac");
    mac_text = found == request.query.end() ? "" : found->second;
  } else if (request.path.starts_with(kGrub) && request.path.ends_with(".cfg")) {
    mac_text = request.path.substr(kGrub.size(), request.path.size() - kGrub.size() - 4);
  } else {
    return refuse(404, {.message = "no such page"});
  }
  const auto mac = parse_mac(mac_text);
  if (!mac) return refuse(400, mac.error());
  const bool ipxe = request.path.starts_with("/boot/");
  if (options_.boots.empty()) {
    return text_answer(ipxe ? render_ipxe_wait(options_.head) : render_grub_wait());
  }
  const BootTarget target = target_of(*mac);
  return text_answer(ipxe ? render_ipxe(target) : render_grub(target, *mac));
}

void NodeApi::discover(const ServerRequest& request, Reply reply) {
  const auto asked = parse_discover_request(request.body);
  if (!asked) return reply(refuse(asked.error()));
  const auto address = parse_ipv4(header(request, "x-muster-address"));
  if (!address) return reply(refuse(400, address.error()));
  const Now now = options_.now();
  if (options_.boots.empty()) {
    return reply(answer(render_discover_answer(
        {.time_ms = now.wall_ms,
         .decision = WaitAnswer{"the head has nothing to boot: 'muster status' there says why"}})));
  }
  registry_.discovery()
      .discover(asked->hardware, *address, now,
                options_.boots.knows(asked->profile) ? asked->profile : std::string(),
                is_reference(asked->image) ? asked->image : std::string())
      .then([this, now, reply = std::move(reply)](const Result<Welcome>& welcome) mutable {
        reply(welcome ? answer(render_discover_answer(answer_of(*welcome, now)))
                      : refuse(welcome.error()));
      });
}

DiscoverAnswer NodeApi::answer_of(const Welcome& welcome, Now now) const {
  if (welcome.kind == Welcome::Kind::wait) {
    return {.time_ms = now.wall_ms, .decision = WaitAnswer{welcome.reason}};
  }
  // The one that it was started with, also when nodes boot another by now.
  const Boot& boot = options_.boots.of(welcome.profile);
  const KeptImage* started = welcome.image == boot.reference
                                 ? nullptr
                                 : options_.boots.catalogue().find_by_reference(welcome.image);
  if (started != nullptr && !options_.is_there(*started)) started = nullptr;
  const Image& image = started == nullptr ? boot.image : started->image;
  return {.time_ms = now.wall_ms,
          .decision =
              BootAnswer{.node_id = welcome.node.id,
                         .node_name = welcome.node.name,
                         .address = welcome.node.address,
                         .session = welcome.session,
                         .token = std::format("v1.{}.{}", authority_.fingerprint(), welcome.token),
                         .ca = authority_.certificate(),
                         .image_name = image.name,
                         .image = started == nullptr ? boot.reference : started->reference(),
                         .layers = told(image.layers)}};
}

void NodeApi::stage(const ServerRequest& request, Reply reply) {
  const auto told = parse_stage_request(request.body);
  if (!told) return reply(refuse(told.error()));
  registry_.discovery()
      .stage(told->session, told->report, options_.now())
      .then(done(std::move(reply)));
}

/// Empty without a key: a node whose SSH server has none yet runs jobs all the same.
Result<std::string> NodeApi::certify_host_key(const Node& node, const std::string& key) const {
  if (key.empty()) return std::string();
  // A node renews long before, and has another key at its next boot.
  const auto valid_s = std::chrono::seconds(2 * options_.certificate_valid).count();
  const std::vector<std::string> names = {std::format("{}.{}", node.name, options_.cluster),
                                          node.name, to_string(node.address)};
  return ssh_authority_.certify_host(
      key, {.names = names,
            .id = node.name,
            .valid_before = static_cast<std::uint64_t>(options_.now().wall_ms / 1000 + valid_s)});
}

/// The certificates that a node asks for.
Result<NodeApi::Certified> NodeApi::certify(const Node& node,
                                            const CertificateRequest& asked) const {
  TRY_ASSIGN(Issued issued,
             authority_.issue_client(asked.request, node.id, options_.certificate_valid));
  TRY_ASSIGN(std::string host, certify_host_key(node, asked.ssh_host_key));
  return Certified{
      .certificate = std::move(issued.certificate),
      .credentials = {.serial = std::move(issued.serial), .ssh_certificate = std::move(host)}};
}

ServerResponse NodeApi::certificate_answer(const std::string& certificate, const Node& node) const {
  return answer(render_certificate_answer(
      {.certificate = certificate,
       .name = node.name,
       .valid_hours = static_cast<std::uint32_t>(options_.certificate_valid.count())}));
}

void NodeApi::enrol(const ServerRequest& request, Reply reply) {
  const auto asked = parse_enrol_request(request.body);
  if (!asked) return reply(refuse(asked.error()));
  const std::vector<std::string> token = split(asked->token, '.');
  if (token.size() != 3 || token[0] != "v1") {
    return reply(refuse(400, {.message = "'token' is not a token"}));
  }
  std::string certificate;
  registry_.enrolment()
      .enrol(token[2], options_.now(),
             [&](const Node& node) -> Result<Credentials> {
               TRY_ASSIGN(Certified made, certify(node, *asked));
               certificate = std::move(made.certificate);
               return std::move(made.credentials);
             })
      .then([this, reply = std::move(reply), certificate](const Result<Node>& node) mutable {
        reply(node ? certificate_answer(certificate, *node) : refuse(node.error(), Refused::token));
      });
}

void NodeApi::renew(const ServerRequest& request, const Node& node, Reply reply) {
  const auto asked = parse_renew_request(request.body);
  if (!asked) return reply(refuse(asked.error()));
  const auto made = certify(node, *asked);
  if (!made) return reply(refuse(made.error()));
  const ServerResponse renewed = certificate_answer(made->certificate, node);
  registry_.enrolment()
      .offer_certificate(node.id, node.certificate_serial, made->credentials, options_.now())
      .then([renewed, reply = std::move(reply)](const Result<bool>& kept) mutable {
        reply(kept ? renewed : refuse(kept.error()));
      });
}

void NodeApi::report(const ServerRequest& request, const Node& node, Reply reply) {
  auto told = parse_node_report(request.body);
  if (!told) return reply(refuse(told.error()));
  options_.name_origins(node, *told);
  registry_.report(node.id, *told, options_.now()).then(done(std::move(reply)));
}

void NodeApi::heartbeat(const ServerRequest& request, const Node& node, Reply reply) {
  const auto told = parse_heartbeat_request(request.body);
  if (!told) return reply(refuse(told.error()));
  Beat beat{.holds =
                told->holds == options_.generation_for(node) ? Holds::its_plan : Holds::another};
  if (told->agent) beat.agent_note = agent_note(*told->agent, own_);
  registry_.heartbeat(node.id, beat, options_.now())
      .then([this, reply = std::move(reply)](const Result<Node>& heard) mutable {
        if (!heard) return reply(refuse(heard.error()));
        // A node that was given up meanwhile has another plan than before it was heard.
        reply(answer(render_heartbeat_answer(
            {.generation = options_.generation_for(*heard),
             .reboot = heard->reboot ? heard->reboot->id : std::string()})));
      });
}

void NodeApi::ask_tasks(const ServerRequest& request, const Node& node, Reply reply) {
  auto question = task::parse_question(request.body);
  if (!question) return reply(refuse(question.error()));
  options_.give_tasks(node, std::move(*question),
                      [reply = std::move(reply)](const Result<task::Offer>& offer) mutable {
                        reply(offer ? answer(task::render_offer(*offer)) : refuse(offer.error()));
                      });
}

void NodeApi::tell_task(const ServerRequest& request, const Node& node, Reply reply) {
  auto told = task::parse_report(request.body);
  if (!told) return reply(refuse(told.error()));
  options_.take_report(node, std::move(*told), done(std::move(reply)));
}

void NodeApi::with_certificate(const ServerRequest& request, Reply reply) {
  if (header(request, "x-muster-verified") != "SUCCESS") {
    return reply(refuse(401, {.message = "a node's certificate is needed", .hint = "enrol first"}));
  }
  const auto address = parse_ipv4(header(request, "x-muster-address"));
  if (!address) return reply(refuse(400, address.error()));
  const auto node = registry_.enrolment().authenticate(
      common_name(header(request, "x-muster-node")), header(request, "x-muster-serial"), *address,
      options_.now());
  // Only upon this word does a node give up its identity: a head that fails says something else.
  if (!node) return reply(refuse(node.error(), Refused::certificate));
  if (request.path == "/node/v1/plan" && request.method == "GET") {
    return reply({.status = 200, .body = options_.plan_for(*node)});
  }
  if (request.method != "POST") return reply(refuse(405, {.message = "this page takes POST"}));
  if (request.path == "/node/v1/heartbeat") return heartbeat(request, *node, std::move(reply));
  if (request.path == "/node/v1/report") return report(request, *node, std::move(reply));
  if (request.path == "/node/v1/tasks") return ask_tasks(request, *node, std::move(reply));
  if (request.path == "/node/v1/task") return tell_task(request, *node, std::move(reply));
  if (request.path == "/node/v1/renew") return renew(request, *node, std::move(reply));
  reply(refuse(404, {.message = "no such page"}));
}

bool NodeApi::is_heavy(const ServerRequest& request) {
  return request.path == "/node/v1/enrol" || request.path == "/node/v1/renew" ||
         request.path == "/node/v1/plan";
}

void NodeApi::handle(const ServerRequest& request, Reply reply) {
  if (request.path.starts_with("/boot/") || request.path.starts_with("/grub/")) {
    if (request.method != "GET" && request.method != "HEAD") {
      return reply(refuse(405, {.message = "this page takes GET"}));
    }
    return reply(boot_script(request));
  }
  const bool post = request.method == "POST";
  if (post && request.path == "/node/v1/discover") return discover(request, std::move(reply));
  if (post && request.path == "/node/v1/stage") return stage(request, std::move(reply));
  if (post && request.path == "/node/v1/enrol") return enrol(request, std::move(reply));
  with_certificate(request, std::move(reply));
}

}  // namespace muster::provisioning
