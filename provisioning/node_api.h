#pragma once
// The endpoints that machines reach through nginx. Port 80 serves machines that have proved
// nothing: boot scripts, discovery, stage reports. Port 443 serves enrolment (with a one-time
// token) and nodes that show their certificate. docs/reference/node-protocol.md describes the
// messages.

#include <functional>
#include <string>

#include "core/os/http_server.h"
#include "core/task/task.h"
#include "provisioning/authority.h"
#include "provisioning/boots.h"
#include "provisioning/protocol.h"
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
  /// Says whose the steps are that a node tells of.
  std::function<void(const Node&, NodeReport&)> name_origins = [](const Node&, NodeReport&) {};
  /// This program's version: agents of another are told of on their nodes' timelines.
  std::string version = {};
  /// The cluster's name, which is its domain.
  std::string cluster = {};
  std::function<Now()> now;
  /// Whether an image of `boots` is still there; asked only of one that nodes boot no more.
  std::function<bool(const KeptImage&)> is_there = [](const KeptImage&) { return true; };
  /// A node asks what it shall do; answered once, perhaps much later.
  std::function<void(const Node& node, task::Question question,
                     std::move_only_function<void(Result<task::Offer>)> answer)>
      give_tasks = [](const Node&, const task::Question&, auto answer) { answer(task::Offer()); };
  /// A node tells how far it is with a task; answered once, when that is on disk.
  std::function<void(const Node& node, task::Report report,
                     std::move_only_function<void(const Status&)> done)>
      take_report = [](const Node&, const task::Report&, auto done) { done(Status()); };
};

/// Threads: `handle` may be called from several threads.
class NodeApi {
 public:
  NodeApi(Registry& registry, const Authority& authority, const SshAuthority& ssh_authority,
          NodeApiOptions options)
      : registry_(registry),
        authority_(authority),
        ssh_authority_(ssh_authority),
        options_(std::move(options)),
        own_(capabilities_of(options_.version)) {}

  /// Never fails: bad requests become 4xx with {"error", "hint"}. What must be on disk before it is
  /// answered is answered later, and no thread waits for it.
  void handle(const os::ServerRequest& request, os::Reply reply);

  /// Whether the request costs more of a processor than its answer: certificates and plans.
  static bool is_heavy(const os::ServerRequest& request);

 private:
  struct Certified {
    /// PEM
    std::string certificate;
    Credentials credentials;
  };

  os::ServerResponse boot_script(const os::ServerRequest& request) const;
  void discover(const os::ServerRequest& request, os::Reply reply);
  DiscoverAnswer answer_of(const Welcome& welcome, Now now) const;
  void stage(const os::ServerRequest& request, os::Reply reply);
  void enrol(const os::ServerRequest& request, os::Reply reply);
  void renew(const os::ServerRequest& request, const Node& node, os::Reply reply);
  void report(const os::ServerRequest& request, const Node& node, os::Reply reply);
  void heartbeat(const os::ServerRequest& request, const Node& node, os::Reply reply);
  void ask_tasks(const os::ServerRequest& request, const Node& node, os::Reply reply);
  void tell_task(const os::ServerRequest& request, const Node& node, os::Reply reply);
  Result<Certified> certify(const Node& node, const CertificateRequest& asked) const;
  os::ServerResponse certificate_answer(const std::string& certificate, const Node& node) const;
  Result<std::string> certify_host_key(const Node& node, const std::string& key) const;
  void with_certificate(const os::ServerRequest& request, os::Reply reply);
  BootTarget target_of(MacAddress mac) const;

  Registry& registry_;
  const Authority& authority_;
  const SshAuthority& ssh_authority_;
  NodeApiOptions options_;
  /// What an agent of this head's version can do.
  Capabilities own_;
};

}  // namespace muster::provisioning
