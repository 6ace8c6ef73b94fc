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
#include "apps/muster/shipped_extensions.h"
#include "core/base/text.h"
#include "core/crypto/hash.h"
#include "core/os/files.h"
#include "extensions/package/catalogue.h"
#include "extensions/settings.h"
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

/// What is installed of an extension; none: nothing that can be used.
std::optional<extensions::Installed> read_there(const std::string& name) {
  auto installed = extensions::read_installed(extensions::kStore, name);
  if (!installed) return std::nullopt;
  return std::move(*installed);
}

/// Whether this very package is installed.
bool is_installed(const fs::path& file, const std::optional<extensions::Installed>& there) {
  const auto text = os::read_plain_file(file);
  return there && text && crypto::sha256(*text) == there->grant.specification;
}

/// Whether what is installed stays, beside another package that would do. Where any version will
/// do, nothing goes back, unless it cannot work with this ISO.
bool stays(os::CommandRunner& runner, const spec::Extension& wanted,
           const std::optional<extensions::Installed>& there, const CheckedPackage& package) {
  return there && wanted.version.empty() && there->grant.version > package.specification.version &&
         check_debian_packages(runner, there->specification);
}

/// Whom this head believes. A live head has its ISO where only root writes, and believes who built
/// it. On another one the ISO lies below the daemon's directory: what root trusts counts.
Result<std::vector<package::TrustedKey>> read_trusted(const head::Facts& facts) {
  return facts.live ? package::read_keys_in(fs::path(facts.medium) / kMediumKeys)
                    : read_all_keys({});
}

Error no_package_on_iso(const spec::Extension& wanted, const fs::path& on_iso) {
  return {.message = std::format("cluster.yaml names extension {}, and neither '{}' nor Muster has "
                                 "such a package",
                                 spec::describe(wanted), on_iso.string()),
          .hint = "'muster ext install' installs a package; an ISO of this cluster.yaml has one"};
}

/// The package for an extension, of the ISO or else of Muster; null: what is installed is right.
/// Errors: the status of why there is none, which was told.
std::expected<std::unique_ptr<CheckedPackage>, int> find_for(
    os::CommandRunner& runner, const spec::Extension& wanted, const head::Facts& facts,
    const std::vector<package::TrustedKey>& keys) {
  const auto shipped = find_shipped_extensions();
  if (!shipped) return std::unexpected(report(shipped.error(), kUsage));
  const fs::path on_iso = fs::path(facts.medium) / kMediumExtensions;
  const auto there = read_there(wanted.name);
  std::optional<std::pair<PackageProblems, fs::path>> refused;
  for (const fs::path& directory : {on_iso, *shipped}) {
    const auto file = package::find_package(directory, wanted.name, wanted.version);
    if (!file) return std::unexpected(report(file.error(), kUsage));
    if (!*file) continue;
    if (is_installed(**file, there)) return nullptr;
    auto package =
        check_package(runner, **file, keys, facts.live ? Unsigned::allowed : Unsigned::refused);
    if (package && stays(runner, wanted, there, *package)) return nullptr;
    if (package) return std::make_unique<CheckedPackage>(std::move(*package));
    if (!refused) refused.emplace(std::move(package).error(), **file);
  }
  if (refused) return std::unexpected(report(refused->first, refused->second));
  // Root may have installed what neither has.
  if (there && wanted.is_met_by(to_string(there->grant.version))) return nullptr;
  return std::unexpected(report(no_package_on_iso(wanted, on_iso), kUsage));
}

OnIso read_wanted(os::CommandRunner& runner, const spec::ClusterSpec& spec,
                  const head::Facts& facts) {
  OnIso wanted;
  const auto keys = read_trusted(facts);
  if (!keys) return {.packages = {}, .status = report(keys.error(), kUsage)};
  for (const spec::Extension& each : spec.extensions) {
    auto package = find_for(runner, each, facts, *keys);
    if (!package) wanted.status = package.error();
    if (!package || *package == nullptr) continue;
    (*package)->settings = each.settings;
    wanted.packages.push_back(std::move(**package));
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

/// What cluster.yaml chooses and the head has otherwise. Errors: a text is none.
Result<std::vector<std::string>> find_other_settings(const spec::Extension& wanted,
                                                     const nlohmann::json& now) {
  std::vector<std::string> others;
  const nlohmann::json known = now.value("settings", nlohmann::json::array());
  for (const std::string& text : wanted.settings) {
    TRY_ASSIGN(const extensions::Choice choice, extensions::parse_choice(text));
    const bool is_so = std::ranges::any_of(known, [&](const nlohmann::json& each) {
      return text_of(each, "name") == choice.setting && text_of(each, "value") == choice.value;
    });
    if (!is_so) others.push_back(text);
  }
  return others;
}

/// `all`: what the daemon says of all extensions. One that is not there was told of already.
/// Errors: the head; the extension does not work so.
Status set_choices(const spec::Extension& wanted, const nlohmann::json& all) {
  const nlohmann::json now = find_extension(all, wanted.name);
  if (now.is_null()) return {};
  TRY_ASSIGN(const auto others, find_other_settings(wanted, now));
  if (others.empty()) return {};
  TRY_ASSIGN(const nlohmann::json body, body_of_settings(wanted.name, others));
  TRY(set_settings(wanted.name, body));
  return {};
}

}  // namespace

/// What others require comes first. One that fails keeps no other from being installed, and is not
/// tried again: nodes would get its steps and lose them each time.
int install_in_order(os::CommandRunner& runner, std::vector<CheckedPackage> packages) {
  int status = kDone;
  while (!packages.empty()) {
    auto next = std::ranges::find_if(
        packages, [&](const CheckedPackage& each) { return !requires_any_of(each, packages); });
    if (next == packages.end()) next = packages.begin();
    const CheckedPackage package = std::move(*next);
    packages.erase(next);
    if (install_checked(runner, package, specifications_of(packages)) != kDone) status = kUsage;
  }
  return status;
}

int install_from_iso() {
  const auto spec = head::read_installed_spec();
  if (!spec) return report(spec.error());
  if (spec->extensions.empty()) return kDone;
  const auto facts = head::read_facts();
  if (!facts) return report(facts.error());
  // Without the daemon all would fail; it is tried again.
  if (const auto asked = call_head("GET", "/v1/extensions"); !asked) return report(asked.error());
  os::PosixCommandRunner runner;
  OnIso wanted = read_wanted(runner, *spec, *facts);
  const int installed = install_in_order(runner, std::move(wanted.packages));
  int status = installed == kDone ? wanted.status : installed;
  const auto all = call_head("GET", "/v1/extensions");
  if (!all) return report(all.error(), kUsage);
  for (const spec::Extension& each : spec->extensions) {
    if (const Status set = set_choices(each, *all); !set) status = report(set.error(), kUsage);
  }
  return status;
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
