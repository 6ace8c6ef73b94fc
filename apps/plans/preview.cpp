#include "apps/plans/preview.h"

#include <algorithm>
#include <format>

#include "apps/plans/plans.h"
#include "core/base/text.h"
#include "core/os/hash.h"

namespace muster::plans {
namespace {

constexpr const char* kMedium = "/run/live/medium";

/// An image by the names that its files have on every medium (iso/layer_plan.h; a test holds both
/// together).
provisioning::Image image_of(const std::string& name) {
  provisioning::Image image{.name = name};
  image.kernel.path = "live/vmlinuz";
  image.initrd.path = std::format("muster/image/{}/initrd.img", name);
  for (const std::string& path :
       {std::string("live/10-base.squashfs"), std::format("muster/20-{}.squashfs", name),
        std::format("muster/90-muster-{}.squashfs", name)}) {
    image.layers.push_back({.path = path, .size = {}, .sha256 = {}});
  }
  return image;
}

}  // namespace

Digests digests_of(std::span<const spec::User> users) {
  Digests digests;
  for (const spec::User& user : users) {
    digests[user.name] = os::sha256(
        std::format("{}\n{}\n{}", user.uid.value_or(0), user.full_name, join(user.ssh_keys, "\n")));
  }
  return digests;
}

Result<hpc::UserTable> with_spec_users(hpc::UserTable table, const spec::ClusterSpec& spec,
                                       const Digests& known) {
  const Digests digests = digests_of(spec.users);
  for (const spec::User& user : spec.users) {
    if (table.has_left(user.name)) continue;
    const auto before = known.find(user.name);
    const bool same = before != known.end() && before->second == digests.at(user.name);
    if (same && table.find(user.name)) continue;
    if (table.find(user.name)) {
      TRY(table.change(user));
    } else {
      TRY(table.add(user));
    }
  }
  return table;
}

spec::ParseOutcome parse_cluster(std::string_view text, std::string_view file_name) {
  spec::ParseOutcome outcome = spec::parse_cluster(text, file_name);
  if (!outcome.spec) return outcome;
  if (const auto users = with_spec_users({}, *outcome.spec); !users) {
    outcome.problems.push_back({.file = std::string(file_name),
                                .message = "users: " + users.error().message,
                                .hint = users.error().hint});
    outcome.spec.reset();
  }
  return outcome;
}

provisioning::Node first_node(const spec::ClusterSpec& spec) {
  provisioning::Node node{.id = "0000000000000000",
                          .name = std::format("{}{:0{}}", spec.nodes.prefix, 1, spec.nodes.digits),
                          .address = spec.nodes.addresses.first,
                          .profile = spec.profiles.front().name};
  node.hardware.macs = {MacAddress{}};
  return node;
}

Result<Preview> preview(const spec::ClusterSpec& spec) {
  TRY_ASSIGN(const hpc::UserTable users, with_spec_users({}, spec));
  const head::Facts facts{
      .interface = spec.head.interface.value_or("auto"), .live = true, .medium = kMedium};
  std::vector<provisioning::Image> images;
  for (const spec::Image& image : spec.images) images.push_back(image_of(image.name));
  Preview preview{.head = {}, .node = first_node(spec), .node_plan = {}};
  const ClusterView view{.spec = spec,
                         .facts = facts,
                         .images = images,
                         .dhcp = provisioning::DhcpMode::serve,
                         .nodes = {&preview.node, 1},
                         .users = users,
                         .slurm_key = "made at the first start",
                         .ssh_authority = "made at the first start"};
  preview.head = plan_head(view).plan;
  preview.node_plan = plan_node(view, preview.node);
  return preview;
}

}  // namespace muster::plans
