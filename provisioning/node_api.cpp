#include "provisioning/node_api.h"

#include <format>

#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace muster::provisioning {
namespace {

using nlohmann::json;
using os::ServerRequest;
using os::ServerResponse;

ServerResponse answer(const json& value) { return {.status = 200, .body = value.dump()}; }

ServerResponse refuse(int status, const Error& error) {
  return {.status = status,
          .body = json{{"error", error.message}, {"hint", error.hint}}.dump(
              -1, ' ', false, json::error_handler_t::replace)};
}

ServerResponse text_answer(std::string text) {
  return {.status = 200, .body = std::move(text), .content_type = "text/plain; charset=utf-8"};
}

std::string header(const ServerRequest& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? std::string() : found->second;
}

/// A text member; empty when it is absent or something else, or longer than `limit`.
std::string text_member(const json& value, const char* name, std::size_t limit) {
  const auto found = value.is_object() ? value.find(name) : value.end();
  if (!value.is_object() || found == value.end() || !found->is_string()) return {};
  const auto& text = found->get_ref<const std::string&>();
  return text.size() <= limit ? text : std::string();
}

constexpr std::size_t kMostLines = 20;

/// Lines that a machine sends, such as the last of its console; what is no text is left out.
std::vector<std::string> text_lines(const json& body, const char* name) {
  std::vector<std::string> lines;
  const auto found = body.is_object() ? body.find(name) : body.end();
  if (!body.is_object() || found == body.end() || !found->is_array()) return lines;
  for (const json& line : *found) {
    if (lines.size() == kMostLines) break;
    if (line.is_string()) lines.push_back(printable(line.get_ref<const std::string&>(), 200));
  }
  return lines;
}

/// What a body says; discarded when it is no JSON or is nested deeper than any message is: copying
/// such a value recurses, and anybody could end the daemon with a megabyte of brackets.
json parse_body(const ServerRequest& request) {
  constexpr int kMaxDepth = 16;
  bool deep = false;
  const auto keep = [&deep](int depth, json::parse_event_t, const json&) {
    deep = deep || depth > kMaxDepth;
    return !deep;
  };
  json value = json::parse(request.body, keep, false);
  return deep ? json(json::value_t::discarded) : value;
}

/// The CN of a distinguished name as nginx writes it ("CN=abc").
std::string common_name(std::string_view name) {
  return name.starts_with("CN=") ? std::string(name.substr(3)) : std::string();
}

json certificate_json(const Issued& issued, const Node& node, std::chrono::hours valid) {
  return {{"certificate", issued.certificate}, {"name", node.name}, {"valid_hours", valid.count()}};
}

/// The same choice with the head's URL paths.
MicrocodeChoice served(MicrocodeChoice choice) {
  constexpr std::string_view kMedium = "/medium/";
  if (auto* const path = std::get_if<std::string>(&choice)) path->insert(0, kMedium);
  if (auto* const both = std::get_if<VendorMicrocode>(&choice)) {
    both->amd.insert(0, kMedium);
    both->intel.insert(0, kMedium);
  }
  return choice;
}

}  // namespace

BootTarget NodeApi::target_of(MacAddress mac) const {
  const std::string& profile = options_.boots.name_of(registry_.profile_of(mac));
  const Boot& boot = options_.boots.of(profile);
  BootTarget target{.head = options_.head,
                    .kernel = "/medium/" + boot.image.kernel.path,
                    .initrd = "/medium/" + boot.image.initrd.path,
                    .arguments = boot.arguments};
  const auto node = registry_.find(to_string(mac));
  target.microcode = served(
      choose_microcode(options_.boots.microcode(), node ? node->hardware.processor : std::nullopt));
  // The machine tells it again in its discovery: a profile that is changed in between waits for the
  // next start, and this boot has kernel arguments and image of one profile.
  target.arguments.push_back(KernelArgument::profile(profile));
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

ServerResponse NodeApi::discover(const ServerRequest& request) {
  const json body = parse_body(request);
  static const json kNone;
  const bool told = body.is_object() && body.contains("hardware");
  const auto hardware = parse_hardware(told ? body["hardware"] : kNone);
  if (!hardware) return refuse(400, hardware.error());
  const auto address = parse_ipv4(header(request, "x-muster-address"));
  if (!address) return refuse(400, address.error());
  const std::int64_t now = options_.now_ms();
  if (options_.boots.empty()) {
    return answer({{"state", "wait"},
                   {"reason", "the head has nothing to boot: 'muster status' there says why"},
                   {"time_ms", now}});
  }
  const std::string started_as = text_member(body, "profile", 64);
  const auto welcome = registry_.discover(
      *hardware, *address, now, options_.boots.knows(started_as) ? started_as : std::string());
  if (!welcome) return refuse(409, welcome.error());
  if (welcome->kind == Welcome::Kind::wait) {
    return answer({{"state", "wait"}, {"reason", welcome->reason}, {"time_ms", now}});
  }
  json layers = json::array();
  const Image& image = options_.boots.of(welcome->node.booted_profile).image;
  for (const Artefact& layer : image.layers) layers.push_back(to_json(layer));
  return answer({{"state", "boot"},
                 {"time_ms", now},
                 {"node",
                  {{"id", welcome->node.id},
                   {"name", welcome->node.name},
                   {"address", to_string(welcome->node.address)}}},
                 {"session", welcome->session},
                 {"token", std::format("v1.{}.{}", authority_.fingerprint(), welcome->token)},
                 {"ca", authority_.certificate()},
                 {"image", {{"name", image.name}, {"layers", std::move(layers)}}}});
}

ServerResponse NodeApi::stage(const ServerRequest& request) {
  const json body = parse_body(request);
  const std::string session = text_member(body, "session", 64);
  const StageReport report{.stage = printable(text_member(body, "stage", 64), 64),
                           .progress = body.is_object() && body.contains("progress") &&
                                               body["progress"].is_number_integer()
                                           ? static_cast<int>(std::clamp<std::int64_t>(
                                                 body["progress"].get<std::int64_t>(), 0, 100))
                                           : 0,
                           .failure = printable(text_member(body, "failure", 2000), 1000),
                           .console = text_lines(body, "console")};
  if (session.empty() || report.stage.empty()) {
    return refuse(400, {.message = "'session' and 'stage' are needed"});
  }
  const Status done = registry_.stage(session, report, options_.now_ms());
  return done ? answer(json::object()) : refuse(403, done.error());
}

Result<Issued> NodeApi::issue(const Node& node, const std::string& certificate_request) const {
  return authority_.issue_client(certificate_request, node.id, options_.certificate_valid);
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
            .valid_before = static_cast<std::uint64_t>(options_.now_ms() / 1000 + valid_s)});
}

ServerResponse NodeApi::enrol(const ServerRequest& request) {
  const json body = parse_body(request);
  const std::vector<std::string> token = split(text_member(body, "token", 256), '.');
  if (token.size() != 3 || token[0] != "v1")
    return refuse(400, {.message = "'token' is not a token"});
  const auto node = registry_.redeem(token[2], options_.now_ms());
  if (!node) return refuse(403, node.error());
  const auto issued = issue(*node, text_member(body, "request", 8192));
  if (!issued) return refuse(400, issued.error());
  const auto host = certify_host_key(*node, text_member(body, "ssh_host_key", 512));
  if (!host) return refuse(400, host.error());
  const Status kept = registry_.set_certificate(
      node->id, {.serial = issued->serial, .ssh_certificate = *host}, options_.now_ms());
  if (!kept) return refuse(409, kept.error());
  return answer(certificate_json(*issued, *node, options_.certificate_valid));
}

ServerResponse NodeApi::renew(const ServerRequest& request, const Node& node) {
  const json body = parse_body(request);
  const auto issued = issue(node, text_member(body, "request", 8192));
  if (!issued) return refuse(400, issued.error());
  const auto host = certify_host_key(node, text_member(body, "ssh_host_key", 512));
  if (!host) return refuse(400, host.error());
  const Status kept = registry_.offer_certificate(
      node.id, node.certificate_serial, {.serial = issued->serial, .ssh_certificate = *host},
      options_.now_ms());
  if (!kept) return refuse(409, kept.error());
  return answer(certificate_json(*issued, node, options_.certificate_valid));
}

ServerResponse NodeApi::report(const ServerRequest& request, const Node& node) {
  const json body = parse_body(request);
  const std::string stage = printable(text_member(body, "stage", 64), 64);
  if (stage.empty()) return refuse(400, {.message = "'stage' is needed"});
  NodeReport report{.stage = stage,
                    .failure = printable(text_member(body, "failure", 8192), 4000),
                    .generation = printable(text_member(body, "generation", 128), 128),
                    .console = text_lines(body, "console"),
                    .drift = text_lines(body, "drift")};
  if (body.contains("lldp")) {
    const auto neighbour = parse_neighbour(body["lldp"]);
    if (!neighbour) return refuse(400, neighbour.error());
    report.neighbour = *neighbour;
  }
  if (body.contains("accelerators")) {
    report.accelerators = parse_accelerators(body["accelerators"], report.accelerators_left_out);
  }
  const Status done = registry_.report(node.id, report, options_.now_ms());
  return done ? answer(json::object()) : refuse(409, done.error());
}

ServerResponse NodeApi::heartbeat(const Node& node) {
  const auto heard = registry_.heartbeat(node.id, options_.now_ms());
  if (!heard) return refuse(409, heard.error());
  json told = {{"generation", options_.generation_for(*heard)}};
  if (heard->reboot) told["reboot"] = heard->reboot->id;
  return answer(told);
}

ServerResponse NodeApi::with_certificate(const ServerRequest& request) {
  if (header(request, "x-muster-verified") != "SUCCESS") {
    return refuse(401, {.message = "a node's certificate is needed", .hint = "enrol first"});
  }
  const auto known = registry_.authenticate(common_name(header(request, "x-muster-node")),
                                            header(request, "x-muster-serial"));
  if (!known) return refuse(403, known.error());
  const auto address = parse_ipv4(header(request, "x-muster-address"));
  if (!address) return refuse(400, address.error());
  const auto node = registry_.heard_from(known->id, *address, options_.now_ms());
  if (!node) return refuse(403, node.error());
  if (request.path == "/node/v1/plan" && request.method == "GET") {
    return {.status = 200, .body = options_.plan_for(*node)};
  }
  if (request.method != "POST") return refuse(405, {.message = "this page takes POST"});
  if (request.path == "/node/v1/heartbeat") return heartbeat(*node);
  if (request.path == "/node/v1/report") return report(request, *node);
  if (request.path == "/node/v1/renew") return renew(request, *node);
  return refuse(404, {.message = "no such page"});
}

ServerResponse NodeApi::handle(const ServerRequest& request) {
  if (request.path.starts_with("/boot/") || request.path.starts_with("/grub/")) {
    if (request.method != "GET" && request.method != "HEAD") {
      return refuse(405, {.message = "this page takes GET"});
    }
    return boot_script(request);
  }
  const bool post = request.method == "POST";
  if (post && request.path == "/node/v1/discover") return discover(request);
  if (post && request.path == "/node/v1/stage") return stage(request);
  if (post && request.path == "/node/v1/enrol") return enrol(request);
  return with_certificate(request);
}

}  // namespace muster::provisioning
