#include "plans/boots.h"

#include <format>

namespace muster::plans {
namespace {

using provisioning::Boot;
using provisioning::Boots;
using provisioning::Image;
using provisioning::KernelArgument;

Error no_image(const spec::Profile& profile) {
  return {.message = std::format("profile '{}' boots image '{}', which the ISO does not have",
                                 profile.name, profile.image),
          .hint =
              "boot the head from an ISO that was built from this cluster.yaml, or 'muster image "
              "add' that ISO"};
}

/// Of an image that is there and cannot be used.
Error bad_image(const spec::Profile& profile, const Error& why) {
  return {.message = std::format("profile '{}' boots image '{}', which cannot be used: {}",
                                 profile.name, profile.image, why.message),
          .hint = why.hint.empty() ? "build the ISO again, and boot the head from it" : why.hint};
}

/// What every node's kernel is told. Screen and serial line both: a node's console is read on
/// whichever is there.
std::vector<std::string> common_words(const spec::ClusterSpec& spec) {
  return {"boot=muster", "ip=dhcp", "muster.head=" + to_string(spec.head.address.address),
          "console=tty0", "console=ttyS0,115200", "systemd.firstboot=no",
          // Nobody sits before a node: it starts anew in place of waiting with a root shell.
          "panic=30", "audit=0"};
}

/// Muster's own words first: what somebody wrote later on the line is what counts.
std::vector<KernelArgument> arguments_of(const spec::ClusterSpec& spec, const Image& image,
                                         const spec::Profile& profile) {
  std::vector<KernelArgument> arguments;
  for (const std::string& word : common_words(spec)) {
    const auto argument = KernelArgument::parse(word);
    CHECK(argument);
    arguments.push_back(*argument);
  }
  for (const auto& more : {image.kernel_arguments, profile.kernel_arguments}) {
    arguments.insert(arguments.end(), more.begin(), more.end());
  }
  return arguments;
}

Error why_unbootable(const spec::Profile& profile, const provisioning::Catalogue& catalogue) {
  const auto damaged = catalogue.damaged.find(profile.image);
  return damaged == catalogue.damaged.end() ? no_image(profile)
                                            : bad_image(profile, damaged->second);
}

}  // namespace

Boots make_boots(const spec::ClusterSpec& spec, provisioning::Catalogue catalogue) {
  std::map<std::string, Boot, std::less<>> boots;
  std::map<std::string, Error, std::less<>> unbootable;
  std::string first;
  for (const spec::Profile& profile : spec.profiles) {
    const provisioning::KeptImage* const kept = catalogue.find_by_name(profile.image);
    if (kept == nullptr) {
      unbootable[profile.name] = why_unbootable(profile, catalogue);
      continue;
    }
    boots[profile.name] = {.image = kept->image,
                           .reference = kept->reference(),
                           .arguments = arguments_of(spec, kept->image, profile)};
    if (first.empty()) first = profile.name;
  }
  return Boots(std::move(boots), first, std::move(unbootable), std::move(catalogue));
}

}  // namespace muster::plans
