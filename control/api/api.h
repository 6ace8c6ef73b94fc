#pragma once
// The administrators' API on the sockets of the roles (role.h): what the command line uses. docs/
// reference/api.md lists the pages.

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "control/cluster.h"
#include "control/service_watch.h"
#include "core/json/schema.h"
#include "core/os/http_server.h"
#include "head/role.h"
#include "operations/operations.h"

namespace muster::api {

using head::Role;

/// Threads: `handle` may be called from several threads.
class Api {
 public:
  Api(control::Cluster& cluster, control::ServiceWatch& services)
      : cluster_(cluster), services_(services) {}

  /// Never fails, and never waits for the helper: bad requests become 4xx with a problem document
  /// (os::refusal). A page that waits for news answers later, and no thread waits for it. What the
  /// role of the request's door may not do is refused with 403, and so is everything without a
  /// door. A parameter of the query that the page does not have is refused: who misspells 'names'
  /// shall not be answered with all nodes.
  void handle(const os::ServerRequest& request, os::Reply reply);

  using Page = os::ServerResponse (Api::*)(const os::ServerRequest& request);
  using NamedPage = os::ServerResponse (Api::*)(const std::string& name);
  using LaterPage = void (Api::*)(const os::ServerRequest& request, const std::string& name,
                                  os::Reply reply);
  /// What a page is asked and answers, for programs.
  struct Messages {
    /// What it does, as a part of a sentence.
    std::string_view about;
    const muster::json::Schema& answer;
    /// Of the body; null: it has none.
    const muster::json::Schema* request = nullptr;
    /// Parameters of the query.
    std::span<const muster::json::Property> query = {};
    /// Whether the answer may also be one of server-sent events.
    bool streams = false;
  };
  /// A row of the table of all pages.
  struct Route {
    /// The lowest role that may.
    Role role;
    std::string_view method;
    /// A name in braces is for a part of the path, such as "/v1/nodes/{node}/events".
    std::string_view path;
    /// A named page for a path with such a part.
    std::variant<Page, NamedPage, LaterPage> page;
    Messages messages;
    /// What is done, in the words of the command line, of a page that changes something; its
    /// requests are in the log of commands.
    std::string_view action = {};
  };
  static std::span<const Route> routes();

 private:
  os::ServerResponse openapi(const os::ServerRequest& request);
  os::ServerResponse status(const os::ServerRequest& request);
  os::ServerResponse nodes(const os::ServerRequest& request);
  os::ServerResponse node(const std::string& name);
  os::ServerResponse events(const std::string& name);
  os::ServerResponse adopt(const os::ServerRequest& request);
  os::ServerResponse set_nodes(const os::ServerRequest& request);
  os::ServerResponse profiles(const os::ServerRequest& request);
  os::ServerResponse images(const os::ServerRequest& request);
  os::ServerResponse list_extensions(const os::ServerRequest& request);
  os::ServerResponse refresh_extension(const std::string& name);
  os::ServerResponse configure_extension(const os::ServerRequest& request);
  void run_extension(const os::ServerRequest& request, const std::string& name, os::Reply reply);
  os::ServerResponse metrics(const os::ServerRequest& request);
  os::ServerResponse groups(const os::ServerRequest& request);
  os::ServerResponse reboot_nodes(const os::ServerRequest& request);
  os::ServerResponse remove_nodes(const os::ServerRequest& request);
  os::ServerResponse import_nodes(const os::ServerRequest& request);
  os::ServerResponse plan_changes(const os::ServerRequest& request);
  os::ServerResponse head_plan(const os::ServerRequest& request);
  os::ServerResponse copy_database(const os::ServerRequest& request);
  os::ServerResponse applied(const os::ServerRequest& request);
  os::ServerResponse log(const os::ServerRequest& request);
  os::ServerResponse note_deed(const os::ServerRequest& request);
  os::ServerResponse show_discovery(const os::ServerRequest& request);
  os::ServerResponse discovery(const os::ServerRequest& request);
  os::ServerResponse show_dhcp(const os::ServerRequest& request);
  os::ServerResponse dhcp(const os::ServerRequest& request);
  os::ServerResponse list_users(const os::ServerRequest& request);
  os::ServerResponse add_user(const os::ServerRequest& request);
  os::ServerResponse change_user(const os::ServerRequest& request);
  os::ServerResponse let_leavers_go(const os::ServerRequest& request);
  os::ServerResponse rebuild_users(const os::ServerRequest& request);
  os::ServerResponse show_user(const std::string& name);
  os::ServerResponse remove_user(const std::string& name);
  os::ServerResponse exec_on_nodes(const os::ServerRequest& request);
  os::ServerResponse shut_nodes_down(const os::ServerRequest& request);
  os::ServerResponse begin_operation(operations::Wish wish, std::span<const std::string> nodes);
  os::ServerResponse list_operations(const os::ServerRequest& request);
  void show_operation(const os::ServerRequest& request, const std::string& id, os::Reply reply);
  os::ServerResponse cancel_operation(const std::string& id);
  void changes(const os::ServerRequest& request, const std::string& name, os::Reply reply);
  void watch_operation(const os::ServerRequest& request, const std::string& id, os::Reply reply);

  void find_page(const os::ServerRequest& request, os::Reply& reply);
  void call(const Route& route, const os::ServerRequest& request, const std::string& name,
            os::Reply& reply);
  os::ServerResponse call_at_once(const Route& route, const os::ServerRequest& request,
                                  const std::string& name);
  static os::ServerResponse refused(const Route& route, const os::ServerRequest& request,
                                    Role role);
  /// The answer, after it was written down where the page changes something.
  os::ServerResponse told(const Route& route, const os::ServerRequest& request,
                          os::ServerResponse response);

  control::Cluster& cluster_;
  control::ServiceWatch& services_;
};

}  // namespace muster::api
