// Promises of the node endpoints for any sequence of requests: an answer is 200 or 4xx and JSON; a
// plan and what is secret in it go only to a certificate that is the newest of an existing node; a
// token is good once; what was stored can be read again, and no two nodes share anything.
//
// An input is requests (requests.h) with lines "====" between them. $SESSION, $TOKEN and $NODE
// stand for what the last discovery gave, $SERIAL for that node's certificate, $REQUEST for a good
// certificate request. "WAIT 60000" lets time pass.

#include <algorithm>
#include <array>
#include <set>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "tests/fuzz/harness.h"
#include "tests/fuzz/node_head.h"
#include "tests/fuzz/requests.h"

namespace {

using namespace muster;
using nlohmann::json;

constexpr std::size_t kMaxRequests = 32;

/// A certificate request as it stands inside a JSON text.
const std::string& certificate_request() {
  static const std::string request = [] {
    const auto made = provisioning::make_request();
    CHECK(made.has_value());
    const std::string quoted = json(made->request).dump();
    return quoted.substr(1, quoted.size() - 2);
  }();
  return request;
}

void replace_all(std::string& text, std::string_view name, const std::string& value) {
  for (std::size_t at = text.find(name); at != std::string::npos;
       at = text.find(name, at + value.size())) {
    text.replace(at, name.size(), value);
  }
}

std::string header(const os::ServerRequest& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? "" : found->second;
}

bool has_secret(const os::ServerRequest& request) {
  const auto found = [](const auto& pair) { return pair.second.contains(fuzz::kPlanSecret); };
  return request.path.contains(fuzz::kPlanSecret) || request.body.contains(fuzz::kPlanSecret) ||
         std::ranges::any_of(request.query, found) || std::ranges::any_of(request.headers, found);
}

class Conversation {
 public:
  void say(std::string_view text) {
    if (text.starts_with("WAIT ")) return wait(text.substr(5));
    const os::ServerRequest request = fuzz::parse_request(filled(text));
    const os::ServerResponse response = head_.handle(request);
    CHECK(response.status == 200 || (response.status >= 400 && response.status < 500));
    const json body = json::parse(response.body, nullptr, false);
    const bool script = request.path.starts_with("/boot/") || request.path.starts_with("/grub/");
    CHECK(body.is_object() || (script && response.status == 200));
    if (response.status != 200) CHECK(!body.at("error").get<std::string>().empty());
    // Errors repeat what was asked; a fuzzer that guessed the secret is shown its own words.
    guessed_ = guessed_ || has_secret(request);
    if (!guessed_ && response.body.contains(fuzz::kPlanSecret)) check_may_see_plan(request);
    if (response.status == 200 && request.path == "/node/v1/discover") learn(body);
    if (response.status == 200 && request.path == "/node/v1/enrol") check_first_use(request);
  }

  void check_state() {
    CHECK(head_.registry().flush().has_value());
    const auto nodes = head_.registry().nodes();
    std::set<std::string> names;
    std::set<std::uint32_t> addresses;
    std::set<MacAddress> macs;
    for (const provisioning::Node& node : nodes) {
      CHECK(node.name.empty() || names.insert(node.name).second);
      CHECK(node.address.value == 0 || addresses.insert(node.address.value).second);
      for (const MacAddress mac : node.hardware.macs) CHECK(macs.insert(mac).second);
      CHECK(node.progress >= 0 && node.progress <= 100);
      CHECK(provisioning::parse_hardware(to_json(node.hardware)) == node.hardware);
    }
    const auto again = provisioning::Registry::open(head_.store(), fuzz::NodeHead::settings());
    CHECK(again.has_value() && (*again)->nodes().size() == nodes.size());
  }

 private:
  std::string filled(std::string_view text) {
    std::string result(text);
    replace_all(result, "$SESSION", session_);
    replace_all(result, "$TOKEN", token_);
    replace_all(result, "$NODE", node_);
    const auto node = head_.registry().find(node_);
    replace_all(result, "$SERIAL", node ? node->certificate_serial : "");
    replace_all(result, "$REQUEST", certificate_request());
    return result;
  }

  void wait(std::string_view milliseconds) {
    const auto time = parse_number(trim(milliseconds));
    if (!time || *time > 86'400'000) return;
    head_.wait(static_cast<std::int64_t>(*time));
  }

  void check_may_see_plan(const os::ServerRequest& request) {
    CHECK(request.path == "/node/v1/plan" && request.method == "GET");
    CHECK(header(request, "x-muster-verified") == "SUCCESS");
    const std::string name = header(request, "x-muster-node");
    CHECK(name.starts_with("CN="));
    const std::string id = name.substr(3);
    const auto nodes = head_.registry().nodes();
    const auto node = std::ranges::find(nodes, id, &provisioning::Node::id);
    CHECK(node != nodes.end() && !node->certificate_serial.empty());
    CHECK(header(request, "x-muster-serial") == node->certificate_serial);
  }

  void check_first_use(const os::ServerRequest& request) {
    const json body = json::parse(request.body);
    CHECK(used_.insert(split(body.at("token").get<std::string>(), '.').at(2)).second);
  }

  void learn(const json& answer) {
    if (answer.at("state") != "boot") {
      CHECK(answer.at("state") == "wait" && !answer.at("reason").get<std::string>().empty());
      CHECK(!answer.contains("session") && !answer.contains("token"));
      return;
    }
    session_ = answer.at("session").get<std::string>();
    token_ = answer.at("token").get<std::string>();
    node_ = answer.at("node").at("id").get<std::string>();
  }

  fuzz::NodeHead head_;
  std::string session_;
  std::string token_;
  std::string node_;
  std::set<std::string> used_;
  bool guessed_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Conversation conversation;
  for (const auto request : fuzz::pieces_of(fuzz::text_of(data, size), "\n====\n", kMaxRequests)) {
    conversation.say(request);
  }
  conversation.check_state();
  return 0;
}
