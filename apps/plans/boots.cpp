#include "apps/plans/boots.h"

#include <format>

#include "core/os/files.h"

namespace muster::plans {
namespace {

using provisioning::Boot;
using provisioning::Boots;
using provisioning::Image;
using provisioning::KernelArgument;

std::filesystem::path manifest_of(const std::filesystem::path& medium,
                                  const spec::Profile& profile) {
  return medium / "muster/image" / profile.image / "manifest.json";
}

Error no_image(const spec::Profile& profile) {
  return {.message = std::format("profile '{}' boots image '{}', which the ISO does not have",
                                 profile.name, profile.image),
          .hint = "boot the head from an ISO that was built from this cluster.yaml"};
}

/// Of an image that is there and cannot be used.
Error bad_image(const spec::Profile& profile, const Error& why) {
  return {.message = std::format("profile '{}' boots image '{}', which cannot be used: {}",
                                 profile.name, profile.image, why.message),
          .hint = why.hint.empty() ? "build the ISO again, and boot the head from it" : why.hint};
}

Result<Image> read_image(const std::filesystem::path& manifest) {
  TRY_ASSIGN(const std::string text, os::read_plain_file(manifest));
  return provisioning::parse_image(text);
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

Result<std::vector<provisioning::MicrocodeFile>> read_microcode(
    const std::filesystem::path& medium) {
  const auto manifest = medium / "muster/microcode/manifest.json";
  if (os::is_missing(manifest)) return {};
  TRY_ASSIGN(const std::string text, os::read_plain_file(manifest));
  return provisioning::parse_microcode(text);
}

}  // namespace

Boots read_boots(const spec::ClusterSpec& spec, const std::filesystem::path& medium) {
  std::map<std::string, Boot, std::less<>> boots;
  std::map<std::string, Error, std::less<>> unbootable;
  std::string first;
  for (const spec::Profile& profile : spec.profiles) {
    const auto manifest = manifest_of(medium, profile);
    if (os::is_missing(manifest)) {
      unbootable[profile.name] = no_image(profile);
    } else if (auto image = read_image(manifest); !image) {
      unbootable[profile.name] = bad_image(profile, image.error());
    } else {
      auto arguments = arguments_of(spec, *image, profile);
      boots[profile.name] = {.image = std::move(*image), .arguments = std::move(arguments)};
      if (first.empty()) first = profile.name;
    }
  }
  return Boots(std::move(boots), first, std::move(unbootable), read_microcode(medium));
}

}  // namespace muster::plans
