#pragma once
// A package: NAME-VERSION.yaml, NAME-VERSION.tgz beside it, and NAME-VERSION.yaml.minisig when
// somebody signed it. Each step here comes before the next one reads more of it: the signature,
// the specification, the archive's hash, and last the archive.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"
#include "extensions/package/extracted.h"
#include "extensions/package/signature.h"
#include "extensions/specification.h"

namespace muster::package {

/// A package as it was read, once: nothing looks at its files again.
struct PackageFiles {
  /// The file of the specification.
  std::filesystem::path path;
  std::string specification;
  std::optional<std::string> signature;
  std::string archive;
};

/// Where the signature of a specification is.
std::filesystem::path signature_of(std::filesystem::path specification);

/// Errors: a file is missing, too large or no plain file; the name is none of a specification.
Result<PackageFiles> read_package(const std::filesystem::path& specification);

/// A public key that is believed, and the file that it came from.
struct TrustedKey {
  PublicKey key;
  std::filesystem::path file;
};

/// Keys of files. Errors: one cannot be read; (invalid) it has no public key.
Result<std::vector<TrustedKey>> read_keys(const std::vector<std::filesystem::path>& files);

/// The files of a directory that end in ".pub"; none when it is missing. Errors: as read_keys.
Result<std::vector<TrustedKey>> read_keys_in(const std::filesystem::path& directory);

/// Who answers for a package.
struct Signer {
  /// None: it came with Muster, and root believes that program already.
  std::optional<KeyId> key;
  /// What the key signed besides.
  std::string comment;
};

/// The number of its key, or "muster".
std::string to_string(const Signer& signer);

/// Who signed the specification; none: nobody did. Errors (denied): no key of these did, or the
/// specification is not what was signed; (invalid) it is no signature.
Result<std::optional<Signer>> verify_package(const PackageFiles& files,
                                             const std::vector<TrustedKey>& keys);

/// Errors (invalid): the archive's size or hash is another; the files are not called by the name
/// and version of the specification.
Status check_archive(const PackageFiles& files, const extensions::Specification& specification);

/// The files in the archive, and the text in which their content lies.
struct Content {
  std::string frames;
  std::vector<ExtractedFile> files;
};

/// Has `program` (muster-extract) read an archive of this name: what it wrote (extracted.h).
/// Errors: the archive breaks a rule.
Result<std::string> run_extract(os::CommandRunner& runner, const std::filesystem::path& program,
                                const std::string& name, const std::string& archive, Dots dots);

/// Has `program` (muster-extract) read the archive. check_archive comes first. Errors: it breaks a
/// rule; its files are not those of the specification.
Result<std::unique_ptr<const Content>> extract_package(
    os::CommandRunner& runner, const std::filesystem::path& program, const PackageFiles& files,
    const extensions::Specification& specification);

/// Writes the files of a package below a directory, which is made; programs are 0755 and others
/// 0644. Errors: the disk.
Status write_content(const Content& content, const std::filesystem::path& directory);

}  // namespace muster::package
