#include "provisioning/boots.h"

#include <ranges>

namespace muster::provisioning {

Boots::Boots(std::map<std::string, Boot, std::less<>> by_profile, std::string first,
             std::map<std::string, Error, std::less<>> unbootable,
             Result<std::vector<MicrocodeFile>> microcode)
    : by_profile_(std::move(by_profile)),
      first_(std::move(first)),
      unbootable_(std::move(unbootable)) {
  CHECK(empty() ? first_.empty() : knows(first_));
  if (microcode) {
    microcode_ = std::move(*microcode);
  } else {
    microcode_error_ = std::move(microcode).error();
  }
}

const Boot& Boots::of(std::string_view profile) const { return by_profile_.at(name_of(profile)); }

std::string Boots::image_of(std::string_view profile) const {
  return empty() ? std::string() : of(profile).image.name;
}

const std::string& Boots::name_of(std::string_view profile) const {
  const auto found = by_profile_.find(profile);
  return found == by_profile_.end() ? first_ : found->first;
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
