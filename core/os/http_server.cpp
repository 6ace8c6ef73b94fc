#include "core/os/http_server.h"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <microhttpd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <unordered_set>

#include "core/base/text.h"
#include "core/os/http_exchange.h"
#include "core/os/unix_socket.h"

namespace muster::os {
namespace {

using namespace std::chrono_literals;

/// How long a server that ends waits until its last answers are sent.
constexpr auto kLastAnswers = 2s;

/// What libmicrohttpd keeps for one request.
struct Pending {
  ServerRequest request;
  bool too_large = false;
  /// None until the handler was called.
  std::shared_ptr<Exchange> exchange;
};

/// A map that libmicrohttpd fills pair by pair. No exception may go through its frames.
struct Pairs {
  std::map<std::string, std::string>& into;
  bool complete = true;

  static MHD_Result add(void* self, MHD_ValueKind kind, const char* name, const char* value) {
    auto& pairs = *static_cast<Pairs*>(self);
    try {
      const std::string key = kind == MHD_HEADER_KIND ? lower(name) : name;
      pairs.into[key] = value == nullptr ? "" : value;
      return MHD_YES;
    } catch (...) {
      pairs.complete = false;
      return MHD_NO;
    }
  }
};

void read_pairs(MHD_Connection* connection, MHD_ValueKind kind,
                std::map<std::string, std::string>& into) {
  Pairs pairs{.into = into};
  MHD_get_connection_values(connection, kind, &Pairs::add, &pairs);
  if (!pairs.complete) throw std::bad_alloc();
}

/// The user of the process at the other end (unix(7), SO_PEERCRED).
std::optional<unsigned> user_of(MHD_Connection* connection) {
  const MHD_ConnectionInfo* const info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  ucred peer{};
  socklen_t size = sizeof peer;
  if (info == nullptr || getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
    return std::nullopt;
  }
  return peer.uid;
}

Result<Handle> listen_on(const ServerOptions& options) {
  TRY_ASSIGN(Handle listener,
             listen_unix(options.socket,
                         {.mode = options.mode, .gid = options.gid, .backlog = options.backlog}));
  // Several threads wait for one connection, and those that come too late must not block.
  if (fcntl(listener.get(), F_SETFL, O_NONBLOCK) != 0) {
    return fail(
        std::format("cannot listen on '{}': {}", options.socket.string(), std::strerror(errno)));
  }
  return listener;
}

/// Connections that leave descriptors for all else: a process without any cannot open its database.
unsigned connections_of(const ServerOptions& options) {
  rlimit files{};
  CHECK(getrlimit(RLIMIT_NOFILE, &files) == 0);
  const rlim_t most = std::min<rlim_t>(options.connection_limit, files.rlim_cur / 4 * 3);
  return std::max(static_cast<unsigned>(most), options.threads);
}

MHD_Result queue(MHD_Connection* connection, ServerResponse response) {
  auto body = std::make_unique<std::string>(std::move(response.body));
  const std::size_t size = body->size();
  const char* const data = body->data();
  MHD_Response* const message = MHD_create_response_from_buffer_with_free_callback_cls(
      size, data, [](void* text) { delete static_cast<std::string*>(text); }, body.get());
  if (message == nullptr) return MHD_NO;
  // The message owns the text now.
  static_cast<void>(body.release());
  MHD_add_response_header(message, "Content-Type", response.content_type.c_str());
  for (const auto& [name, value] : response.headers) {
    MHD_add_response_header(message, name.c_str(), value.c_str());
  }
  const MHD_Result queued =
      MHD_queue_response(connection, static_cast<unsigned>(response.status), message);
  MHD_destroy_response(message);
  return queued;
}

class MicroHttpServer : public HttpServer {
 public:
  MicroHttpServer(ServerOptions options, AsyncHandler handler)
      : options_(std::move(options)), handler_(std::move(handler)) {}

  ~MicroHttpServer() override {
    if (daemon_ != nullptr) stop();
    unlink(options_.socket.c_str());
  }

  Status listen() {
    TRY_ASSIGN(Handle listener, listen_on(options_));
    const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    daemon_ = MHD_start_daemon(
        flags, 0, nullptr, nullptr, &on_request, this, MHD_OPTION_LISTEN_SOCKET, listener.get(),
        MHD_OPTION_THREAD_POOL_SIZE, options_.threads, MHD_OPTION_CONNECTION_LIMIT,
        connections_of(options_), MHD_OPTION_CONNECTION_TIMEOUT, 75U, MHD_OPTION_NOTIFY_COMPLETED,
        &on_completed, this, MHD_OPTION_END);
    if (daemon_ == nullptr)
      return fail(std::format("cannot serve on '{}'", options_.socket.string()));
    // libmicrohttpd closes it.
    static_cast<void>(listener.release());
    return {};
  }

  CaughtExceptions::Seen exceptions() const override { return exceptions_.seen(); }

  unsigned connection_limit() const override { return connections_of(options_); }

 private:
  /// libmicrohttpd must not be stopped while a connection is suspended (MHD_suspend_connection).
  void stop() {
    stopping_ = true;
    {
      std::unique_lock lock(mutex_);
      // Under the lock: whatever completes an exchange waits until the walk is over.
      for (const auto& exchange : exchanges_) exchange->give_up();
      all_answered_.wait_for(lock, kLastAnswers, [&] { return exchanges_.empty(); });
    }
    MHD_stop_daemon(daemon_);
  }

  static void on_completed(void* self, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
    const std::unique_ptr<Pending> pending(static_cast<Pending*>(std::exchange(*state, nullptr)));
    if (pending == nullptr || pending->exchange == nullptr) return;
    auto& server = *static_cast<MicroHttpServer*>(self);
    const std::lock_guard lock(server.mutex_);
    server.exchanges_.erase(pending->exchange);
    if (server.exchanges_.empty()) server.all_answered_.notify_all();
  }

  /// An exception here is memory that ran out: the connection is closed without an answer.
  static MHD_Result on_request(void* self, MHD_Connection* connection, const char* path,
                               const char* method, const char*, const char* data, std::size_t* size,
                               void** state) {
    auto& server = *static_cast<MicroHttpServer*>(self);
    MHD_Result done = MHD_YES;
    const bool whole = server.exceptions_.run([&] {
      auto* const pending = static_cast<Pending*>(*state);
      if (pending == nullptr) {
        *state = server.begin(connection, path, method);
      } else if (*size > 0) {
        server.take(*pending, {data, *size});
        *size = 0;
      } else {
        done = server.go_on(connection, *pending);
      }
    });
    return whole ? done : MHD_NO;
  }

  Pending* begin(MHD_Connection* connection, const char* path, const char* method) const {
    auto pending = std::make_unique<Pending>();
    pending->request.method = method;
    pending->request.path = path;
    pending->request.user = user_of(connection);
    pending->request.door = options_.door;
    read_pairs(connection, MHD_HEADER_KIND, pending->request.headers);
    read_pairs(connection, MHD_GET_ARGUMENT_KIND, pending->request.query);
    return pending.release();
  }

  void take(Pending& pending, std::string_view piece) const {
    pending.too_large =
        pending.too_large || pending.request.body.size() + piece.size() > options_.body_limit;
    if (!pending.too_large) pending.request.body += piece;
  }

  /// The request is complete, or its connection was resumed because its answer is there.
  MHD_Result go_on(MHD_Connection* connection, Pending& pending) {
    if (pending.too_large) {
      return queue(connection, refusal(413, {.message = "the request is too large", .hint = ""}));
    }
    if (pending.exchange == nullptr) {
      pending.exchange = std::make_shared<Exchange>(connection);
      {
        const std::lock_guard lock(mutex_);
        exchanges_.insert(pending.exchange);
      }
      // A handler that throws loses its reply, which then answers 500.
      exceptions_.run([&] {
        if (!stopping_) handler_(std::move(pending.request), pending.exchange->reply());
      });
      if (pending.exchange->suspend(stopping_)) return MHD_YES;
    }
    return queue(connection, pending.exchange->take_answer());
  }

  ServerOptions options_;
  AsyncHandler handler_;
  MHD_Daemon* daemon_ = nullptr;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::condition_variable all_answered_;
  /// Handed to the handler, and not completely answered yet.
  std::unordered_set<std::shared_ptr<Exchange>> exchanges_;
  CaughtExceptions exceptions_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(const ServerOptions& options,
                                                      AsyncHandler handler) {
  auto server = std::make_unique<MicroHttpServer>(options, std::move(handler));
  TRY(server->listen());
  return server;
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(const ServerOptions& options,
                                                      Handler handler) {
  return start(options, to_async(std::move(handler)));
}

}  // namespace muster::os
