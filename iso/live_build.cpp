#include "iso/live_build.h"

#include <algorithm>

#include "core/base/text.h"

namespace muster::iso {
namespace {

const AptSource* find_suite_end(const std::vector<AptSource>& sources, std::string_view end) {
  const auto found =
      std::ranges::find_if(sources, [&](const auto& s) { return s.suite.ends_with(end); });
  return found == sources.end() ? nullptr : &*found;
}

}  // namespace

std::vector<std::string> live_build_arguments(const spec::ClusterSpec& spec,
                                              const std::vector<AptSource>& sources) {
  const auto& main = sources.front();
  const auto* security = find_suite_end(sources, "-security");
  const auto* updates = find_suite_end(sources, "-updates");
  const bool cloud = spec.kernel == spec::KernelFlavour::cloud;
  std::vector<std::string> arguments = {"lb",
                                        "config",
                                        "noauto",
                                        "--mode",
                                        "debian",
                                        "--distribution",
                                        main.suite,
                                        "--archive-areas",
                                        join(main.components, " "),
                                        "--mirror-bootstrap",
                                        main.uri,
                                        "--mirror-chroot",
                                        main.uri,
                                        "--mirror-binary",
                                        main.uri,
                                        "--security",
                                        security ? "true" : "false",
                                        "--updates",
                                        updates ? "true" : "false",
                                        "--linux-flavours",
                                        cloud ? "cloud-amd64" : "amd64",
                                        "--linux-packages",
                                        "linux-image",
                                        "--initramfs",
                                        "live-boot",
                                        "--binary-image",
                                        "iso-hybrid",
                                        "--bootloaders",
                                        "syslinux,grub-efi",
                                        "--uefi-secure-boot",
                                        "enable",
                                        "--apt-indices",
                                        "false",
                                        "--apt-recommends",
                                        "false",
                                        "--apt-source-archives",
                                        "false",
                                        "--cache",
                                        "true",
                                        "--cache-indices",
                                        "true",
                                        "--cache-packages",
                                        "true",
                                        "--cache-stages",
                                        "bootstrap",
                                        "--checksums",
                                        "none",
                                        "--color",
                                        "false",
                                        "--debian-installer",
                                        "none",
                                        "--firmware-binary",
                                        "false",
                                        "--firmware-chroot",
                                        "false",
                                        "--memtest",
                                        "none",
                                        "--source",
                                        "false",
                                        "--win32-loader",
                                        "false",
                                        "--zsync",
                                        "false"};
  if (security) {
    for (const auto* option : {"--mirror-chroot-security", "--mirror-binary-security"}) {
      arguments.insert(arguments.end(), {option, security->uri});
    }
  }
  return arguments;
}

std::vector<std::string> bootstrap_arguments(const std::string& release,
                                             const std::filesystem::path& tree,
                                             const std::filesystem::path& sources,
                                             const std::filesystem::path& dpkg_options) {
  return {"mmdebstrap",
          "--mode=root",
          "--variant=minbase",
          "--format=directory",
          "--skip=check/empty,update,download/empty,essential/unlink,cleanup/apt/cache,cleanup/apt/"
          "lists",
          "--aptopt=APT::Install-Recommends \"false\"",
          "--aptopt=Acquire::Languages \"none\"",
          "--dpkgopt=" + dpkg_options.string(),
          release,
          tree.string(),
          sources.string()};
}

Stages install_stages() {
  return {{"chroot_prep", "install", "all", "mode-archives-chroot"},
          {"chroot_linux-image"},
          {"chroot_package-lists", "install"},
          {"chroot_install-packages", "install"},
          {"chroot_includes_after_packages"}};
}

Stages finish_stages() {
  return {{"chroot_hacks"}, {"chroot_prep", "remove", "all", "mode-archives-chroot"}};
}

Stages boot_stages() {
  return {{"binary_linux-image"},
          {"binary_grub_cfg"},
          {"binary_syslinux"},
          {"binary_disk"},
          {"binary_grub-efi"}};
}

std::string render_live_package_list(const LayerPlan& base) {
  return join(base.packages, "\n") + "\n";
}

}  // namespace muster::iso
