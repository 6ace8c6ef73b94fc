#pragma once
// The verbs of the noun `ext`, by file.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/muster/commands.h"
#include "core/os/command.h"
#include "extensions/package/package.h"
#include "extensions/package/project.h"

namespace muster::cli {

void add_ext_author(CLI::App& noun, Session& session);     // check, pack, keygen, sign
void add_ext_project(CLI::App& noun, Session& session);    // new, test
void add_ext_change(CLI::App& noun, Session& session);     // install, remove
void add_ext_configure(CLI::App& noun, Session& session);  // configure, enable, disable
void add_ext_log(CLI::App& noun, Session& session);        // log
void add_ext_run(CLI::App& noun, Session& session);        // run
void add_ext_catalogue(CLI::App& noun, Session& session);  // search, upgrade

/// Adds the argument that names an extension.
void add_extension_name(CLI::App& verb, std::string& name);

/// A package in which everything was checked but who may install it.
struct CheckedPackage {
  package::PackageFiles files;
  extensions::Specification specification;
  std::unique_ptr<const package::Content> content;
  /// None: it is unsigned.
  std::optional<package::Signer> signer;
  /// What cluster.yaml chooses of its settings; it is never asked without them.
  std::vector<std::string> settings = {};
};

/// What is wrong with a package: a list with places, or one error.
struct PackageProblems {
  std::vector<spec::Diagnostic> problems;
  std::optional<Error> error;
};

/// Whether a package that nobody signed is read any further.
enum class Unsigned { refused, allowed };

/// Reads and checks a package in the order of package.h.
std::expected<CheckedPackage, PackageProblems> check_package(
    os::CommandRunner& runner, const std::filesystem::path& specification,
    const std::vector<package::TrustedKey>& keys, Unsigned if_unsigned);

/// The keys of these files, and those that root trusts on this machine. Errors: as
/// package::read_keys.
Result<std::vector<package::TrustedKey>> read_all_keys(
    const std::vector<std::filesystem::path>& files);

/// The package of a project, or the status of why not: its problems are printed.
std::expected<package::Packed, int> pack_project(const std::filesystem::path& directory);

/// Prints them, or answers them as JSON. Returns kUsage.
int report(const PackageProblems& problems, const std::filesystem::path& file);

/// Installs a package that was checked, and waits until head and daemon work with it. What comes of
/// it is printed. `coming`: what is installed after it, and counts as if it was there. The status
/// to end with.
int install_checked(os::CommandRunner& runner, const CheckedPackage& package,
                    const std::vector<extensions::Specification>& coming = {});

/// Installs packages, each as install_checked, those first that others require. The status to end
/// with.
int install_in_order(os::CommandRunner& runner, std::vector<CheckedPackage> packages);

/// Why somebody may not change which extensions there are; none: root may.
std::optional<Failure> refuse_others();

/// Installs what cluster.yaml names, from the ISO. The status to end with.
int install_from_iso();

/// The body of a request that sets these, each "SETTING=VALUE". Errors: one is none.
Result<nlohmann::json> body_of_settings(const std::string& extension,
                                        const std::vector<std::string>& settings);

/// Asks the head for other settings (POST /v1/extensions/configure), and waits until it has what
/// they mean there. What it says of all extensions. Errors: they do not work.
Result<nlohmann::json> set_settings(const std::string& extension, const nlohmann::json& body);

/// Whether the head and the images that nodes boot have the Debian packages that an extension
/// needs. Errors (conflict): one is missing.
Status check_debian_packages(os::CommandRunner& runner,
                             const extensions::Specification& specification);

/// A flag of what the daemon says of an extension.
bool is_set(const nlohmann::json& extension, const char* flag);

/// What the daemon's list of extensions says of one; null: it is not there.
nlohmann::json find_extension(const nlohmann::json& answer, const std::string& name);

/// "signed by 0123456789ABCDEF" or "unsigned".
std::string signer_words(const std::optional<package::Signer>& signer);

}  // namespace muster::cli
