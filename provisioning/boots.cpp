#include "provisioning/boots.h"

#include <ranges>

namespace muster::provisioning {

Boots::Boots(std::map<std::string, Boot, std::less<>> by_profile, std::string first,
             std::map<std::string, Error, std::less<>> unbootable, Catalogue catalogue)
    : by_profile_(std::move(by_profile)),
      first_(std::move(first)),
      unbootable_(std::move(unbootable)),
      catalogue_(std::move(catalogue)) {
  CHECK(empty() ? first_.empty() : knows(first_));
}

const Boot& Boots::of(std::string_view profile) const { return by_profile_.at(name_of(profile)); }

std::string Boots::reference_of(std::string_view profile) const {
  return empty() ? std::string() : of(profile).reference;
}

std::string Boots::image_name_of(const Node& node) const {
  if (!node.booted_image.empty()) return std::string(name_in(node.booted_image));
  // It booted from a head of an earlier version.
  const bool has_booted = !node.booted_profile.empty() && !empty();
  return has_booted ? of(node.booted_profile).image.name : std::string();
}

bool Boots::is_outdated(const Node& node) const {
  if (empty() || node.name.empty() || node.state != NodeState::ready) return false;
  return node.booted_profile != name_of(node.profile) ||
         node.booted_image != reference_of(node.profile);
}

const std::string& Boots::name_of(std::string_view profile) const {
  const auto found = by_profile_.find(profile);
  return found == by_profile_.end() ? first_ : found->first;
}

std::vector<std::string> Boots::profiles() const {
  return std::ranges::to<std::vector>(by_profile_ | std::views::keys);
}

std::span<const MicrocodeFile> Boots::microcode() const {
  if (!catalogue_.microcode) return {};
  return *catalogue_.microcode;
}

}  // namespace muster::provisioning
