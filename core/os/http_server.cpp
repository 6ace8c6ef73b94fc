#include "core/os/http_server.h"

#include <cerrno>
#include <cstring>
#include <format>
#include <microhttpd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/text.h"

namespace muster::os {
namespace {

struct Pending {
  ServerRequest request;
  bool too_large = false;
};

MHD_Result add_pair(void* into, MHD_ValueKind kind, const char* name, const char* value) {
  auto& map = *static_cast<std::map<std::string, std::string>*>(into);
  const std::string key = kind == MHD_HEADER_KIND ? lower(name) : name;
  map[key] = value == nullptr ? "" : value;
  return MHD_YES;
}

Result<int> listen_on(const ServerOptions& options) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = options.socket.string();
  if (path.size() >= sizeof address.sun_path) {
    return fail(std::format("socket path '{}' is too long", path), "use a shorter directory");
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return fail(std::format("cannot make a socket: {}", std::strerror(errno)));
  unlink(path.c_str());
  // Nobody can connect before the file has its final owner and mode: listen comes last.
  const bool ready = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                     (options.gid < 0 || chown(path.c_str(), static_cast<uid_t>(-1),
                                               static_cast<gid_t>(options.gid)) == 0) &&
                     chmod(path.c_str(), options.mode) == 0 && listen(fd, 1024) == 0;
  if (!ready) {
    const int error = errno;
    close(fd);
    return fail(std::format("cannot listen on '{}': {}", path, std::strerror(error)));
  }
  return fd;
}

class MicroHttpServer : public HttpServer {
 public:
  MicroHttpServer(ServerOptions options, Handler handler)
      : options_(std::move(options)), handler_(std::move(handler)) {}

  ~MicroHttpServer() override {
    if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
    unlink(options_.socket.c_str());
  }

  Status listen() {
    TRY_ASSIGN(const int fd, listen_on(options_));
    const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD;
    daemon_ = MHD_start_daemon(flags, 0, nullptr, nullptr, &on_request, this,
                               MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE,
                               options_.threads, MHD_OPTION_CONNECTION_TIMEOUT, 75U,
                               MHD_OPTION_NOTIFY_COMPLETED, &on_completed, this, MHD_OPTION_END);
    if (daemon_ == nullptr) {
      close(fd);
      return fail(std::format("cannot serve on '{}'", options_.socket.string()));
    }
    return {};
  }

 private:
  static void on_completed(void*, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
    delete static_cast<Pending*>(*state);
    *state = nullptr;
  }

  static MHD_Result on_request(void* self, MHD_Connection* connection, const char* path,
                               const char* method, const char*, const char* data, std::size_t* size,
                               void** state) {
    auto& server = *static_cast<MicroHttpServer*>(self);
    if (*state == nullptr) {
      *state = server.begin(connection, path, method);
      return MHD_YES;
    }
    auto& pending = *static_cast<Pending*>(*state);
    if (*size > 0) {
      server.take(pending, {data, *size});
      *size = 0;
      return MHD_YES;
    }
    return server.answer(connection, pending);
  }

  static Pending* begin(MHD_Connection* connection, const char* path, const char* method) {
    auto* const pending = new Pending;
    pending->request.method = method;
    pending->request.path = path;
    MHD_get_connection_values(connection, MHD_HEADER_KIND, &add_pair, &pending->request.headers);
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, &add_pair,
                              &pending->request.query);
    return pending;
  }

  void take(Pending& pending, std::string_view piece) const {
    pending.too_large =
        pending.too_large || pending.request.body.size() + piece.size() > options_.body_limit;
    if (!pending.too_large) pending.request.body += piece;
  }

  MHD_Result answer(MHD_Connection* connection, const Pending& pending) {
    const ServerResponse response =
        pending.too_large
            ? ServerResponse{.status = 413, .body = R"({"error":"the request is too large"})"}
            : handler_(pending.request);
    MHD_Response* const message = MHD_create_response_from_buffer(
        response.body.size(), const_cast<char*>(response.body.data()), MHD_RESPMEM_MUST_COPY);
    MHD_add_response_header(message, "Content-Type", response.content_type.c_str());
    const MHD_Result queued =
        MHD_queue_response(connection, static_cast<unsigned>(response.status), message);
    MHD_destroy_response(message);
    return queued;
  }

  ServerOptions options_;
  Handler handler_;
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(const ServerOptions& options,
                                                      Handler handler) {
  auto server = std::make_unique<MicroHttpServer>(options, std::move(handler));
  TRY(server->listen());
  return server;
}

}  // namespace muster::os
