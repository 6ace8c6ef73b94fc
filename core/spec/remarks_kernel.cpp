// Remarks on kernel arguments: those that are Muster's own, those that change what a node's boot
// needs, and those that are written twice.

#include <algorithm>
#include <array>
#include <format>

#include "core/spec/remarks_parts.h"
#include "core/spec/word_list.h"

namespace muster::spec {
namespace {

/// Arguments with the same effect, by their names; one that ends in '*' is all names with that
/// start.
struct Effect {
  std::string_view names;
  std::string_view what;
  std::string_view hint;
};

constexpr std::string_view kOwn =
    "is Muster's own argument: nodes will not boot with another value";
constexpr std::string_view kNoRoot = "has no effect: a node's root is its image, in memory";
constexpr std::string_view kNotReady = "keeps nodes from their services: they will not be ready";
constexpr std::string_view kLeaveOut = "leave it out";

/// The names of packaging/initramfs, of initramfs-tools(7), kernel-command-line(7) and
/// live-boot(7).
constexpr auto kEffects = std::to_array<Effect>({
    {"boot ip BOOTIF initrd BOOT_IMAGE muster.*", kOwn, kLeaveOut},
    {"root rootfstype rootflags rootdelay nfsroot nfsrootdebug ro rw resume", kNoRoot, kLeaveOut},
    {"live-* live.* toram persistence persistence-* fetch findiso netboot nopersistence components",
     "is for live systems, and has no effect on nodes", kLeaveOut},
    {"rd.*", "is for dracut, and has no effect: nodes have the initrd of initramfs-tools",
     "leave it out, or write the kernel's own argument, such as modprobe.blacklist=MODULE"},
    {"init rdinit", "starts this program in the place of the system: nodes will not be ready",
     "leave it out, or give it to a profile for looking into a broken machine only"},
    {"break", "stops nodes with a shell in their initrd",
     "leave it out, or give it to a profile for looking into a broken machine only"},
    {"single emergency rescue s S 1 -s -b", kNotReady,
     "leave it out, or give it to a profile for looking into a broken machine only"},
    {"systemd.unified_cgroup_hierarchy systemd.legacy_systemd_cgroup_controller cgroup_disable",
     "changes control groups, by which Slurm limits jobs", kLeaveOut},
});

constexpr std::array<std::string_view, 2> kGoodUnits = {"multi-user.target", "graphical.target"};

std::string_view value_of(const KernelArgument& argument) {
  const std::size_t equals = argument.text().find('=');
  return equals == std::string::npos ? "" : std::string_view(argument.text()).substr(equals + 1);
}

const Effect* find_effect(const KernelArgument& argument) {
  constexpr static Effect kUnit = {"systemd.unit", kNotReady, kLeaveOut};
  if (argument.name() == "systemd.unit") {
    return std::ranges::contains(kGoodUnits, value_of(argument)) ? nullptr : &kUnit;
  }
  const auto* const found = std::ranges::find_if(
      kEffects, [&](const Effect& effect) { return has_name(effect.names, argument.name()); });
  return found == kEffects.end() ? nullptr : found;
}

void remark_list(const std::vector<KernelArgument>& arguments, const std::string& list,
                 const Image* image, Findings& findings) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const KernelArgument& argument = arguments[i];
    const std::string path = std::format("{}.kernel_arguments[{}]", list, i);
    const auto add = [&](std::string_view what, std::string_view hint) {
      findings.push_back(
          {{path}, std::format("{}: '{}' {}", path, argument.text(), what), std::string(hint)});
    };
    if (const Effect* const effect = find_effect(argument)) add(effect->what, effect->hint);
    if (std::ranges::find(arguments, argument) - arguments.begin() <
        static_cast<std::ptrdiff_t>(i)) {
      add("is written twice", "write it once");
    } else if (image != nullptr && std::ranges::contains(image->kernel_arguments, argument)) {
      add(std::format("is an argument of image '{}', too", image->name), "write it once");
    }
  }
}

}  // namespace

void remark_kernel_arguments(const ClusterSpec& spec, Findings& findings) {
  for (std::size_t i = 0; i < spec.images.size(); ++i) {
    remark_list(spec.images[i].kernel_arguments, std::format("images[{}]", i), nullptr, findings);
  }
  for (std::size_t i = 0; i < spec.profiles.size(); ++i) {
    const auto image = std::ranges::find(spec.images, spec.profiles[i].image, &Image::name);
    remark_list(spec.profiles[i].kernel_arguments, std::format("profiles[{}]", i),
                image == spec.images.end() ? nullptr : &*image, findings);
  }
}

}  // namespace muster::spec
