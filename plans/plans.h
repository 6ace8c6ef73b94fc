#pragma once
// Composes what the rooms plan into the whole plan of the head and of a node. Pure.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/layout.h"
#include "core/plan/plan.h"
#include "core/spec/cluster_spec.h"
#include "head/facts.h"
#include "head/policy.h"
#include "hpc/slurm_config.h"
#include "hpc/ssh_access.h"
#include "hpc/users.h"
#include "provisioning/catalogue.h"
#include "provisioning/network.h"
#include "provisioning/node.h"
#include "provisioning/pci_names.h"
#include "storage/driver.h"

namespace muster::plans {

/// Everything plans are made of.
struct ClusterView {
  const spec::ClusterSpec& spec;
  const head::Facts& facts;
  /// Every image that a node may have booted; none where that is not known.
  std::span<const provisioning::KeptImage> images = {};
  provisioning::DhcpMode dhcp = provisioning::DhcpMode::silent;
  /// Named nodes.
  std::span<const provisioning::Node> nodes;
  /// Registry::address_lost_ms.
  std::int64_t address_lost_ms = 0;
  const hpc::UserTable& users;
  /// Content of /etc/slurm/slurm.key.
  std::string slurm_key;
  /// SshAuthority::public_key, and the certificate of the head's own host key; empty: it has none.
  std::string ssh_authority = {};
  std::string head_ssh_certificate = {};
  /// Steps of extensions, each with its origin; those of profiles by the profiles' names.
  plan::Plan extensions_on_nodes = {};
  std::map<std::string, plan::Plan> extensions_on_profiles = {};
  plan::Plan extensions_on_head = {};
  /// What they set in slurm.conf.
  hpc::OtherSettings extensions_in_scheduler = {};
  /// By which jobs ask for cards.
  provisioning::PciNames names = {};
  std::string state_directory = layout::kState;
  std::string boot_directory = layout::kBoot;
  std::string node_socket = std::string(layout::kDaemonRun) + "/" + layout::kNodeSocket;
};

hpc::SshFacts ssh_facts(const ClusterView& view);

provisioning::NodeNetwork network_of(const ClusterView& view);

storage::HeadFacts storage_facts(const head::Facts& facts);

struct HeadPlan {
  plan::Plan plan;
  /// Why the scheduler cannot take a node, for each that the plan leaves out.
  std::vector<Error> refused;
  /// Nodes whose memory does not suit the scheduler's default for all; hpc::explain_small_nodes.
  std::optional<Error> small_nodes = {};
};

/// What the head's system on the medium has, and every image of nodes, before they start first.
plan::Plan plan_head_image(const spec::ClusterSpec& spec);
plan::Plan plan_node_image(const spec::ClusterSpec& spec);

HeadPlan plan_head(const ClusterView& view);

/// What a node has for itself, such as its name. The short part of its plan, which comes first.
plan::Plan plan_node_own(const spec::ClusterSpec& spec, const provisioning::Node& node);
/// What nodes have in common. It does not depend on `view.nodes`.
struct SharedPlans {
  /// What every node has: names, accounts, who logs in.
  plan::Plan all;
  /// What the nodes of each profile of the specification have besides, by its name: volumes, jobs.
  std::map<std::string, plan::Plan, std::less<>> by_profile;
};
SharedPlans plan_shared(const ClusterView& view);

/// The profile whose part a node's plan has: the one that it runs as, or the specification's first
/// when that is gone (spec::profile_of). What such a node boots next, provisioning::Boots says.
const spec::Profile& profile_of(const spec::ClusterSpec& spec, const provisioning::Node& node);

/// The whole plan of a node: its own part, what all have, and what those of its profile have.
plan::Plan plan_node(const ClusterView& view, const provisioning::Node& node);

}  // namespace muster::plans
