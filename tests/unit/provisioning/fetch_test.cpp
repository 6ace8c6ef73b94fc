#include "provisioning/agent/fetch.h"

#include <arpa/inet.h>
#include <csignal>
#include <functional>
#include <gtest/gtest.h>
#include <mutex>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>

#include "core/crypto/hash.h"
#include "core/os/files.h"
#include "core/os/handle.h"

namespace muster::agent {
namespace {

namespace fs = std::filesystem;

/// A server on 127.0.0.1 that gives one answer to each connection, in order, and then is gone.
class Server {
 public:
  struct Answer {
    std::string text;
    /// Done when the request was read.
    std::function<void()> before = {};
  };

  explicit Server(std::vector<Answer> answers)
      : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{.sin_family = AF_INET,
                        .sin_port = 0,
                        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
                        .sin_zero = {}};
    socklen_t size = sizeof address;
    auto* const general = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(listener_.get(), general, size), 0);
    EXPECT_EQ(listen(listener_.get(), 8), 0);
    EXPECT_EQ(getsockname(listener_.get(), general, &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this, answers = std::move(answers)] { serve(answers); });
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() { shutdown(listener_.get(), SHUT_RDWR); }

  std::string url() const { return std::format("http://127.0.0.1:{}/medium/a", port_); }

  std::vector<std::string> requests() {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }

 private:
  void serve(const std::vector<Answer>& answers) {
    for (const Answer& answer : answers) {
      const os::Handle peer(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (peer.get() < 0) return;
      read_request(peer);
      if (answer.before) answer.before();
      send(peer.get(), answer.text.data(), answer.text.size(), MSG_NOSIGNAL);
    }
    shutdown(listener_.get(), SHUT_RDWR);
  }

  void read_request(const os::Handle& peer) {
    std::string request;
    std::array<char, 4096> piece{};
    while (!request.contains("\r\n\r\n")) {
      const auto count = recv(peer.get(), piece.data(), piece.size(), 0);
      if (count <= 0) break;
      request.append(piece.data(), static_cast<std::size_t>(count));
    }
    const std::scoped_lock lock(mutex_);
    requests_.push_back(std::move(request));
  }

  os::Handle listener_;
  int port_ = 0;
  std::mutex mutex_;
  std::vector<std::string> requests_;
  std::jthread thread_;
};

constexpr std::string_view kText = "hello world";

std::string whole(std::string_view body) {
  return std::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
                     body.size(), body);
}

/// The first bytes of the text, and then nothing more of what was promised.
std::string cut(std::size_t count) {
  return std::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", kText.size(),
                     kText.substr(0, count));
}

/// The text from a byte on, as an answer to a range (RFC 9110 §15.3.7).
std::string rest(std::size_t from) {
  return std::format(
      "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {}-{}/{}\r\nContent-Length: {}\r\n"
      "Connection: close\r\n\r\n{}",
      from, kText.size() - 1, kText.size(), kText.size() - from, kText.substr(from));
}

class Fetch : public testing::Test {
 protected:
  Status run(Server& server) {
    return fetch(
        server.url(), artefact, path, [this](Bytes count) { told = count; },
        std::chrono::milliseconds(1));
  }

  void expect_failure(Server& server, const std::string& why) {
    const Status done = run(server);
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().message.find(why), std::string::npos) << done.error().text();
    EXPECT_FALSE(fs::is_symlink(path) || fs::exists(path));
  }

  static bool asks_for(const std::string& request, const std::string& range) {
    return request.contains("\r\nRange: bytes=" + range + "\r\n");
  }

  os::TemporaryDirectory scratch = os::TemporaryDirectory::make().value();
  fs::path path = scratch.path() / "layer";
  provisioning::Artefact artefact{
      .path = "a", .size = {kText.size()}, .sha256 = crypto::sha256(kText)};
  Bytes told;
};

TEST_F(Fetch, goes_on_where_a_transfer_broke) {
  Server server({{cut(5)}, {rest(5)}});
  const Status done = run(server);
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_EQ(os::read_file(path).value(), kText);
  EXPECT_EQ(told.count, kText.size());
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_FALSE(requests[0].contains("Range:"));
  EXPECT_TRUE(asks_for(requests[1], "5-")) << requests[1];
}

TEST_F(Fetch, takes_a_file_with_a_wrong_hash_from_its_start) {
  Server server({{whole("jello world")}, {whole(kText)}});
  const Status done = run(server);
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_EQ(os::read_file(path).value(), kText);
  EXPECT_FALSE(server.requests().at(1).contains("Range:"));
}

TEST_F(Fetch, gives_up_a_file_whose_hash_stays_wrong) {
  Server server(std::vector<Server::Answer>(kFetchTries, {whole("jello world")}));
  expect_failure(server, "wrong hash");
  EXPECT_EQ(server.requests().size(), static_cast<std::size_t>(kFetchTries));
}

TEST_F(Fetch, gives_up_a_file_that_is_shorter_than_promised) {
  Server server(std::vector<Server::Answer>(kFetchTries, {whole("hello")}));
  expect_failure(server, "only 5 of 11 bytes came");
}

TEST_F(Fetch, gives_up_a_file_that_is_longer_than_promised) {
  Server server(std::vector<Server::Answer>(kFetchTries, {whole("hello world, and more")}));
  expect_failure(server, "more than the 11 bytes promised");
}

TEST_F(Fetch, gives_up_a_server_that_is_gone) {
  Server server({{cut(5)}});
  expect_failure(server, "tried 6 times");
}

TEST_F(Fetch, says_that_memory_is_full_and_removes_only_its_own_file) {
  fs::create_symlink("/dev/full", path);
  Server server(std::vector<Server::Answer>(kFetchTries, {whole(kText)}));
  expect_failure(server, "memory is full");
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

/// Lets files of this process grow to some bytes only.
void limit_files(rlim_t bytes) {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = std::min(bytes, limit.rlim_max);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

TEST_F(Fetch, goes_on_after_what_was_written_when_there_was_no_room_for_a_while) {
  std::signal(SIGXFSZ, SIG_IGN);
  limit_files(5);
  Server server({{whole(kText)}, {.text = rest(5), .before = [] { limit_files(RLIM_INFINITY); }}});
  const Status done = run(server);
  limit_files(RLIM_INFINITY);
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_EQ(os::read_file(path).value(), kText);
  EXPECT_TRUE(asks_for(server.requests().at(1), "5-")) << server.requests().at(1);
}

}  // namespace
}  // namespace muster::agent
