#pragma once
// What nodes boot: an image and kernel arguments for each profile of the specification.

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "provisioning/boot_script.h"
#include "provisioning/catalogue.h"
#include "provisioning/node.h"

namespace muster::provisioning {

/// What the nodes of one profile boot.
struct Boot {
  Image image;
  /// Names the image: "NAME@ID".
  std::string reference;
  std::vector<KernelArgument> arguments;
};

/// The boots of a cluster, by the name of their profile. Without any, machines wait.
class Boots {
 public:
  /// `first`: the profile of new machines, and of those whose own cannot be booted; it must be one
  /// of `by_profile`, and is empty when there is none. `unbootable`: profiles of the specification
  /// that are not, and why. `catalogue`: what the head has; machines boot without microcode that
  /// cannot be read.
  Boots(std::map<std::string, Boot, std::less<>> by_profile, std::string first,
        std::map<std::string, Error, std::less<>> unbootable = {}, Catalogue catalogue = {});

  bool empty() const { return by_profile_.empty(); }
  /// What a machine of this profile boots: as `name_of(profile)`. Not when there is none.
  const Boot& of(std::string_view profile) const;
  /// The reference of the image of that boot; empty when there is none.
  std::string reference_of(std::string_view profile) const;
  /// The name of the image that a node booted; empty when it has not booted.
  std::string image_name_of(const Node& node) const;
  /// Whether a ready node would run something else after a restart: another image, or another
  /// profile; also when nobody knows which image it runs.
  bool is_outdated(const Node& node) const;
  /// The profile that a machine of `profile` boots as: itself, or the first.
  const std::string& name_of(std::string_view profile) const;
  bool knows(std::string_view profile) const { return by_profile_.contains(profile); }
  const std::map<std::string, Error, std::less<>>& unbootable() const { return unbootable_; }
  const std::string& first() const { return first_; }

  /// Names of all profiles that can be booted.
  std::vector<std::string> profiles() const;
  /// What machines of every profile load before their initrd.
  std::span<const MicrocodeFile> microcode() const;
  const Catalogue& catalogue() const { return catalogue_; }

 private:
  std::map<std::string, Boot, std::less<>> by_profile_;
  std::string first_;
  std::map<std::string, Error, std::less<>> unbootable_;
  Catalogue catalogue_;
};

}  // namespace muster::provisioning
