#include "apps/muster/client.h"

#include <cerrno>
#include <filesystem>
#include <format>
#include <ranges>
#include <unistd.h>

#include "apps/muster/caller.h"
#include "core/base/text.h"
#include "core/os/command.h"
#include "core/os/http_client.h"
#include "head/installed.h"
#include "head/role.h"

namespace muster::cli {
namespace {

using nlohmann::json;

std::string socket_of(const head::RoleDoor& door) {
  return std::format("{}/{}", head::kSockets, door.socket);
}

/// That of the highest role of this user; of somebody without one, that of administrators.
std::string own_socket() {
  for (const head::RoleDoor& door : head::kRoleDoors | std::views::reverse) {
    std::string path = socket_of(door);
    if (access(path.c_str(), R_OK | W_OK) == 0) return path;
  }
  return socket_of(head::kRoleDoors.back());
}

/// A request's body. Errors: a word of the command line is not text in UTF-8, which JSON must be.
Result<std::string> render_body(const json& body) {
  if (body.is_null()) return std::string();
  try {
    return body.dump();
  } catch (const json::exception&) {
    return fail("a word of the command line is not text in UTF-8",
                "check the file or the terminal that it comes from");
  }
}

/// For the log: for whom root asks. The daemon knows everybody else.
std::map<std::string, std::string> caller_of(const std::string& method) {
  if (method == "GET" || geteuid() != 0) return {};
  return {{"Muster-Caller", caller()}};
}

Error no_head() {
  return {.message = "no Muster head runs on this machine",
          .hint = "run this on the head; there, 'systemctl status musterd' says more"};
}

Error unreachable(const Error& cause) {
  if (!head_is_here()) {
    return {.message = "the head's daemon does not run here",
            .hint = "'systemctl status musterd' says why"};
  }
  if (access(own_socket().c_str(), R_OK | W_OK) != 0) {
    return {.message = "you may not connect to the head's daemon",
            .hint =
                "be root, or become a member of the group 'muster-viewer' to look, of "
                "'muster-operator' to handle nodes, of 'muster' for everything"};
  }
  return {.message = cause.message, .hint = "'systemctl status musterd' says more"};
}

}  // namespace

bool head_is_here() {
  std::error_code error;
  return std::filesystem::exists(socket_of(head::kRoleDoors.back()), error);
}

void on_run_at_head(CLI::App& verb, Session& session, std::function<int()> body) {
  on_run(verb, session, [body = std::move(body)] {
    std::error_code error;
    const bool is_head = std::filesystem::exists(head::kInstalledSpec, error);
    // On a head whose daemon is down the call fails, and says what to look at.
    return head_is_here() || is_head ? body() : report(no_head(), kMissing);
  });
}

namespace {

/// The body of a 200. Errors: no answer, another status.
Result<std::string> accept(const Result<os::HttpResponse>& response) {
  if (!response) return std::unexpected(unreachable(response.error()));
  if (response->status == 200) {
    if (json::accept(response->body)) return response->body;
    return fail("the daemon's answer is not JSON");
  }
  const json value = json::parse(response->body, nullptr, false);
  Error error{.message = value.is_object() ? text_of(value, "detail") : "",
              .hint = value.is_object() ? text_of(value, "hint") : ""};
  if (error.message.empty())
    error.message = std::format("the daemon answered {}", response->status);
  return std::unexpected(error);
}

}  // namespace

Result<std::string> fetch_from_head(const std::string& method, const std::string& path,
                                    const json& body, std::chrono::milliseconds timeout) {
  TRY_ASSIGN(std::string text, render_body(body));
  return accept(os::send({.method = method,
                          .url = "http://muster" + path,
                          .body = std::move(text),
                          .headers = caller_of(method),
                          .unix_socket = own_socket(),
                          .timeout = timeout,
                          .is_unwanted = &os::is_interrupted_again}));
}

Result<json> wait_for_head(const std::string& path, const std::function<bool()>& is_unwanted) {
  // Longer than the daemon waits for news.
  constexpr auto kPatience = std::chrono::minutes(2);
  TRY_ASSIGN(const std::string text, accept(os::send({.url = "http://muster" + path,
                                                      .unix_socket = own_socket(),
                                                      .timeout = kPatience,
                                                      .is_unwanted = is_unwanted})));
  return json::parse(text);
}

Result<json> call_head(const std::string& method, const std::string& path, const json& body,
                       std::chrono::milliseconds timeout) {
  TRY_ASSIGN(const std::string text, fetch_from_head(method, path, body, timeout));
  return json::parse(text);
}

std::string url_encode(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-_.~").find(c) != std::string_view::npos;
    result += plain ? std::string(1, c) : std::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return result;
}

std::string text_of(const json& value, const char* member, std::size_t limit) {
  const auto found = value.find(member);
  return found != value.end() && found->is_string() ? printable(found->get<std::string>(), limit)
                                                    : std::string();
}

}  // namespace muster::cli
