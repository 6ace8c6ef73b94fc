#pragma once
// One request of an HTTP server between its arrival and its answer. For http_server.cpp only.

#include <atomic>
#include <memory>
#include <microhttpd.h>
#include <mutex>
#include <optional>

#include "core/os/http_message.h"

namespace muster::os {

/// While the answer is not there, the connection is suspended: it costs memory and a descriptor,
/// and no thread. Its reply may outlive the server: the server gives up all suspended exchanges
/// before it ends, and what is not suspended touches no connection.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  explicit Exchange(MHD_Connection* connection) : connection_(connection) {}

  Reply reply();

  /// Suspends the connection until there is an answer. False when there is one. Threads: the
  /// connection's, in its callback.
  bool suspend(const std::atomic<bool>& stopping);

  /// Answers a suspended request with 503.
  void give_up();

  /// The answer, which is there after `suspend` said so or when the connection was resumed.
  ServerResponse take_answer();

 private:
  void answer(ServerResponse response);
  void resume();

  MHD_Connection* connection_;
  std::mutex mutex_;
  std::optional<ServerResponse> response_;
  bool suspended_ = false;
};

}  // namespace muster::os
