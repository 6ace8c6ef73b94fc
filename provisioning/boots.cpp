#include "provisioning/boots.h"

#include <ranges>

namespace muster::provisioning {

Boots::Boots(std::map<std::string, Boot, std::less<>> by_profile, std::string first)
    : by_profile_(std::move(by_profile)), first_(std::move(first)) {
  CHECK(knows(first_));
}

const Boot& Boots::of(std::string_view profile) const {
  const auto found = by_profile_.find(profile);
  return found == by_profile_.end() ? by_profile_.at(first_) : found->second;
}

std::vector<std::string> Boots::profiles() const {
  return std::ranges::to<std::vector>(by_profile_ | std::views::keys);
}

std::vector<Image> Boots::images() const {
  std::map<std::string, Image> images;
  for (const Boot& boot : by_profile_ | std::views::values) {
    images.emplace(boot.image.name, boot.image);
  }
  return std::ranges::to<std::vector>(images | std::views::values);
}

}  // namespace muster::provisioning
