#include "iso/inputs.h"

#include <algorithm>
#include <array>
#include <format>
#include <set>

#include "core/base/text.h"
#include "core/crypto/hash.h"
#include "core/os/file_hash.h"
#include "core/os/files.h"
#include "iso/package_names.h"

namespace muster::iso {
namespace {

namespace fs = std::filesystem;

std::string wanted_by(const spec::ClusterSpec& spec, const LayerPlan& layer,
                      const std::string& package) {
  if (std::ranges::contains(spec.head_packages, package)) return "head.packages in cluster.yaml";
  for (const auto& image : spec.images) {
    if (image.name == layer.image && std::ranges::contains(image.packages, package)) {
      return std::format("packages of image '{}' in cluster.yaml", image.name);
    }
  }
  return std::format("the recipe of layer '{}'", layer.name);
}

}  // namespace

Result<std::vector<DebFile>> read_debs(const fs::path& folder) {
  std::vector<DebFile> debs;
  TRY_ASSIGN(const auto names, os::list_directory(folder));
  for (const auto& name : names) {
    const auto end = name.find('_');
    if (!name.ends_with(".deb") || end == std::string::npos) continue;
    auto package = name.substr(0, end);
    if (std::ranges::contains(debs, package, &DebFile::package)) {
      return fail(std::format("two files of package '{}' in '{}'", package, folder.string()),
                  "remove the old one");
    }
    TRY_ASSIGN(auto hash, os::sha256_file(folder / name));
    debs.push_back({folder / name, std::move(package), std::move(hash)});
  }
  return debs;
}

Result<std::string> hash_tree(const fs::path& folder) {
  if (!fs::is_directory(folder)) return std::string();
  std::vector<std::string> entries;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto status = entry.symlink_status();
    std::string content;
    if (fs::is_symlink(status)) content = fs::read_symlink(entry.path()).string();
    if (fs::is_regular_file(status)) {
      TRY_ASSIGN(content, os::sha256_file(entry.path()));
    }
    entries.push_back(std::format("{} {:o} {}\n", fs::relative(entry.path(), folder).string(),
                                  static_cast<unsigned>(status.permissions()), content));
  }
  std::ranges::sort(entries);
  return crypto::sha256(join(entries, ""));
}

Result<Toolchain> read_toolchain(os::CommandRunner& runner) {
  // The libraries are those that compress and write: another version makes other bytes.
  static constexpr std::array kPackages = {
      "apt",          "dosfstools", "dpkg",       "kmod",       "libburn4t64", "libisoburn1t64",
      "libisofs6t64", "libzstd1",   "live-build", "mmdebstrap", "mtools",      "squashfs-tools",
      "xorriso"};
  static constexpr auto kFormat = "${Package} ${Version} ${db:Status-Status}\n";
  os::Command query{.argv = {"dpkg-query", "-W", "-f", kFormat}};
  query.argv.insert(query.argv.end(), kPackages.begin(), kPackages.end());
  // Its status says no more than that it does not know one of the packages, which the output shows.
  TRY_ASSIGN(const auto result, runner.run(query));
  Toolchain toolchain;
  std::set<std::string> installed;
  for (const auto& line : lines(result.out)) {
    const auto fields = words(line);
    if (fields.size() != 3 || fields[2] != "installed") continue;
    toolchain.versions += std::format("{} {}\n", fields[0], fields[1]);
    installed.insert(fields[0]);
  }
  for (const auto* package : kPackages) {
    if (!installed.contains(package)) toolchain.missing.emplace_back(package);
  }
  return toolchain;
}

std::vector<MissingPackage> find_missing(const spec::ClusterSpec& spec,
                                         const std::vector<LayerPlan>& layers,
                                         std::span<const std::string> names) {
  std::vector<MissingPackage> missing;
  for (const auto& layer : layers) {
    for (const auto& package : layer.packages) {
      if (std::ranges::binary_search(names, package)) continue;
      missing.push_back({package, wanted_by(spec, layer, package)});
    }
  }
  return missing;
}

Status check_packages(const spec::ClusterSpec& spec, const std::vector<LayerPlan>& layers,
                      const AptIndex& index) {
  TRY_ASSIGN(const auto names, read_package_names(index.lists));
  const auto missing = find_missing(spec, layers, names);
  if (missing.empty()) return {};
  std::vector<std::string> sentences;
  for (const auto& [package, who] : missing)
    sentences.push_back(std::format("'{}' ({})", package, who));
  const auto near = nearest(missing.front().package, names);
  return fail(
      std::format("no archive of {} has: {}", index.sources.front().suite, join(sentences, ", ")),
      near ? std::format("did you mean '{}'?", *near) : "check the names");
}

}  // namespace muster::iso
