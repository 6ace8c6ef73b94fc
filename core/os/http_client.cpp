#include "core/os/http_client.h"

#include <curl/curl.h>
#include <format>
#include <memory>
#include <mutex>

#include "core/os/caught_exceptions.h"

namespace muster::os {
namespace {

/// Answers larger than this are not for keeping in memory; files are streamed.
constexpr std::size_t kBodyLimit = 64U << 20U;

struct Receiver {
  const HttpRequest& request;
  HttpResponse& response;
  bool stopped = false;
  bool unwanted = false;
  /// No exception may go through libcurl's frames.
  CaughtExceptions exceptions = {};

  /// Whether more of the body is wanted.
  bool take(std::string_view piece) {
    if (request.on_data) {
      stopped = !request.on_data(piece);
      return !stopped;
    }
    if (response.body.size() + piece.size() > kBodyLimit) return false;
    response.body += piece;
    return true;
  }
};

std::size_t receive(char* data, std::size_t, std::size_t count, void* user) noexcept {
  auto& receiver = *static_cast<Receiver*>(user);
  bool goes_on = false;
  receiver.exceptions.run([&] { goes_on = receiver.take({data, count}); });
  return goes_on ? count : 0;
}

/// Not 0 ends the transfer (CURLOPT_XFERINFOFUNCTION(3)).
int look_whether_unwanted(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept {
  auto& receiver = *static_cast<Receiver*>(user);
  receiver.exceptions.run([&] { receiver.unwanted = receiver.request.is_unwanted(); });
  return receiver.unwanted ? 1 : 0;
}

template <typename Value>
void set(CURL* handle, CURLoption option, Value value) {
  CHECK(curl_easy_setopt(handle, option, value) == CURLE_OK);
}

void set_timeouts(CURL* handle, const HttpRequest& request) {
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, 10'000L);
  if (request.on_data) {
    // A long transfer is fine, a stalled one is not.
    set(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(handle, CURLOPT_LOW_SPEED_TIME, 30L);
  } else {
    set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  }
}

void set_tls(CURL* handle, const HttpRequest& request) {
  if (!request.tls) return;
  set(handle, CURLOPT_CAINFO, request.tls->ca.c_str());
  // Only this authority: libcurl would believe the system's beside it.
  set(handle, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  if (request.tls->certificate.empty()) return;
  set(handle, CURLOPT_SSLCERT, request.tls->certificate.c_str());
  set(handle, CURLOPT_SSLKEY, request.tls->key.c_str());
}

}  // namespace

Result<HttpResponse> send(const HttpRequest& request) {
  static std::once_flag started;
  std::call_once(started, [] { CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); });
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_init(),
                                                                   &curl_easy_cleanup);
  CHECK(handle != nullptr);
  HttpResponse response;
  Receiver receiver{.request = request, .response = response};
  CURL* const curl = handle.get();
  std::string detail(CURL_ERROR_SIZE, '\0');
  set(curl, CURLOPT_ERRORBUFFER, detail.data());
  set(curl, CURLOPT_URL, request.url.c_str());
  set(curl, CURLOPT_NOSIGNAL, 1L);
  set(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  // The cluster's own servers are spoken to directly, whatever the environment says of proxies.
  set(curl, CURLOPT_NOPROXY, "*");
  set(curl, CURLOPT_WRITEFUNCTION, &receive);
  set(curl, CURLOPT_WRITEDATA, static_cast<void*>(&receiver));
  if (request.unix_socket) set(curl, CURLOPT_UNIX_SOCKET_PATH, request.unix_socket->c_str());
  if (request.offset > 0) {
    set(curl, CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(request.offset));
  }
  curl_slist* headers = nullptr;
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
    set(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(curl, CURLOPT_POSTFIELDS, request.body.c_str());
    headers = curl_slist_append(headers, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Expect:");
  }
  for (const auto& [name, value] : request.headers) {
    headers = curl_slist_append(headers, std::format("{}: {}", name, value).c_str());
  }
  set(curl, CURLOPT_HTTPHEADER, headers);
  set(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  // What an error page says is no part of a file.
  if (request.on_data) set(curl, CURLOPT_FAILONERROR, 1L);
  if (request.is_unwanted) {
    set(curl, CURLOPT_NOPROGRESS, 0L);
    set(curl, CURLOPT_XFERINFOFUNCTION, &look_whether_unwanted);
    set(curl, CURLOPT_XFERINFODATA, static_cast<void*>(&receiver));
  }
  set_timeouts(curl, request);
  set_tls(curl, request);
  const CURLcode code = curl_easy_perform(curl);
  curl_slist_free_all(headers);
  if (code != CURLE_OK) {
    const CaughtExceptions::Seen thrown = receiver.exceptions.seen();
    const std::string reason = thrown.count > 0         ? "the receiver failed: " + thrown.last
                               : receiver.stopped       ? "stopped by the receiver"
                               : receiver.unwanted      ? "not waited for any more"
                               : detail.front() != '\0' ? detail.c_str()
                                                        : curl_easy_strerror(code);
    return fail(std::format("{} {}: {}", request.method, request.url, reason));
  }
  long status = 0;
  const char* type = nullptr;
  CHECK(curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK);
  CHECK(curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type) == CURLE_OK);
  response.status = static_cast<int>(status);
  response.content_type = type == nullptr ? "" : type;
  return response;
}

}  // namespace muster::os
