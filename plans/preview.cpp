#include "plans/preview.h"

#include <algorithm>
#include <format>
#include <set>
#include <string_view>

#include "core/base/text.h"
#include "core/crypto/hash.h"
#include "core/spec/node_names.h"
#include "plans/plans.h"

namespace muster::plans {
namespace {

Error keeps_number(const hpc::ClusterUser& own, const spec::User& user) {
  return {.message = std::format("user '{}' has number {}, and cluster.yaml says {}", own.name,
                                 own.uid, user.uid.value_or(0)),
          .hint = "a number stays, because files are its own; write the number that the user has"};
}

}  // namespace

Digests digests_of(std::span<const spec::User> users) {
  Digests digests;
  for (const spec::User& user : users) {
    digests[user.name] = crypto::sha256(
        std::format("{}\n{}\n{}", user.uid.value_or(0), user.full_name, join(user.ssh_keys, "\n")));
  }
  return digests;
}

SpecUsers with_spec_users(hpc::UserTable table, const spec::ClusterSpec& spec,
                          const Digests& known) {
  const Digests digests = digests_of(spec.users);
  std::vector<spec::User> users = spec.users;
  std::ranges::stable_partition(users, [](const spec::User& user) { return user.uid.has_value(); });
  SpecUsers result;
  for (const spec::User& user : users) {
    const std::string& digest = digests.at(user.name);
    const auto before = known.find(user.name);
    const bool is_new = before == known.end() || before->second != digest;
    const auto own = table.find(user.name);
    if (own && user.uid && own->uid != *user.uid) {
      result.refused.push_back(keeps_number(*own, user));
    }
    const bool comes_back = before != known.end() && before->second == kLeft;
    if (is_new && (comes_back || !table.has_left(user.name))) {
      if (const auto done = own ? table.change(user) : table.add(user); !done) {
        result.refused.push_back(done.error());
        if (before != known.end()) result.known.insert(*before);
        continue;
      }
    }
    result.known[user.name] = digest;
  }
  for (const auto& [name, digest] : known) {
    const bool is_named = digests.contains(name);
    if (!is_named && (digest == kLeft || table.find(name))) result.known.emplace(name, digest);
  }
  result.table = std::move(table);
  return result;
}

std::vector<std::string> leavers(const hpc::UserTable& table, const spec::ClusterSpec& spec,
                                 const Digests& known) {
  std::set<std::string_view> named;
  for (const spec::User& user : spec.users) named.insert(user.name);
  std::vector<std::string> names;
  for (const auto& [name, digest] : known) {
    if (!named.contains(name) && digest != kLeft && table.find(name)) names.push_back(name);
  }
  return names;
}

SpecUsers without_leavers(hpc::UserTable table, const spec::ClusterSpec& spec, Digests known) {
  SpecUsers result;
  for (const std::string& name : leavers(table, spec, known)) {
    if (const Status gone = table.remove(name); !gone) {
      result.refused.push_back(gone.error());
      continue;
    }
    known[name] = kLeft;
  }
  result.table = std::move(table);
  result.known = std::move(known);
  return result;
}

provisioning::Node first_node(const spec::ClusterSpec& spec) {
  provisioning::Node node;
  node.id = "0000000000000000";
  node.name = spec::node_name(spec.nodes, 1);
  node.address = spec.nodes.addresses.first;
  node.profile = spec.profiles.front().name;
  node.hardware.macs = {MacAddress{}};
  // The scheduler's configuration lists nodes only whose processors and memory are known.
  node.hardware.topology = provisioning::CpuTopology{};
  node.hardware.memory = Bytes::from_mib(1024);
  // And it lists only nodes that enrolled once.
  node.certificate_serial = "01";
  return node;
}

Result<Preview> preview(const spec::ClusterSpec& spec, const std::string& profile) {
  if (!std::ranges::contains(spec.profiles, profile, &spec::Profile::name)) {
    std::vector<std::string> names;
    for (const spec::Profile& each : spec.profiles) names.push_back(each.name);
    return fail(ErrorKind::absent, std::format("there is no profile '{}'", printable(profile, 80)),
                "profiles: " + join(names, ", "));
  }
  const SpecUsers users = with_spec_users({}, spec);
  if (!users.refused.empty()) return std::unexpected(users.refused.front());
  const head::Facts facts{
      .interface = spec.head.interface.value_or("auto"), .live = true, .medium = head::kLiveMedium};
  Preview preview{.head_image = plan_head_image(spec),
                  .node_image = plan_node_image(spec),
                  .head = {},
                  .node = first_node(spec),
                  .node_plan = {},
                  .other_profiles = {}};
  preview.node.profile = profile;
  const ClusterView view{.spec = spec,
                         .facts = facts,
                         .dhcp = provisioning::DhcpMode::serve,
                         .nodes = {&preview.node, 1},
                         .users = users.table,
                         .slurm_key = "made at the first start",
                         .ssh_authority = "made at the first start"};
  preview.head = plan_head(view).plan;
  preview.node_plan = plan_node(view, preview.node);
  for (const plan::Plan* const each : {&preview.head_image, &preview.node_image, &preview.head}) {
    TRY(plan::check_owners(*each));
  }
  for (const spec::Profile& each : spec.profiles) {
    provisioning::Node node = preview.node;
    node.profile = each.name;
    TRY(plan::check_owners(plan_node(view, node)));
  }
  const SharedPlans shared = plan_shared(view);
  const plan::Plan& own = shared.by_profile.at(profile);
  for (const spec::Profile& each : spec.profiles) {
    auto changes = plan::diff(own, shared.by_profile.at(each.name));
    if (!changes.empty()) preview.other_profiles.push_back({each.name, std::move(changes)});
  }
  return preview;
}

}  // namespace muster::plans
