#include "core/os/link_watch.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <format>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace muster::os {

Result<LinkWatch> LinkWatch::open() {
  Handle socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR;
  // bind(2) takes every kind of address by this one type.
  const auto* const name = reinterpret_cast<const sockaddr*>(&address);
  if (!socket || ::bind(socket.get(), name, sizeof address) != 0) {
    return fail(std::format("cannot watch the network links: {}", std::strerror(errno)));
  }
  return LinkWatch(std::move(socket));
}

void LinkWatch::drain() {
  std::array<char, 16384> buffer{};
  // ENOBUFS says that some were lost, which is a change as well.
  while (recv(socket_.get(), buffer.data(), buffer.size(), 0) > 0 || errno == ENOBUFS) errno = 0;
}

}  // namespace muster::os
