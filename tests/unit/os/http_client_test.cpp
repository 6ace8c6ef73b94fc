#include "core/os/http_client.h"

#include <gtest/gtest.h>
#include <stdexcept>

#include "core/os/files.h"
#include "core/os/http_server.h"

namespace muster::os {
namespace {

class HttpClientTest : public testing::Test {
 protected:
  Result<HttpResponse> get(std::function<bool(std::string_view)> on_data) {
    return send({.url = "http://head/", .unix_socket = socket_, .on_data = std::move(on_data)});
  }

  Result<TemporaryDirectory> directory_ = TemporaryDirectory::make();
  std::filesystem::path socket_ = directory_->path() / "socket";
  Result<std::unique_ptr<HttpServer>> server_ = HttpServer::start(
      {.socket = socket_},
      [](const ServerRequest&) { return ServerResponse{.status = 200, .body = "a layer"}; });
};

TEST_F(HttpClientTest, gives_the_body_piece_by_piece) {
  std::string body;
  const auto answer = get([&](std::string_view piece) {
    body += piece;
    return true;
  });
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(body, "a layer");
}

TEST_F(HttpClientTest, an_exception_of_the_receiver_ends_the_transfer_and_is_told) {
  const auto answer = get([](std::string_view) -> bool { throw std::runtime_error("no room"); });
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "GET http://head/: the receiver failed: no room");
}

TEST_F(HttpClientTest, a_receiver_may_stop_the_transfer) {
  const auto answer = get([](std::string_view) { return false; });
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "GET http://head/: stopped by the receiver");
}

}  // namespace
}  // namespace muster::os
