#include "core/spec/validate.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "core/spec/node_names.h"
#include "core/spec/validate_parts.h"
#include "core/spec/values.h"

namespace muster::spec {
namespace {

void check_names(const ClusterSpec& spec, Findings& findings) {
  if (number_of(spec.nodes, spec.head.hostname)) {
    findings.push_back(
        {{"head.hostname", "nodes.prefix"},
         std::format("head.hostname: '{}' is a name that a node may get", spec.head.hostname),
         "give the head a name of its own"});
  }
  if (spec.head.hostname == "localhost") {
    findings.push_back({{"head.hostname"},
                        "head.hostname: every machine calls itself 'localhost'",
                        "give the head a name of its own"});
  }
}

/// The longest line that the kernel takes is 2047 characters (COMMAND_LINE_SIZE of x86); Muster's
/// own words and the loader's have the rest.
constexpr std::size_t kLongestArguments = 1536;

std::size_t length_of(const std::vector<KernelArgument>& arguments) {
  std::size_t sum = 0;
  for (const KernelArgument& argument : arguments) sum += argument.text().size() + 1;
  return sum;
}

void check_arguments(const ClusterSpec& spec, Findings& findings) {
  const auto refuse = [&](std::vector<std::string> paths, std::size_t all, std::string_view whose) {
    const std::string path = paths.front();
    findings.push_back({std::move(paths),
                        std::format("{}: {}they are {} characters, and the kernel has room for {}",
                                    path, whose, all, kLongestArguments),
                        "leave some out"});
  };
  for (std::size_t i = 0; i < spec.images.size(); ++i) {
    const std::size_t all = length_of(spec.images[i].kernel_arguments);
    if (all > kLongestArguments) refuse({std::format("images[{}].kernel_arguments", i)}, all, "");
  }
  for (std::size_t i = 0; i < spec.profiles.size(); ++i) {
    const Profile& profile = spec.profiles[i];
    const auto image = std::ranges::find(spec.images, profile.image, &Image::name);
    const std::size_t images = image == spec.images.end() ? 0 : length_of(image->kernel_arguments);
    const std::size_t all = length_of(profile.kernel_arguments) + images;
    if (all <= kLongestArguments || images > kLongestArguments) continue;
    refuse({std::format("profiles[{}].kernel_arguments", i), "images"}, all,
           std::format("with those of image '{}' ", profile.image));
  }
}

void check_images(const ClusterSpec& spec, Findings& findings) {
  if (spec.images.empty()) {
    findings.push_back({{"images"},
                        "images: nodes have nothing to boot",
                        "add an image, such as '- name: compute', or leave out the key"});
  }
  check_distinct(spec.images, "images", ".name", kByName, findings);
  for (std::size_t i = 0; i < spec.images.size(); ++i) {
    check_distinct(spec.images[i].packages, std::format("images[{}].packages", i), "", kItself,
                   findings);
  }
}

void check_profiles(const ClusterSpec& spec, Findings& findings) {
  if (spec.profiles.empty()) {
    findings.push_back({{"profiles"},
                        "profiles: new nodes have no profile",
                        "add a profile, such as '- name: default', or leave out the key"});
  }
  check_distinct(spec.profiles, "profiles", ".name", kByName, findings);
  std::vector<std::string> images;
  std::vector<std::string> read = {""};
  for (const Image& image : spec.images) {
    read.push_back(std::format("images[{}].name", images.size()));
    images.push_back(image.name);
  }
  for (std::size_t i = 0; i < spec.profiles.size(); ++i) {
    read.front() = std::format("profiles[{}].image", i);
    check_known(read, "image", spec.profiles[i].image, images, findings);
  }
}

void refuse_name(const std::string& path, const std::string& why, Findings& findings) {
  findings.push_back({{path}, std::format("{}: {}", path, why), "choose another name"});
}

/// `@name` in a node set means one group; groups, profiles and states are such.
void check_set_name(const ClusterSpec& spec, const std::string& path, const std::string& name,
                    Findings& findings) {
  const auto own = std::ranges::find(kOwnGroups, name, &OwnGroup::name);
  if (is_node_state(name)) {
    refuse_name(path, std::format("'@{}' is the group of all nodes in that state", name), findings);
  } else if (own != kOwnGroups.end()) {
    refuse_name(path, std::format("'@{}' is the group of all nodes that {}", name, own->nodes),
                findings);
  } else if (number_of(spec.nodes, name)) {
    refuse_name(path, std::format("'{}' is a name that a node may get", name), findings);
  }
}

void check_groups(const ClusterSpec& spec, Findings& findings) {
  check_distinct(spec.groups, "groups", ".name", kByName, findings);
  for (std::size_t i = 0; i < spec.profiles.size(); ++i) {
    check_set_name(spec, std::format("profiles[{}].name", i), spec.profiles[i].name, findings);
  }
  for (std::size_t i = 0; i < spec.groups.size(); ++i) {
    const std::string& name = spec.groups[i].name;
    const std::string path = std::format("groups[{}].name", i);
    check_set_name(spec, path, name, findings);
    if (!std::ranges::contains(spec.profiles, name, &Profile::name)) continue;
    refuse_name(path, std::format("'@{}' is the group of all nodes with that profile", name),
                findings);
  }
}

}  // namespace

void check_known(std::vector<std::string> read, std::string_view what, const std::string& name,
                 const std::vector<std::string>& known, Findings& findings) {
  if (name.empty() || known.empty() || std::ranges::contains(known, name)) return;
  const auto near = nearest(name, known);
  std::string message =
      std::format("{}: there is no {} '{}'", read.front(), what, printable(name, 80));
  findings.push_back({std::move(read), std::move(message),
                      near ? std::format("did you mean '{}'?", *near)
                           : std::format("{}s: {}", what, join(known, ", "))});
}

Findings validate_cluster(const ClusterSpec& spec) {
  Findings findings;
  check_network(spec, findings);
  check_external(spec, findings);
  check_names(spec, findings);
  check_images(spec, findings);
  check_profiles(spec, findings);
  check_arguments(spec, findings);
  check_users(spec, findings);
  check_volumes(spec, findings);
  check_groups(spec, findings);
  check_distinct(spec.extensions, "extensions", ".name", kByName, findings);
  check_distinct(spec.head.ssh_keys, "head.ssh_keys", "", ssh_key_identity, findings);
  check_distinct(spec.head_packages, "head.packages", "", kItself, findings);
  return findings;
}

}  // namespace muster::spec
