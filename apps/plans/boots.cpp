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
  return {.message = std::format("profile '{}' boots image '{}', which this medium does not hold",
                                 profile.name, profile.image),
          .hint = "boot the head from an ISO that was built from this cluster.yaml"};
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

Result<Boot> read_boot(const spec::ClusterSpec& spec, const std::filesystem::path& medium,
                       const spec::Profile& profile) {
  Boot boot;
  TRY_ASSIGN(boot.image, read_image(manifest_of(medium, profile)));
  std::vector<std::string> words = common_words(spec);
  for (const auto& more : {boot.image.kernel_arguments, profile.kernel_arguments}) {
    words.insert(words.end(), more.begin(), more.end());
  }
  for (const std::string& word : words) {
    TRY_ASSIGN(auto argument, KernelArgument::parse(word));
    boot.arguments.push_back(std::move(argument));
  }
  return boot;
}

Result<std::vector<provisioning::MicrocodeFile>> read_microcode(
    const std::filesystem::path& medium) {
  const auto manifest = medium / "muster/microcode/manifest.json";
  if (!std::filesystem::exists(manifest)) return {};
  TRY_ASSIGN(const std::string text, os::read_plain_file(manifest));
  return provisioning::parse_microcode(text);
}

}  // namespace

Result<Boots> read_boots(const spec::ClusterSpec& spec, const std::filesystem::path& medium) {
  std::map<std::string, Boot, std::less<>> boots;
  std::map<std::string, Error, std::less<>> unbootable;
  for (const spec::Profile& profile : spec.profiles) {
    if (std::filesystem::exists(manifest_of(medium, profile))) {
      TRY_ASSIGN(boots[profile.name], read_boot(spec, medium, profile));
    } else {
      unbootable[profile.name] = no_image(profile);
    }
  }
  const std::string& first = spec.profiles.front().name;
  if (const auto lost = unbootable.find(first); lost != unbootable.end()) {
    return std::unexpected(lost->second);
  }
  TRY_ASSIGN(auto microcode, read_microcode(medium));
  return Boots(std::move(boots), first, std::move(unbootable), std::move(microcode));
}

}  // namespace muster::plans
