#pragma once
// The endpoints that machines reach through nginx. Port 80 serves machines that have proved
// nothing: boot scripts, discovery, stage reports. Port 443 serves enrolment (with a one-time
// token) and nodes that show their certificate. docs/reference/node-protocol.md describes the
// messages.

#include <functional>
#include <string>

#include "core/os/http_server.h"
#include "provisioning/authority.h"
#include "provisioning/boots.h"
#include "provisioning/registry.h"
#include "provisioning/ssh_authority.h"

namespace muster::provisioning {

struct NodeApiOptions {
  Ipv4Address head;
  Boots boots;
  std::chrono::hours certificate_valid{24 * 7};
  /// The plan that a node shall hold now, with its generation, as the node is given it.
  std::function<std::string(const Node&)> plan_for;
  /// The generation of that plan.
  std::function<std::string(const Node&)> generation_for;
  /// The cluster's name, which is its domain.
  std::string cluster = {};
  /// Milliseconds since 1970.
  std::function<std::int64_t()> now_ms;
};

/// Threads: `handle` may be called from several threads.
class NodeApi {
 public:
  NodeApi(Registry& registry, const Authority& authority, const SshAuthority& ssh_authority,
          NodeApiOptions options)
      : registry_(registry),
        authority_(authority),
        ssh_authority_(ssh_authority),
        options_(std::move(options)) {}

  /// Never fails: bad requests become 4xx with {"error", "hint"}.
  os::ServerResponse handle(const os::ServerRequest& request);

 private:
  os::ServerResponse boot_script(const os::ServerRequest& request) const;
  os::ServerResponse discover(const os::ServerRequest& request);
  os::ServerResponse stage(const os::ServerRequest& request);
  os::ServerResponse enrol(const os::ServerRequest& request);
  os::ServerResponse renew(const os::ServerRequest& request, const Node& node);
  os::ServerResponse report(const os::ServerRequest& request, const Node& node);
  os::ServerResponse heartbeat(const Node& node);
  Result<Issued> issue(const Node& node, const std::string& certificate_request) const;
  Result<std::string> certify_host_key(const Node& node, const std::string& key) const;
  os::ServerResponse with_certificate(const os::ServerRequest& request);
  BootTarget target_of(MacAddress mac) const;

  Registry& registry_;
  const Authority& authority_;
  const SshAuthority& ssh_authority_;
  NodeApiOptions options_;
};

}  // namespace muster::provisioning
