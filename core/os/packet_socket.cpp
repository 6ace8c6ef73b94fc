#include "core/os/packet_socket.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <format>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace muster::os {
namespace {

Status join_group(int socket, unsigned interface, const std::array<unsigned char, 6>& group) {
  packet_mreq request{};
  request.mr_ifindex = static_cast<int>(interface);
  request.mr_type = PACKET_MR_MULTICAST;
  request.mr_alen = 6;
  std::ranges::copy(group, request.mr_address);
  if (setsockopt(socket, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof request) == 0)
    return {};
  return fail(std::format("cannot join a multicast group: {}", std::strerror(errno)));
}

/// InfiniBand, tunnels and the loopback have addresses of another kind, and refuse such a group.
bool is_ethernet(int socket, std::string_view name) {
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  return ioctl(socket, SIOCGIFHWADDR, &request) == 0 &&
         request.ifr_hwaddr.sa_family == ARPHRD_ETHER;
}

}  // namespace

Result<PacketSocket> PacketSocket::open(std::uint16_t protocol,
                                        const std::array<unsigned char, 6>& group) {
  Handle socket(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(protocol)));
  if (!socket) return fail(std::format("cannot listen for frames: {}", std::strerror(errno)));
  struct if_nameindex* const interfaces = if_nameindex();
  if (interfaces == nullptr)
    return fail(std::format("cannot list network cards: {}", std::strerror(errno)));
  Status joined;
  for (const struct if_nameindex* i = interfaces; i->if_index != 0 && joined; ++i) {
    if (is_ethernet(socket.get(), i->if_name))
      joined = join_group(socket.get(), i->if_index, group);
  }
  if_freenameindex(interfaces);
  TRY(std::move(joined));
  return PacketSocket(std::move(socket));
}

std::optional<std::string> PacketSocket::receive() const {
  std::string frame(2048, '\0');
  const ssize_t size = recv(socket_.get(), frame.data(), frame.size(), 0);
  if (size < 0) return std::nullopt;
  frame.resize(static_cast<std::size_t>(size));
  return frame;
}

}  // namespace muster::os
