#pragma once
// What nodes boot: an image and kernel arguments for each profile of the specification.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "provisioning/boot_script.h"
#include "provisioning/image.h"

namespace muster::provisioning {

/// What the nodes of one profile boot.
struct Boot {
  Image image;
  std::vector<KernelArgument> arguments;
};

/// The boots of a cluster, by the name of their profile.
class Boots {
 public:
  /// `first`: the profile of new machines, and of those whose own is gone from the specification.
  /// It must be one of `by_profile`.
  Boots(std::map<std::string, Boot, std::less<>> by_profile, std::string first);

  const Boot& of(std::string_view profile) const;
  bool knows(std::string_view profile) const { return by_profile_.contains(profile); }
  const std::string& first() const { return first_; }

  /// Names of all profiles.
  std::vector<std::string> profiles() const;
  /// Each image once, by name.
  std::vector<Image> images() const;

 private:
  std::map<std::string, Boot, std::less<>> by_profile_;
  std::string first_;
};

}  // namespace muster::provisioning
