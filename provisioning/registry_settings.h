#pragma once
// What the registry and its parts need to know of the cluster's specification.

#include <cstdint>
#include <functional>
#include <string>

#include "core/base/now.h"
#include "core/base/units.h"
#include "core/spec/cluster_spec.h"

namespace muster::provisioning {

using Policy = spec::AdoptionPolicy;

/// Where the addresses of nodes come from: this head gives them, or another server of the nodes'
/// network does and a node has the one that it is heard from.
enum class Addressing { given, observed };

struct RegistrySettings {
  std::string name_prefix = "n";
  int name_digits = 3;
  Ipv4Range addresses;
  std::string default_profile = "default";
  /// The reference of the image that a machine gets that boots as this profile; empty: not known.
  std::function<std::string(const std::string& profile)> image_of = [](const std::string&) {
    return std::string();
  };
  /// When the registry is opened. No node counts as silent before that: there was no head to speak
  /// to.
  Now opened = {};
  /// At least so long between two transactions; 0: each as soon as the last one is on disk.
  std::int64_t spacing_ms = 0;
};

}  // namespace muster::provisioning
