#include "core/os/http_server.h"

#include <condition_variable>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>

#include "core/os/files.h"
#include "core/os/unix_socket.h"
#include "core/os/worker_pool.h"

namespace muster::os {
namespace {

/// A connection of one client, as nginx opens one for each request.
class Client {
 public:
  explicit Client(const std::filesystem::path& socket) : socket_(*connect_unix(socket)) {}

  void send(const std::string& request) {
    ASSERT_EQ(::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(request.size()));
  }

  void get(const std::string& path) {
    send("GET " + path + " HTTP/1.1\r\nHost: head\r\nConnection: close\r\n\r\n");
  }

  /// All that the server sends until it closes the connection.
  std::string receive() {
    std::string text;
    std::array<char, 4096> piece{};
    ssize_t count = 0;
    while ((count = ::recv(socket_.get(), piece.data(), piece.size(), 0)) > 0) {
      text.append(piece.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

  void leave() { socket_.close(); }

 private:
  Handle socket_;
};

std::string status_of(const std::string& answer) { return answer.substr(0, answer.find("\r\n")); }
std::string body_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

/// Requests whose answers come later.
class Waiting {
 public:
  AsyncHandler handler() {
    return [this](const ServerRequest& request, Reply reply) {
      const std::lock_guard lock(mutex_);
      replies_.emplace_back(request.path, std::move(reply));
      most_ = std::max(most_, replies_.size());
      arrived_.notify_all();
    };
  }

  void wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return replies_.size() >= count; });
  }

  /// Answers the oldest request with its path.
  void answer_one() {
    auto [path, reply] = take();
    reply({.status = 200, .body = path});
  }

  std::pair<std::string, Reply> take() {
    const std::lock_guard lock(mutex_);
    auto first = std::move(replies_.front());
    replies_.pop_front();
    return first;
  }

  std::size_t most() {
    const std::lock_guard lock(mutex_);
    return most_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::pair<std::string, Reply>> replies_;
  std::size_t most_ = 0;
};

struct HttpServerTest : testing::Test {
  TemporaryDirectory directory = *TemporaryDirectory::make();
  std::filesystem::path socket = directory.path() / "http.sock";
  Waiting waiting;
  std::unique_ptr<HttpServer> server;

  template <typename AnyHandler>
  void start(AnyHandler handler, ServerOptions options = {}) {
    options.socket = socket;
    auto started = HttpServer::start(options, std::move(handler));
    ASSERT_TRUE(started) << started.error().text();
    server = std::move(*started);
  }

  std::string ask(const std::string& path) {
    Client client(socket);
    client.get(path);
    return client.receive();
  }
};

/// Both ends of each connection are in this process.
void allow_descriptors(rlim_t count) {
  rlimit files{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &files), 0);
  if (files.rlim_max < count) GTEST_SKIP() << "this process may have too few descriptors";
  files.rlim_cur = std::max(files.rlim_cur, count);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &files), 0);
}

TEST_F(HttpServerTest, answers_with_what_the_handler_returns) {
  start([](const ServerRequest& request) {
    return ServerResponse{.status = 201, .body = request.path, .headers = {{"X-Seen", "yes"}}};
  });
  const std::string answer = ask("/a%20b?c=d");
  EXPECT_EQ(status_of(answer), "HTTP/1.1 201 Created");
  EXPECT_TRUE(answer.contains("\r\nX-Seen: yes\r\n")) << answer;
  EXPECT_EQ(body_of(answer), "/a b");
}

TEST_F(HttpServerTest, says_whose_process_asks) {
  start([](const ServerRequest& request) {
    return ServerResponse{.body = std::to_string(request.user.value_or(4'000'000'000U))};
  });
  EXPECT_EQ(body_of(ask("/")), std::to_string(geteuid()));
}

TEST_F(HttpServerTest, keeps_two_thousand_requests_waiting_on_two_threads) {
  constexpr std::size_t kRequests = 2000;
  allow_descriptors(5 * kRequests);
  if (IsSkipped()) return;
  start(waiting.handler(), {.threads = 2});
  std::vector<Client> clients;
  for (std::size_t i = 0; i < kRequests; ++i)
    clients.emplace_back(socket).get(std::format("/{}", i));
  waiting.wait_for(kRequests);
  for (std::size_t i = 0; i < kRequests; ++i) waiting.answer_one();
  for (std::size_t i = 0; i < kRequests; ++i) {
    ASSERT_EQ(body_of(clients[i].receive()), std::format("/{}", i));
  }
}

TEST_F(HttpServerTest, lets_several_threads_answer_at_once) {
  constexpr int kThreads = 4;
  constexpr int kEach = 100;
  allow_descriptors(2000);
  if (IsSkipped()) return;
  start(waiting.handler());
  std::vector<Client> clients;
  for (int i = 0; i < kThreads * kEach; ++i) clients.emplace_back(socket).get("/");
  waiting.wait_for(kThreads * kEach);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < kEach; ++j) waiting.answer_one();
      });
    }
  }
  for (Client& client : clients) ASSERT_EQ(body_of(client.receive()), "/");
}

TEST_F(HttpServerTest, goes_on_when_a_client_left_before_its_answer) {
  start(waiting.handler());
  Client client(socket);
  client.get("/gone");
  waiting.wait_for(1);
  client.leave();
  waiting.answer_one();
  Client other(socket);
  other.get("/there");
  waiting.wait_for(1);
  waiting.answer_one();
  EXPECT_EQ(body_of(other.receive()), "/there");
}

TEST_F(HttpServerTest, tells_those_that_wait_when_it_ends) {
  start(waiting.handler());
  Client client(socket);
  client.get("/");
  waiting.wait_for(1);
  server.reset();
  const std::string answer = client.receive();
  EXPECT_EQ(status_of(answer), "HTTP/1.1 503 Service Unavailable");
  EXPECT_TRUE(answer.contains("Content-Type: application/problem+json")) << answer;
  EXPECT_EQ(body_of(answer), R"({"detail":"the head's daemon is being stopped",)"
                             R"("hint":"ask again in a few seconds","status":503,)"
                             R"("title":"Service Unavailable","type":"about:blank"})");
  // A reply that outlived the server goes nowhere.
  waiting.answer_one();
}

TEST_F(HttpServerTest, sends_an_answer_that_was_given_just_before_it_ends) {
  start(waiting.handler());
  Client client(socket);
  client.get("/done");
  waiting.wait_for(1);
  waiting.answer_one();
  server.reset();
  EXPECT_EQ(body_of(client.receive()), "/done");
}

TEST_F(HttpServerTest, answers_500_when_a_reply_is_lost) {
  start([](const ServerRequest&, const Reply&) {});
  const std::string answer = ask("/");
  EXPECT_EQ(status_of(answer), "HTTP/1.1 500 Internal Server Error");
  EXPECT_TRUE(body_of(answer).starts_with(R"({"detail":")")) << answer;
}

TEST_F(HttpServerTest, answers_500_when_a_waiting_reply_is_lost) {
  start(waiting.handler());
  Client client(socket);
  client.get("/");
  waiting.wait_for(1);
  waiting.take();
  EXPECT_EQ(status_of(client.receive()), "HTTP/1.1 500 Internal Server Error");
}

TEST_F(HttpServerTest, survives_an_exception_of_its_handler_and_counts_it) {
  start([](const ServerRequest& request) -> ServerResponse {
    if (request.path == "/bug") throw std::runtime_error("a bug of ours");
    if (request.path == "/odd") throw 7;
    return {.body = "fine"};
  });
  EXPECT_EQ(status_of(ask("/bug")), "HTTP/1.1 500 Internal Server Error");
  EXPECT_EQ(server->exceptions().count, 1U);
  EXPECT_EQ(server->exceptions().last, "a bug of ours");
  EXPECT_EQ(status_of(ask("/odd")), "HTTP/1.1 500 Internal Server Error");
  EXPECT_EQ(server->exceptions().count, 2U);
  EXPECT_EQ(body_of(ask("/")), "fine");
}

TEST_F(HttpServerTest, takes_no_more_connections_than_its_limit) {
  constexpr std::size_t kLimit = 4;
  start(waiting.handler(), {.threads = 1, .connection_limit = kLimit});
  std::vector<Client> clients;
  for (std::size_t i = 0; i < 3 * kLimit; ++i) clients.emplace_back(socket).get("/");
  for (std::size_t i = 0; i < 3 * kLimit; ++i) {
    // The next one is taken when the connection of the one before is closed.
    waiting.wait_for(std::min(kLimit, 3 * kLimit - i));
    waiting.answer_one();
    EXPECT_EQ(body_of(clients[i].receive()), "/");
  }
  EXPECT_EQ(waiting.most(), kLimit);
}

TEST_F(HttpServerTest, refuses_a_body_that_is_too_large) {
  start(waiting.handler(), {.body_limit = 4});
  Client client(socket);
  client.send(
      "POST / HTTP/1.1\r\nHost: head\r\nConnection: close\r\nContent-Length: 5\r\n\r\n12345");
  EXPECT_EQ(status_of(client.receive()), "HTTP/1.1 413 Content Too Large");
}

TEST_F(HttpServerTest, has_a_socket_of_the_mode_that_was_asked_for_whatever_the_umask) {
  const mode_t before = umask(0077);
  start(waiting.handler(), {.mode = 0660});
  umask(before);
  struct stat file{};
  ASSERT_EQ(stat(socket.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777U, 0660U);
}

TEST_F(HttpServerTest, answers_from_workers_while_its_own_threads_are_free) {
  WorkerPool pool(1, 8);
  start(on_workers(pool, waiting.handler()), {.threads = 1});
  Client client(socket);
  client.get("/worked");
  waiting.wait_for(1);
  waiting.answer_one();
  EXPECT_EQ(body_of(client.receive()), "/worked");
}

TEST_F(HttpServerTest, asks_clients_to_come_again_when_its_workers_have_no_room) {
  WorkerPool pool(1, 0);
  start(on_workers(pool, waiting.handler()));
  const std::string answer = ask("/");
  EXPECT_EQ(status_of(answer), "HTTP/1.1 503 Service Unavailable");
  EXPECT_TRUE(answer.contains("\r\nRetry-After: 1\r\n")) << answer;
}

TEST_F(HttpServerTest, answers_500_when_a_worker_throws_and_counts_it) {
  WorkerPool pool(1, 8);
  start(on_workers(pool, [](const ServerRequest& request, Reply reply) {
    if (request.path == "/bug") throw std::bad_alloc();
    reply({.body = "fine"});
  }));
  EXPECT_EQ(status_of(ask("/bug")), "HTTP/1.1 500 Internal Server Error");
  // A lost reply answers while the exception is on its way to where it is counted. The only worker
  // takes its next task after that.
  EXPECT_EQ(body_of(ask("/")), "fine");
  EXPECT_EQ(pool.exceptions().count, 1U);
}

}  // namespace
}  // namespace muster::os
