#pragma once
// The administrators' API on /run/musterd/api.sock (root and group `muster`): what the command line
// uses. docs/reference/api.md lists the pages.

#include "apps/musterd/cluster.h"
#include "core/os/command.h"
#include "core/os/http_server.h"

namespace muster::daemon {

/// Threads: `handle` may be called from several threads.
class Api {
 public:
  Api(Cluster& cluster, os::CommandRunner& runner) : cluster_(cluster), runner_(runner) {}

  /// Never fails: bad requests become 4xx with {"error", "hint"}.
  os::ServerResponse handle(const os::ServerRequest& request);

 private:
  os::ServerResponse status();
  os::ServerResponse nodes(const os::ServerRequest& request);
  os::ServerResponse node(const std::string& name);
  os::ServerResponse events(const std::string& name);
  os::ServerResponse adopt(const os::ServerRequest& request);
  os::ServerResponse set_nodes(const os::ServerRequest& request);
  os::ServerResponse profiles();
  os::ServerResponse groups();
  os::ServerResponse reboot_nodes(const os::ServerRequest& request);
  os::ServerResponse remove_nodes(const os::ServerRequest& request);
  os::ServerResponse import_nodes(const os::ServerRequest& request);
  os::ServerResponse plan_changes(const os::ServerRequest& request);
  os::ServerResponse show_discovery();
  os::ServerResponse discovery(const os::ServerRequest& request);
  os::ServerResponse show_dhcp();
  os::ServerResponse dhcp(const os::ServerRequest& request);
  os::ServerResponse list_users();
  os::ServerResponse write_user(const os::ServerRequest& request);
  os::ServerResponse remove_user(const std::string& name);

  Cluster& cluster_;
  os::CommandRunner& runner_;
};

}  // namespace muster::daemon
