// Promises of the administrators' request bodies for any bytes: what is accepted is in range, can
// be done to a registry and a table of users or is refused there, and gives files and plans of the
// shapes that the other daemons know.

#include <set>

#include <nlohmann/json.hpp>

#include "control/api/requests.h"
#include "core/base/text.h"
#include "core/spec/rules.h"
#include "hpc/users.h"
#include "tests/fuzz/harness.h"

namespace {

using namespace muster;

provisioning::Now at(std::int64_t ms) { return {.wall_ms = ms, .steady_ms = ms}; }
using fuzz::is_explained;
using provisioning::Registry;

constexpr std::size_t kMaxNodes = 200;

void check_import(std::string_view body, Registry& registry) {
  const auto nodes = api::parse_import(body);
  if (!nodes) return CHECK(is_explained(nodes.error()));
  if (nodes->size() > kMaxNodes) return;
  const std::size_t count = nodes->size();
  const auto done = registry.node_decisions().import(*nodes, at(1));
  if (!done) return CHECK(is_explained(done.error()));
  const auto now = registry.nodes();
  CHECK(now.size() == count);
  std::set<std::uint32_t> addresses;
  for (const provisioning::Node& node : now) CHECK(addresses.insert(node.address.value).second);
  // One line each, or a name could bring a line of its own into dnsmasq's files.
  std::size_t hosts = 0;
  for (const auto& [name, text] : provisioning::render_dhcp_hosts(now)) hosts += lines(text).size();
  CHECK(hosts == count);
  CHECK(lines(provisioning::render_names({}, now)).size() == count + 1);
}

void check_nodes(std::string_view body, Registry& registry) {
  const auto names = api::parse_node_list(body);
  if (!names) return CHECK(is_explained(names.error()));
  const auto adopted = registry.node_decisions().adopt(*names, at(2));
  CHECK(adopted ? adopted->size() == names->size() : is_explained(adopted.error()));
  const std::size_t before = registry.nodes().size();
  const Status removed = registry.node_decisions().remove(*names, at(3));
  if (!removed) CHECK(is_explained(removed.error()) && registry.nodes().size() == before);
  if (removed && !names->empty()) CHECK(registry.nodes().size() < before);
}

void check_reboot(std::string_view body, Registry& registry) {
  const auto wanted = api::parse_reboot_request(body, "ada");
  if (!wanted) return CHECK(is_explained(wanted.error()));
  CHECK(printable(wanted->why, 400) == wanted->why);
  const Status asked = registry.reboots().ask(wanted->nodes, wanted->why, at(2));
  // Those that a list brought never booted.
  if (!asked) return CHECK(is_explained(asked.error()) && asked.error().message.size() < 5000);
  CHECK(wanted->nodes.empty());
}

void check_query(std::string_view text) {
  const auto query =
      api::parse_node_query({{"names", std::string(text)}, {"machines", std::string(text)}});
  if (!query) return CHECK(is_explained(query.error()));
  CHECK(query->is_narrow);
}

void check_user(std::string_view body) {
  const auto wanted = api::parse_user_request(body);
  if (!wanted) return CHECK(is_explained(wanted.error()));
  hpc::UserTable table;
  const auto user = table.add(wanted->user);
  if (!user) return CHECK(is_explained(user.error()));
  CHECK(spec::is_person_uid(user->uid));
  CHECK(!wanted->user.uid || *wanted->user.uid == user->uid);
  CHECK(hpc::UserTable::parse(table.to_json()) == table);
  CHECK(lines(hpc::render_authorized_keys(*user)).size() == user->ssh_keys.size());
  const plan::Plan plan = hpc::plan_users(table, hpc::Machine::head);
  CHECK(plan::parse_plan(plan::to_json(plan).dump()) == plan);
}

void check_settings(std::string_view body) {
  const auto discovery = api::parse_discovery(body);
  CHECK(discovery ? discovery->minutes >= 0 && discovery->minutes <= 525'600
                  : is_explained(discovery.error()));
  const auto mode = api::parse_dhcp_request(body);
  CHECK(mode ? *mode != provisioning::DhcpMode::silent : is_explained(mode.error()));
  const auto exec = api::parse_exec_request(body);
  CHECK(exec ? exec->timeout_s > 0 : is_explained(exec.error()));
  const auto change = api::parse_user_change(body);
  CHECK(change ? !change->user.uid : is_explained(change.error()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body = fuzz::text_of(data, size);
  const auto store = state::make_memory_store();
  const auto registry = *Registry::open(*store, {.addresses = {{0x0A2A0101}, {0x0A2A0104}}});
  check_import(body, *registry);
  check_reboot(body, *registry);
  check_nodes(body, *registry);
  check_query(body);
  check_user(body);
  check_settings(body);
  return 0;
}
