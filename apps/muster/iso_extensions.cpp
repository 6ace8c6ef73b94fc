#include "apps/muster/iso_extensions.h"

#include <algorithm>
#include <format>
#include <set>

#include "apps/muster/commands_ext.h"
#include "apps/muster/shipped_extensions.h"
#include "core/base/text.h"
#include "core/os/command.h"
#include "core/os/files.h"
#include "extensions/dependencies.h"
#include "extensions/package/catalogue.h"
#include "extensions/settings.h"
#include "plans/head_rights.h"
#include "plans/preview.h"

namespace muster::cli {
namespace {

namespace fs = std::filesystem;

/// In the directory of the site first, and then in that of Muster; none: neither has it.
Result<std::optional<fs::path>> find_wanted(const spec::Extension& wanted, const fs::path& site,
                                            const fs::path& shipped) {
  TRY_ASSIGN(auto file, package::find_package(site, wanted.name, wanted.version));
  if (file) return file;
  return package::find_package(shipped, wanted.name, wanted.version);
}

Error no_package(const spec::Extension& wanted, const fs::path& directory) {
  return {.message = std::format(
              "cluster.yaml names extension {}, and '{}' has no such package, nor has Muster",
              spec::describe(wanted), printable(directory.string(), 4096)),
          .hint =
              "put its package there, or name the directory with --extensions; 'muster ext "
              "search' lists those that come with Muster"};
}

/// The status of why it is none.
std::expected<CheckedPackage, int> read_one(os::CommandRunner& runner, const fs::path& file,
                                            const std::vector<package::TrustedKey>& keys,
                                            Unsigned if_unsigned) {
  auto package = check_package(runner, file, keys, if_unsigned);
  if (package) return std::move(*package);
  return std::unexpected(report(package.error(), file));
}

/// The packages of all extensions of the specification, or of those that are there when that is
/// enough; the status of why not.
std::expected<std::vector<CheckedPackage>, int> read_packages(
    const ExtensionArguments& arguments, const spec::ClusterSpec& spec, const fs::path& directory,
    const std::vector<package::TrustedKey>& keys) {
  const auto shipped = find_shipped_extensions();
  if (!shipped) return std::unexpected(report(shipped.error()));
  os::PosixCommandRunner runner;
  const Unsigned if_unsigned = arguments.allow_unsigned ? Unsigned::allowed : Unsigned::refused;
  std::vector<CheckedPackage> packages;
  for (const spec::Extension& wanted : spec.extensions) {
    const auto file = find_wanted(wanted, directory, *shipped);
    if (!file) return std::unexpected(report(file.error(), kUsage));
    if (!*file && arguments.if_missing == ExtensionArguments::Missing::told) {
      say(std::format("what extension {} needs is not shown: {}", spec::describe(wanted),
                      no_package(wanted, directory).message));
      continue;
    }
    if (!*file) return std::unexpected(report(no_package(wanted, directory), kUsage));
    auto package = read_one(runner, **file, keys, if_unsigned);
    if (!package) return std::unexpected(package.error());
    const auto choices = extensions::parse_choices(package->specification, wanted.settings);
    if (!choices) return std::unexpected(report(choices.error(), kUsage));
    packages.push_back(std::move(*package));
  }
  return packages;
}

/// Errors (conflict): an extension wants a unit on nodes that Muster runs there.
Status check_node_units(const std::vector<CheckedPackage>& packages,
                        const spec::ClusterSpec& spec) {
  TRY_ASSIGN(const plans::Preview preview, plans::preview(spec, spec.profiles.front().name));
  std::set<std::string> musters;
  for (const plan::Step& step : preview.node_plan.steps) {
    if (const auto* const unit = std::get_if<plan::Unit>(&step)) musters.insert(unit->unit);
    if (const auto* const service = std::get_if<plan::Service>(&step))
      musters.insert(service->unit);
  }
  for (const CheckedPackage& each : packages) {
    for (const extensions::Right& right : each.specification.rights) {
      if (right.place != extensions::Place::node) continue;
      const auto taken = std::ranges::find_if(
          right.units, [&](const std::string& unit) { return musters.contains(unit); });
      if (taken == right.units.end()) continue;
      return fail(ErrorKind::conflict,
                  std::format("extension '{}' wants {} on nodes, which is Muster's",
                              each.specification.name, *taken),
                  "leave it out of cluster.yaml");
    }
  }
  return {};
}

/// Errors (conflict): they cannot be installed together, or one not on such a head.
Status check_all(const std::vector<CheckedPackage>& packages, const spec::ClusterSpec& spec) {
  std::vector<extensions::Grant> grants;
  std::vector<extensions::Installed> installed;
  for (const CheckedPackage& each : packages) {
    const extensions::Specification& own = each.specification;
    std::vector<extensions::Specification> others;
    for (const CheckedPackage& other : packages) {
      if (other.specification.name != own.name) others.push_back(other.specification);
    }
    TRY(extensions::check_together(own, others));
    TRY(extensions::check_rights(own, installed));
    grants.push_back({.name = own.name, .rights = own.rights});
    installed.push_back({.grant = grants.back(), .specification = own});
  }
  TRY_ASSIGN(const plans::HeadRights rights, plans::head_rights(spec, grants));
  if (rights.refused.empty()) return check_node_units(packages, spec);
  const auto& [name, why] = *rights.refused.begin();
  return fail(ErrorKind::conflict,
              std::format("extension '{}' does not fit on this head: {}", name, why.message),
              "leave it out of cluster.yaml");
}

void add_packages(const extensions::Specification& extension, spec::ClusterSpec& spec) {
  for (const extensions::Right& right : extension.rights) {
    const auto add = [&](std::vector<std::string>& packages) {
      packages.insert(packages.end(), right.packages.begin(), right.packages.end());
    };
    if (right.place == extensions::Place::head) {
      add(spec.head_packages);
    } else {
      spec.images = iso::images_of(spec);
      for (spec::Image& image : spec.images) add(image.packages);
    }
  }
}

/// The units in a place of the extensions that bring Debian packages there.
std::vector<std::string> units_in(extensions::Place place,
                                  const std::vector<CheckedPackage>& packages) {
  std::vector<std::string> units;
  for (const CheckedPackage& each : packages) {
    bool has_packages = false;
    std::vector<std::string> own;
    for (const extensions::Right& right : each.specification.rights) {
      if (right.place != place) continue;
      has_packages = has_packages || !right.packages.empty();
      own.insert(own.end(), right.units.begin(), right.units.end());
    }
    if (has_packages) units.insert(units.end(), own.begin(), own.end());
  }
  return units;
}

/// Debian starts the units of its packages. Those of an extension wait until it says so, because it
/// may be configured otherwise, and may be removed. A system without a machine-id, as each of ours
/// is at its first start, enables what its presets do not name (systemd.preset(5)).
plan::Plan plan_waiting(const std::vector<std::string>& units) {
  plan::Plan waiting;
  if (units.empty()) return waiting;
  std::string preset = "# Units of extensions, which start them themselves.\n";
  for (const std::string& unit : units) preset += std::format("disable {}\n", unit);
  waiting.add(plan::WriteFile{.path = "/etc/systemd/system-preset/50-muster-extensions.preset",
                              .content = std::move(preset)});
  for (const std::string& unit : units) {
    waiting.add(plan::Unit{.unit = unit, .state = plan::Unit::State::disabled});
  }
  return waiting;
}

void add_files(const CheckedPackage& package, std::map<std::string, std::string>& files) {
  const std::string stem = std::format("{}/{}", kMediumExtensions, title(package.specification));
  files[stem + ".yaml"] = package.files.specification;
  files[stem + ".tgz"] = package.files.archive;
  if (package.files.signature) files[stem + ".yaml.minisig"] = *package.files.signature;
}

/// The head believes whom the builder of its ISO believed.
void add_key(const package::Signer& signer, const std::vector<package::TrustedKey>& keys,
             std::map<std::string, std::string>& files) {
  const auto key = std::ranges::find_if(
      keys, [&](const package::TrustedKey& each) { return each.key.id == signer.key; });
  if (key == keys.end()) return;
  files[std::format("{}/{}.pub", kMediumKeys, package::to_string(signer))] =
      package::render_public_key(key->key);
}

}  // namespace

void add_extensions_option(CLI::App& verb, ExtensionArguments& arguments) {
  verb.add_option("--extensions", arguments.directory,
                  "directory with the packages of extensions (default: extensions/ beside "
                  "cluster.yaml)")
      ->type_name(value::kDirectory);
  verb.add_option("--key", arguments.keys, "a public key that is trusted for extensions")
      ->type_name(value::kFile)
      ->allow_extra_args(false);
}

std::expected<void, int> add_extensions(const ExtensionArguments& arguments, const fs::path& beside,
                                        iso::BuildOptions& options) {
  if (options.spec.extensions.empty()) return {};
  const fs::path directory =
      arguments.directory.empty() ? beside / "extensions" : fs::path(arguments.directory);
  const auto keys = read_all_keys(arguments.keys);
  if (!keys) return std::unexpected(report(keys.error(), kUsage));
  const auto packages = read_packages(arguments, options.spec, directory, *keys);
  if (!packages) return std::unexpected(packages.error());
  const bool is_whole = packages->size() == options.spec.extensions.size();
  if (const Status fits = is_whole ? check_all(*packages, options.spec) : Status(); !fits) {
    return std::unexpected(report(fits.error(), kUsage));
  }
  for (const CheckedPackage& package : *packages) {
    add_packages(package.specification, options.spec);
    add_files(package, options.files);
  }
  options.head_steps.append(plan_waiting(units_in(extensions::Place::head, *packages)),
                            "extensions");
  options.image_steps.append(plan_waiting(units_in(extensions::Place::node, *packages)),
                             "extensions");
  for (const CheckedPackage& package : *packages) {
    if (package.signer) add_key(*package.signer, *keys, options.files);
  }
  return {};
}

}  // namespace muster::cli
