#pragma once
// The bodies of administrators' requests as values. Pure, so that any bytes can be tried on them
// without a head. docs/reference/api.md describes the members.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "control/api/node_json.h"
#include "control/extensions.h"
#include "core/base/node_set.h"
#include "core/base/result.h"
#include "core/json/schema.h"
#include "core/os/http_message.h"
#include "core/spec/cluster_spec.h"
#include "core/state/store.h"
#include "provisioning/network.h"
#include "provisioning/node.h"
#include "provisioning/registry.h"

namespace muster::api {

/// Errors of every function here: not a JSON object; a member that is missing, unknown, of the
/// wrong type or out of range (api_request_schemas.h). The message names the member.

/// Whether a query is one of the table: no parameter that is unknown, missing or out of its bounds.
/// `page`: for the message.
Status check_query(std::string_view page, const std::map<std::string, std::string>& query,
                   std::span<const muster::json::Property> known);

// The functions of queries take those that check_query lets through; they refuse what they cannot
// read all the same.

/// Which nodes a list shows.
struct NodeQuery {
  /// Whether it is about some nodes only.
  bool is_narrow = false;
  NodeSet names;
  /// Names, ids or MAC addresses, as Registry::find takes them.
  std::vector<std::string> machines;
  Detail detail = Detail::brief;

  bool wants(const provisioning::Node& node) const;
};

/// ?names=NODE-SET&machines=MAC,ID,…&detail=wide; each may be absent, and all nodes are shown
/// without the first two.
Result<NodeQuery> parse_node_query(const std::map<std::string, std::string>& query);

/// ?since=N: the newest transaction that must have been tried.
Result<state::Revision> parse_applied_query(const std::map<std::string, std::string>& query);

/// {"nodes": ["n001", …]}
Result<std::vector<std::string>> parse_node_list(std::string_view body);

struct ExtensionRequest {
  std::string extension;
  control::Extensions::Chosen chosen;
  /// In place of settings.
  std::optional<bool> disabled;
};

/// {"extension": "motd", "set": [{"name": "greeting", "value": "Hello"}], "unset": ["colour"]}; one
/// of the lists may be left out. Or {"extension": "motd", "disabled": true}.
Result<ExtensionRequest> parse_extension_request(std::string_view body);

struct VerbRequest {
  std::string extension;
  std::string verb;
  std::vector<std::string> arguments;
};

/// {"extension": "power", "verb": "report", "arguments": ["n001"]}; the arguments may be left out.
Result<VerbRequest> parse_verb_request(std::string_view body);

/// {"nodes": [{"name", "address", "mac"}, …]}: nodes that were never seen.
Result<std::vector<provisioning::Node>> parse_import(std::string_view body);

struct AdoptionRequest {
  std::vector<std::string> nodes;
  /// For one machine; empty: the next free name.
  std::string name;
};

/// {"nodes": ["52:54:…", …], "name": "gpu01"}; the name may be left out.
Result<AdoptionRequest> parse_adoption_request(std::string_view body);

struct ProfileRequest {
  std::vector<std::string> nodes;
  std::string profile;
};

/// {"nodes": ["n001", …], "profile": "gpu"}
Result<ProfileRequest> parse_profile_request(std::string_view body);

struct RebootRequest {
  std::vector<std::string> nodes;
  /// Who wishes it and why, for the nodes' timelines.
  std::string why;
  std::string reason;
  /// Whether jobs end by themselves first.
  bool drains = false;
  /// Operation::at_once
  std::uint32_t at_once = 0;
  /// operations::Wish::deadline_s
  std::uint32_t deadline_s = 0;
};

/// {"nodes": ["n001", …], "by": "ada", "reason": "new firmware", "drain": true, "at_once": 4,
/// "deadline_s": 0–31536000}; only the nodes are needed. `who`: who asks, as the kernel says; root
/// may say for whom.
Result<RebootRequest> parse_reboot_request(std::string_view body, const std::string& who);

struct ChangesRequest {
  /// The id of the last change that is known.
  std::optional<std::uint64_t> since;
  /// So many of the newest.
  std::optional<std::uint64_t> last;
  /// Whether the answer shall be one of server-sent events.
  bool is_stream = false;
};

/// ?since=4711 or ?last=50 (1–1000), or neither; a client of server-sent events says `since` in a
/// field of its own.
Result<ChangesRequest> parse_changes_query(const os::ServerRequest& request);

struct ExecRequest {
  std::vector<std::string> nodes;
  /// The program and its arguments.
  std::vector<std::string> command;
  std::uint32_t timeout_s = 3600;
  /// operations::Wish::retries, operations::Wish::deadline_s
  std::uint32_t retries = 0;
  std::uint32_t deadline_s = 0;
};

/// {"nodes": ["n001", …], "command": ["uname", "-r"], "timeout_s": 1–604800, "retries": 0–100,
/// "deadline_s": 0–31536000}; nodes and command are needed.
Result<ExecRequest> parse_exec_request(std::string_view body);

/// ?seen=N: the version that the caller knows; 0 when absent.
Result<std::uint64_t> parse_seen_query(const std::map<std::string, std::string>& query);

struct DiscoveryRequest {
  provisioning::Policy policy = provisioning::Policy::ask;
  /// How long; 0 is for ever.
  std::int64_t minutes = 0;
};

/// {"policy": "open"|"ask"|"closed", "minutes": 0–525600}
Result<DiscoveryRequest> parse_discovery(std::string_view body);

/// {"mode": "serve"|"proxy"}
Result<provisioning::DhcpMode> parse_dhcp_request(std::string_view body);

struct UserRequest {
  spec::User user;
  /// Whether keys were named at all: an empty list takes all keys away.
  bool names_keys = false;
};

/// {"name", "full_name", "uid", "ssh_keys"}; all but the name may be left out. What the names and
/// keys may be is checked when the user is added.
Result<UserRequest> parse_user_request(std::string_view body);

/// The same without the number, which stays.
Result<UserRequest> parse_user_change(std::string_view body);

/// Something that root did beside the daemon.
struct RootDeed {
  std::string action;
  std::string request;
};

/// {"action": "image add", "request": "/srv/muster.iso"}
Result<RootDeed> parse_deed(std::string_view body);

/// {"spec": the text of a cluster.yaml}. Errors: also the specification's first problem.
Result<spec::ClusterSpec> parse_plan_request(std::string_view body);

}  // namespace muster::api
