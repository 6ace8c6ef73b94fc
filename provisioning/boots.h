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
  /// `first`: the profile of new machines, and of those whose own cannot be booted; it must be one
  /// of `by_profile`. `unbootable`: profiles of the specification that are not, and why.
  Boots(std::map<std::string, Boot, std::less<>> by_profile, std::string first,
        std::map<std::string, Error, std::less<>> unbootable = {},
        std::vector<MicrocodeFile> microcode = {});

  /// What a machine of this profile boots: as `name_of(profile)`.
  const Boot& of(std::string_view profile) const;
  /// The profile that a machine of `profile` boots as: itself, or the first.
  const std::string& name_of(std::string_view profile) const;
  bool knows(std::string_view profile) const { return by_profile_.contains(profile); }
  const std::map<std::string, Error, std::less<>>& unbootable() const { return unbootable_; }
  const std::string& first() const { return first_; }

  /// Names of all profiles that can be booted.
  std::vector<std::string> profiles() const;
  /// What machines of every profile load before their initrd.
  const std::vector<MicrocodeFile>& microcode() const { return microcode_; }
  /// Each image once, by name.
  std::vector<Image> images() const;

 private:
  std::map<std::string, Boot, std::less<>> by_profile_;
  std::string first_;
  std::map<std::string, Error, std::less<>> unbootable_;
  std::vector<MicrocodeFile> microcode_;
};

}  // namespace muster::provisioning
