#pragma once
// Tells when a network link or an IPv4 address of this machine changes (rtnetlink(7)).

#include "core/base/result.h"
#include "core/os/handle.h"

namespace muster::os {

/// Owns: the socket.
class LinkWatch {
 public:
  static Result<LinkWatch> open();

  /// Readable when something changed since the last drain().
  int descriptor() const { return socket_.get(); }

  /// Takes what was told; what it was is to be read where it is kept.
  void drain();

 private:
  explicit LinkWatch(Handle socket) : socket_(std::move(socket)) {}
  Handle socket_;
};

}  // namespace muster::os
