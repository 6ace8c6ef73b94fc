// ext install --from-iso: what cluster.yaml names, when a head starts. And the Debian packages that
// an extension needs, which an ISO has for it.

#include <algorithm>
#include <format>
#include <map>
#include <optional>
#include <set>

#include "apps/muster/commands_ext.h"
#include "apps/muster/iso_extensions.h"
#include "core/base/text.h"
#include "core/crypto/hash.h"
#include "core/os/files.h"
#include "extensions/store.h"
#include "head/facts.h"
#include "head/installed.h"

namespace muster::cli {
namespace {

namespace fs = std::filesystem;

/// Those that are on the ISO and are not what is installed.
struct OnIso {
  std::vector<CheckedPackage> packages;
  /// Of the first that could not be read; kDone: all could.
  int status = kDone;
};

/// Whether this very package is installed.
bool is_installed(const package::PackageFiles& files, const std::string& name) {
  const auto installed = extensions::read_installed(extensions::kStore, name);
  return installed && installed->grant.specification == crypto::sha256(files.specification);
}

OnIso read_wanted(os::CommandRunner& runner, const spec::ClusterSpec& spec,
                  const fs::path& medium) {
  OnIso wanted;
  const auto keys = package::read_keys_in(medium / kMediumKeys);
  if (!keys) return {.packages = {}, .status = report(keys.error())};
  for (const spec::Extension& each : spec.extensions) {
    const fs::path file =
        medium / kMediumExtensions / std::format("{}-{}.yaml", each.name, each.version);
    // Who built the ISO decided about those that nobody signed.
    auto package = check_package(runner, file, *keys, Unsigned::allowed);
    if (!package) {
      wanted.status = report(package.error(), file);
    } else if (!is_installed(package->files, each.name)) {
      wanted.packages.push_back(std::move(*package));
    }
  }
  return wanted;
}

bool requires_any_of(const CheckedPackage& package, const std::vector<CheckedPackage>& others) {
  return std::ranges::any_of(package.specification.requirements,
                             [&](const extensions::OtherExtension& required) {
                               return std::ranges::any_of(others, [&](const CheckedPackage& other) {
                                 return other.specification.name == required.name;
                               });
                             });
}

}  // namespace

/// What others require comes first. One that fails keeps no other from being installed.
int install_from_iso() {
  const auto spec = head::read_installed_spec();
  if (!spec) return report(spec.error());
  const auto facts = head::read_facts();
  if (!facts) return report(facts.error());
  os::PosixCommandRunner runner;
  OnIso wanted = read_wanted(runner, *spec, facts->medium);
  std::vector<CheckedPackage>& left = wanted.packages;
  while (!left.empty()) {
    auto next = std::ranges::find_if(
        left, [&](const CheckedPackage& each) { return !requires_any_of(each, left); });
    if (next == left.end()) next = left.begin();
    const CheckedPackage package = std::move(*next);
    left.erase(next);
    const int status = install_checked(runner, package);
    if (status != kDone) wanted.status = status;
  }
  return wanted.status;
}

namespace {

/// "htop 3.4.1 installed" of dpkg-query(1).
Result<bool> is_on_head(os::CommandRunner& runner, const std::string& name) {
  TRY_ASSIGN(const auto done,
             runner.run({.argv = {"dpkg-query", "-W", "-f=${db:Status-Status}", name}}));
  return done.status == 0 && done.out == "installed";
}

/// What every image of the ISO has, as its list of packages says.
Result<std::set<std::string>> read_packages_of_nodes(const fs::path& medium) {
  TRY_ASSIGN(const std::string text, os::read_file(medium / "muster/packages"));
  std::map<std::string, std::set<std::string>> by_layer;
  for (const std::string& line : lines(text)) {
    const auto words = split(line, ' ');
    if (words.size() > 1) by_layer[words[0]].insert(words[1]);
  }
  std::optional<std::set<std::string>> common;
  for (const auto& [layer, names] : by_layer) {
    if (!layer.starts_with("image-")) continue;
    if (!common) common = names;
    std::erase_if(*common, [&](const std::string& name) { return !names.contains(name); });
  }
  std::set<std::string> all = common.value_or(std::set<std::string>());
  all.insert(by_layer["base"].begin(), by_layer["base"].end());
  return all;
}

}  // namespace

Status check_debian_packages(os::CommandRunner& runner,
                             const extensions::Specification& specification) {
  for (const extensions::Right& right : specification.rights) {
    for (const std::string& name : right.packages) {
      bool is_there = false;
      if (right.place == extensions::Place::head) {
        TRY_ASSIGN(is_there, is_on_head(runner, name));
      } else {
        TRY_ASSIGN(const head::Facts facts, head::read_facts());
        TRY_ASSIGN(const auto packages, read_packages_of_nodes(facts.medium));
        is_there = packages.contains(name);
      }
      if (is_there) continue;
      return fail(ErrorKind::conflict,
                  std::format("extension '{}' needs the Debian package '{}', and {} not have it",
                              specification.name, name,
                              right.place == extensions::Place::head ? "this head does"
                                                                     : "the images of nodes do"),
                  "name the extension in cluster.yaml and make the ISO anew, which has the "
                  "package then");
    }
  }
  return {};
}

}  // namespace muster::cli
