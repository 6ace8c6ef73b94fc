#pragma once
// The extensions that an ISO has: read, verified, and put among what it is made of.

#include <expected>
#include <filesystem>
#include <vector>

#include "apps/muster/commands.h"
#include "iso/builder.h"

namespace muster::cli {

/// Where an ISO has the packages of extensions, and the keys that signed them.
inline constexpr const char* kMediumExtensions = "muster/extensions";
inline constexpr const char* kMediumKeys = "muster/extension-keys";

struct ExtensionArguments {
  /// The directory of packages; empty: "extensions" beside cluster.yaml.
  std::string directory;
  std::vector<std::filesystem::path> keys;
  bool allow_unsigned = false;
  /// What a package that is not there means: an ISO needs it, and who only looks does without.
  enum class Missing { refused, told } if_missing = Missing::refused;
};

/// --extensions and --key
void add_extensions_option(CLI::App& verb, ExtensionArguments& arguments);

/// Adds the extensions of the specification to the files of the ISO, and the Debian packages that
/// they need to its layers, where no unit of theirs starts by itself. `beside`: the directory of
/// cluster.yaml. The status to end with when a package is missing or breaks a rule, or they do not
/// fit together, after saying why.
std::expected<void, int> add_extensions(const ExtensionArguments& arguments,
                                        const std::filesystem::path& beside,
                                        iso::BuildOptions& options);

}  // namespace muster::cli
