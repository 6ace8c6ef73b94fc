#include "extensions/package/package.h"

#include <algorithm>
#include <format>
#include <memory>

#include "core/base/text.h"
#include "core/crypto/hash.h"
#include "core/os/files.h"
#include "core/spec/reader.h"
#include "extensions/limits.h"

namespace muster::package {

using namespace extensions;
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestKey = 4096;

/// The same path with another ending in place of ".yaml".
fs::path beside(const fs::path& specification, const char* ending) {
  return fs::path(specification).replace_extension(ending);
}

}  // namespace

std::string to_string(const Signer& signer) {
  return signer.key ? to_string(*signer.key) : "muster";
}

fs::path signature_of(fs::path specification) { return specification += ".minisig"; }

Result<PackageFiles> read_package(const fs::path& specification) {
  if (os::is_missing(specification)) {
    return fail(ErrorKind::absent, std::format("there is no file '{}'", specification.string()),
                "name the file NAME-VERSION.yaml of the package");
  }
  if (specification.filename() == "extension.yaml") {
    return fail(
        ErrorKind::invalid,
        std::format("'{}' is the file of a project, and no package", specification.string()),
        "'muster ext pack DIRECTORY' makes the package of a project");
  }
  if (specification.extension() != ".yaml") {
    return fail(ErrorKind::invalid,
                std::format("'{}' is no specification of an extension", specification.string()),
                "name the file NAME-VERSION.yaml of the package");
  }
  PackageFiles files{.path = specification};
  TRY_ASSIGN(files.specification, os::read_plain_file(specification, spec::kMaxFileSize));
  const fs::path signature = signature_of(specification);
  if (!os::is_missing(signature)) {
    TRY_ASSIGN(files.signature, os::read_plain_file(signature, 2 * kLongestKey));
  }
  TRY_ASSIGN(files.archive, os::read_plain_file(beside(specification, ".tgz"), kMostArchive));
  return files;
}

Result<std::vector<TrustedKey>> read_keys(const std::vector<fs::path>& files) {
  std::vector<TrustedKey> keys;
  for (const fs::path& file : files) {
    TRY_ASSIGN(const std::string text, os::read_plain_file(file, kLongestKey));
    auto key = parse_public_key(text);
    if (!key) {
      return wrap(std::format("'{}' is no public key", file.string()), std::move(key).error());
    }
    keys.push_back({.key = *key, .file = file});
  }
  return keys;
}

Result<std::vector<TrustedKey>> read_keys_in(const fs::path& directory) {
  TRY_ASSIGN(const std::vector<std::string> names, os::list_directory(directory));
  std::vector<fs::path> files;
  for (const std::string& name : names) {
    if (name.ends_with(".pub")) files.push_back(directory / name);
  }
  return read_keys(files);
}

Result<std::optional<Signer>> verify_package(const PackageFiles& files,
                                             const std::vector<TrustedKey>& keys) {
  if (!files.signature) return std::nullopt;
  const std::string name = signature_of(files.path).string();
  auto signature = parse_signature(*files.signature);
  if (!signature) return wrap(std::format("'{}'", name), std::move(signature).error());
  const auto known = std::ranges::find_if(
      keys, [&](const TrustedKey& each) { return each.key.id == signature->key_id; });
  if (known == keys.end()) {
    return fail(ErrorKind::denied,
                std::format("'{}' was signed with key {}, which nobody trusts here",
                            files.path.string(), to_string(signature->key_id)),
                "when the key is its author's, name its file with --key");
  }
  if (Status signed_so = verify(files.specification, *signature, known->key); !signed_so) {
    return wrap(std::format("'{}'", files.path.string()), std::move(signed_so).error());
  }
  return Signer{.key = signature->key_id, .comment = printable(signature->comment, 200)};
}

Status check_archive(const PackageFiles& files, const Specification& specification) {
  const std::string name = title(specification);
  if (files.path.stem() != name) {
    return fail(ErrorKind::invalid,
                std::format("'{}' is the specification of {}", files.path.string(), name),
                std::format("call the files {0}.yaml and {0}.tgz", name));
  }
  const PackedArchive& archive = specification.archive;
  const std::string tgz = beside(files.path, ".tgz").string();
  if (files.archive.size() != archive.size) {
    return fail(ErrorKind::invalid,
                std::format("'{}' has {} bytes, and the specification says {}", tgz,
                            files.archive.size(), archive.size),
                "get both files again");
  }
  if (crypto::sha256(files.archive) == archive.sha256) return {};
  return fail(ErrorKind::invalid,
              std::format("'{}' is another archive than the specification says", tgz),
              "get both files again");
}

Result<std::string> run_extract(os::CommandRunner& runner, const fs::path& program,
                                const std::string& name, const std::string& archive, Dots dots) {
  // A line before each file.
  constexpr std::size_t kMostOutput = kMostUnpacked + kMostEntries * (kLongestPath + 64);
  std::vector<std::string> argv = {program.string()};
  if (dots == Dots::allowed) argv.emplace_back("--dots");
  TRY_ASSIGN(os::CommandResult result, runner.run({.argv = argv,
                                                   .cwd = "/",
                                                   .input = archive,
                                                   .timeout = std::chrono::minutes(2),
                                                   .most_output = kMostOutput}));
  if (result.status == 0) return std::move(result.out);
  const std::vector<std::string> said = lines(std::string_view(result.err).substr(0, 2000));
  return fail(
      ErrorKind::invalid,
      std::format("'{}': {}", name,
                  said.empty() ? std::format("muster-extract ended with status {}", result.status)
                               : printable(said[0], 500)),
      said.size() > 1 ? printable(said[1], 200) : "get the package again");
}

Result<std::unique_ptr<const Content>> extract_package(os::CommandRunner& runner,
                                                       const fs::path& program,
                                                       const PackageFiles& files,
                                                       const Specification& specification) {
  const std::string tgz = beside(files.path, ".tgz").string();
  auto content = std::make_unique<Content>();
  TRY_ASSIGN(content->frames, run_extract(runner, program, tgz, files.archive, Dots::refused));
  auto extracted = parse_extracted(content->frames, specification.files);
  if (!extracted) return wrap(std::format("'{}'", tgz), std::move(extracted).error());
  content->files = std::move(*extracted);
  return content;
}

Status write_content(const Content& content, const fs::path& directory) {
  TRY(os::make_directory(directory));
  for (const ExtractedFile& each : content.files) {
    const bool is_program = each.file->executable == Executable::yes;
    TRY(os::write_file(directory / each.file->path, each.content,
                       {.mode = is_program ? 0755U : 0644U}));
  }
  return {};
}

}  // namespace muster::package
