#include "apps/muster/iso_extensions.h"

#include <algorithm>
#include <format>

#include "apps/muster/commands_ext.h"
#include "core/base/text.h"
#include "core/os/command.h"
#include "core/os/files.h"
#include "extensions/dependencies.h"
#include "plans/head_rights.h"

namespace muster::cli {
namespace {

namespace fs = std::filesystem;

fs::path file_of(const spec::Extension& wanted, const fs::path& directory) {
  return directory / std::format("{}-{}.yaml", wanted.name, wanted.version);
}

/// The package that cluster.yaml names; the status of why not.
std::expected<CheckedPackage, int> read_one(os::CommandRunner& runner,
                                            const spec::Extension& wanted,
                                            const fs::path& directory,
                                            const std::vector<package::TrustedKey>& keys,
                                            Unsigned if_unsigned) {
  const fs::path file = file_of(wanted, directory);
  if (os::is_missing(file)) {
    return std::unexpected(
        report({.message = std::format("cluster.yaml names extension '{}' {}, and there is no '{}'",
                                       wanted.name, wanted.version, printable(file.string(), 4096)),
                .hint = "put its package there, or name the directory with --extensions"},
               kUsage));
  }
  auto package = check_package(runner, file, keys, if_unsigned);
  if (package) return std::move(*package);
  return std::unexpected(report(package.error(), file));
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
  if (rights.refused.empty()) return {};
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

void add_files(const CheckedPackage& package, std::map<std::string, std::string>& files) {
  const std::string stem = std::format("{}/{}", kMediumExtensions, title(package.specification));
  files[stem + ".yaml"] = package.files.specification;
  files[stem + ".tgz"] = package.files.archive;
  if (package.files.signature) files[stem + ".yaml.minisig"] = *package.files.signature;
}

/// The head believes whom the builder of its ISO believed.
void add_key(const package::Signer& signer, const std::vector<package::TrustedKey>& keys,
             std::map<std::string, std::string>& files) {
  const auto key = std::ranges::find(keys, signer.key,
                                     [](const package::TrustedKey& each) { return each.key.id; });
  if (key == keys.end()) return;
  files[std::format("{}/{}.pub", kMediumKeys, package::to_string(signer.key))] =
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
  os::PosixCommandRunner runner;
  const Unsigned if_unsigned = arguments.allow_unsigned ? Unsigned::allowed : Unsigned::refused;
  std::vector<CheckedPackage> packages;
  for (const spec::Extension& wanted : options.spec.extensions) {
    if (arguments.if_missing == ExtensionArguments::Missing::told &&
        os::is_missing(file_of(wanted, directory))) {
      say(std::format("what extension '{}' {} needs is not shown: there is no '{}'", wanted.name,
                      wanted.version, printable(file_of(wanted, directory).string(), 4096)));
      continue;
    }
    auto package = read_one(runner, wanted, directory, *keys, if_unsigned);
    if (!package) return std::unexpected(package.error());
    packages.push_back(std::move(*package));
  }
  const bool is_whole = packages.size() == options.spec.extensions.size();
  if (const Status fits = is_whole ? check_all(packages, options.spec) : Status(); !fits) {
    return std::unexpected(report(fits.error(), kUsage));
  }
  for (const CheckedPackage& package : packages) {
    add_packages(package.specification, options.spec);
    add_files(package, options.files);
  }
  for (const CheckedPackage& package : packages) {
    if (package.signer) add_key(*package.signer, *keys, options.files);
  }
  return {};
}

}  // namespace muster::cli
