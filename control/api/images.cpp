// The page of the administrators' API about images: what the head has, what nodes run, and what
// they boot next.

#include <algorithm>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "control/api/answers.h"
#include "control/api/api.h"
#include "core/base/node_set.h"

namespace muster::api {
namespace {

using control::Cluster;
using nlohmann::json;
using provisioning::Artefact;
using provisioning::Boots;
using provisioning::KeptImage;
using provisioning::Node;

/// Names of nodes, by the reference of an image.
using NodesByImage = std::map<std::string, std::vector<std::string>, std::less<>>;

/// What the nodes have to do with images.
struct Use {
  NodesByImage running;
  NodesByImage boots;
  std::vector<std::string> outdated;
};

Use use_of(Cluster& cluster) {
  Use use;
  const Boots& boots = cluster.boots();
  cluster.registry().each([&](const Node& node) {
    if (node.name.empty()) return;
    if (const std::string next = boots.reference_of(node.profile); !next.empty()) {
      use.boots[next].push_back(node.name);
    }
    if (boots.is_outdated(node)) use.outdated.push_back(node.name);
    const bool runs = node.state == provisioning::NodeState::ready && !node.booted_image.empty();
    if (runs) use.running[node.booted_image].push_back(node.name);
  });
  return use;
}

std::string folded(const NodesByImage& nodes, const std::string& reference) {
  const auto found = nodes.find(reference);
  return found == nodes.end() ? std::string() : fold_names(found->second);
}

std::vector<std::string> profiles_of(const Boots& boots, const std::string& reference) {
  std::vector<std::string> profiles = boots.profiles();
  std::erase_if(profiles,
                [&](const std::string& name) { return boots.of(name).reference != reference; });
  return profiles;
}

json files_json(const provisioning::Image& image) {
  json files = json::array();
  const auto add = [&](const char* kind, const Artefact& file) {
    files.push_back({{"kind", kind}, {"sha256", file.sha256}, {"size", file.size.count}});
  };
  add("kernel", image.kernel);
  add("initrd", image.initrd);
  for (const Artefact& layer : image.layers) add("layer", layer);
  return files;
}

json image_json(const KeptImage& kept, bool is_chosen, const Boots& boots, const Use& use) {
  return {{"name", kept.image.name},
          {"id", kept.id},
          {"available", true},
          {"origin", kept.origin},
          {"added_ms", kept.added_ms},
          {"kept", kept.is_kept},
          {"chosen", is_chosen},
          {"size", kept.image.size().count},
          {"files", files_json(kept.image)},
          {"kernel_arguments", spec::texts_of(kept.image.kernel_arguments)},
          {"profiles", profiles_of(boots, kept.reference())},
          {"running", folded(use.running, kept.reference())},
          {"boots", folded(use.boots, kept.reference())}};
}

/// An image that the head does not have: nodes still run it, or would boot it.
json gone_json(const std::string& reference, const Boots& boots, const Use& use) {
  return {{"name", provisioning::name_in(reference)},
          {"id", provisioning::id_in(reference)},
          {"available", false},
          {"origin", ""},
          {"added_ms", 0},
          {"kept", false},
          {"chosen", false},
          {"size", 0},
          {"files", json::array()},
          {"kernel_arguments", json::array()},
          {"profiles", profiles_of(boots, reference)},
          {"running", folded(use.running, reference)},
          {"boots", folded(use.boots, reference)}};
}

}  // namespace

os::ServerResponse Api::images(const os::ServerRequest&) {
  const Use use = use_of(cluster_);
  const Boots& boots = cluster_.boots();
  const provisioning::Catalogue catalogue = cluster_.read_images();
  json list = json::array();
  for (const KeptImage& kept : catalogue.images) {
    const auto choice = catalogue.chosen.find(kept.image.name);
    const bool is_chosen = choice != catalogue.chosen.end() && choice->second == kept.id;
    list.push_back(image_json(kept, is_chosen, boots, use));
  }
  std::set<std::string> gone;
  for (const NodesByImage* const nodes : {&use.running, &use.boots}) {
    for (const auto& [reference, names] : *nodes) {
      if (catalogue.find_by_reference(reference) == nullptr) gone.insert(reference);
    }
  }
  for (const std::string& reference : gone) list.push_back(gone_json(reference, boots, use));
  return answer({{"images", std::move(list)}, {"outdated", fold_names(use.outdated)}});
}

}  // namespace muster::api
