// ext install --from-iso: what cluster.yaml names, when a head starts. And the Debian packages that
// an extension needs, which an ISO has for it.

#include <algorithm>
#include <format>
#include <map>
#include <optional>
#include <set>

#include "apps/muster/client.h"
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
  /// kDone: all that the ISO should have could be read.
  int status = kDone;
};

/// The version of an extension that is installed, and the hash of its specification.
struct There {
  std::string version;
  std::string specification;
};

There read_there(const std::string& name) {
  const auto installed = extensions::read_installed(extensions::kStore, name);
  if (!installed) return {};
  return {.version = to_string(installed->grant.version),
          .specification = installed->grant.specification};
}

/// Whom this head believes. A live head has its ISO where only root writes, and believes who built
/// it. On another one the ISO lies below the daemon's directory: what root trusts counts.
Result<std::vector<package::TrustedKey>> read_trusted(const head::Facts& facts) {
  return facts.live ? package::read_keys_in(fs::path(facts.medium) / kMediumKeys)
                    : read_all_keys({});
}

OnIso read_wanted(os::CommandRunner& runner, const spec::ClusterSpec& spec,
                  const head::Facts& facts) {
  OnIso wanted;
  const auto keys = read_trusted(facts);
  if (!keys) return {.packages = {}, .status = report(keys.error(), kUsage)};
  for (const spec::Extension& each : spec.extensions) {
    const fs::path file = fs::path(facts.medium) / kMediumExtensions /
                          std::format("{}-{}.yaml", each.name, each.version);
    const There there = read_there(each.name);
    // Root may have installed what the ISO does not have.
    if (os::is_missing(file) && there.version == each.version) continue;
    auto package =
        check_package(runner, file, *keys, facts.live ? Unsigned::allowed : Unsigned::refused);
    if (!package) {
      wanted.status = report(package.error(), file);
    } else if (crypto::sha256(package->files.specification) != there.specification) {
      wanted.packages.push_back(std::move(*package));
    }
  }
  return wanted;
}

std::vector<extensions::Specification> specifications_of(
    const std::vector<CheckedPackage>& packages) {
  std::vector<extensions::Specification> all;
  for (const CheckedPackage& each : packages) all.push_back(each.specification);
  return all;
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

/// What others require comes first. One that fails keeps no other from being installed, and is not
/// tried again: nodes would get its steps and lose them each time.
int install_from_iso() {
  const auto spec = head::read_installed_spec();
  if (!spec) return report(spec.error());
  const auto facts = head::read_facts();
  if (!facts) return report(facts.error());
  // Without the daemon all would fail; it is tried again.
  if (const auto asked = call_head("GET", "/v1/extensions"); !asked) return report(asked.error());
  os::PosixCommandRunner runner;
  OnIso wanted = read_wanted(runner, *spec, *facts);
  std::vector<CheckedPackage>& left = wanted.packages;
  while (!left.empty()) {
    auto next = std::ranges::find_if(
        left, [&](const CheckedPackage& each) { return !requires_any_of(each, left); });
    if (next == left.end()) next = left.begin();
    const CheckedPackage package = std::move(*next);
    left.erase(next);
    if (install_checked(runner, package, specifications_of(left)) != kDone) wanted.status = kUsage;
  }
  return wanted.status;
}

namespace {

/// The first that is not installed here (dpkg-query(1)); empty: all are.
Result<std::string> find_missing_on_head(os::CommandRunner& runner,
                                         const std::vector<std::string>& packages) {
  for (const std::string& name : packages) {
    TRY_ASSIGN(const auto done,
               runner.run({.argv = {"dpkg-query", "-W", "-f=${db:Status-Status}", name}}));
    if (done.status != 0 || done.out != "installed") return name;
  }
  return std::string();
}

/// What every image of the ISO has, as its list of packages says.
Result<std::set<std::string>> read_packages_of_nodes(const fs::path& medium) {
  const auto text = os::read_file(medium / "muster/packages");
  if (!text) {
    return fail(ErrorKind::conflict,
                std::format("nobody knows which packages nodes have: {}", text.error().message),
                "have the head's ISO there");
  }
  std::map<std::string, std::set<std::string>> by_layer;
  for (const std::string& line : lines(*text)) {
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

/// The first that not every image has; empty: all have all.
Result<std::string> find_missing_on_nodes(const head::Facts& facts,
                                          const std::vector<std::string>& packages) {
  TRY_ASSIGN(const auto there, read_packages_of_nodes(facts.medium));
  const auto missing = std::ranges::find_if(
      packages, [&](const std::string& name) { return !there.contains(name); });
  return missing == packages.end() ? std::string() : *missing;
}

}  // namespace

Status check_debian_packages(os::CommandRunner& runner,
                             const extensions::Specification& specification) {
  for (const extensions::Right& right : specification.rights) {
    if (right.packages.empty()) continue;
    TRY_ASSIGN(const head::Facts facts, head::read_facts());
    const bool is_head = right.place == extensions::Place::head;
    TRY_ASSIGN(const std::string missing, is_head ? find_missing_on_head(runner, right.packages)
                                                  : find_missing_on_nodes(facts, right.packages));
    if (missing.empty()) continue;
    return fail(ErrorKind::conflict,
                std::format("extension '{}' needs the Debian package '{}', and {} not have it",
                            specification.name, missing,
                            is_head ? "this head does" : "the images of nodes do"),
                is_head && !facts.live
                    ? std::format("apt-get install {}", missing)
                    : "name the extension in cluster.yaml and make the ISO anew, which has the "
                      "package then");
  }
  return {};
}

}  // namespace muster::cli
