// ext check, pack, keygen, sign: what an author of extensions does. They need no head.

#include <format>
#include <memory>
#include <print>

#include <nlohmann/json.hpp>

#include "apps/muster/commands_ext.h"
#include "core/base/text.h"
#include "core/os/clock.h"
#include "core/os/files.h"
#include "core/spec/json.h"
#include "extensions/package/project.h"

namespace muster::cli {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

struct AuthorOptions {
  std::string path = ".";
  std::string output = ".";
  std::vector<fs::path> keys;
  std::string secret_key;
  std::string password_file;
  bool no_password = false;
};

bool is_directory(const fs::path& path) {
  const auto state = os::read_state(path);
  return state && state->is_directory;
}

int tell_valid(const extensions::Specification& specification, const fs::path& path,
               const std::string& signer) {
  return print_answer(
      {{"file", path.string()},
       {"valid", true},
       {"name", specification.name},
       {"version", to_string(specification.version)},
       {"signed_by", signer}},
      std::format("{}: valid: {} {}{}", printable(path.string(), 4096), specification.name,
                  to_string(specification.version), signer.empty() ? "" : ", " + signer));
}

/// The project, or the status of why not.
std::expected<package::Packed, int> pack_project(const fs::path& directory) {
  auto project = package::read_project(directory);
  if (!project) return std::unexpected(report(project.error(), kUsage));
  if (!project->specification) {
    const fs::path file = directory / package::kProjectFile;
    return std::unexpected(
        report(PackageProblems{.problems = std::move(project->problems), .error = {}}, file));
  }
  auto packed = package::pack(std::move(*project));
  if (!packed) return std::unexpected(report(packed.error(), kUsage));
  return std::move(*packed);
}

int check(const AuthorOptions& options) {
  if (is_directory(options.path)) {
    const auto packed = pack_project(options.path);
    return packed ? tell_valid(packed->specification, options.path, "") : packed.error();
  }
  const auto keys = package::read_keys(options.keys);
  if (!keys) return report(keys.error(), kUsage);
  os::PosixCommandRunner runner;
  const auto checked = check_package(runner, options.path, *keys);
  if (!checked) return report(checked.error(), options.path);
  return tell_valid(checked->specification, options.path, signer_words(checked->signer));
}

Status write_packed(const package::Packed& packed, const fs::path& specification,
                    const fs::path& archive) {
  // The specification last: it is what names the archive.
  TRY(os::write_file(archive, packed.archive));
  // A signature of an earlier one would be wrong.
  TRY(os::remove_tree(fs::path(specification) += ".minisig"));
  return os::write_file(specification, packed.text);
}

int pack(const AuthorOptions& options) {
  const auto packed = pack_project(options.path);
  if (!packed) return packed.error();
  const std::string name = extensions::title(packed->specification);
  const fs::path specification = fs::path(options.output) / (name + ".yaml");
  const fs::path archive = fs::path(options.output) / (name + ".tgz");
  const Status written = write_packed(*packed, specification, archive);
  if (!written) return report(written.error());
  return print_answer(
      {{"specification", specification.string()}, {"archive", archive.string()}},
      std::format("wrote {0} and {1}\n'muster ext sign {0} --key FILE' signs it",
                  printable(specification.string(), 4096), printable(archive.string(), 4096)));
}

/// Empty: there is none.
Result<std::string> read_password(const AuthorOptions& options) {
  if (options.password_file.empty()) return std::string();
  TRY_ASSIGN(const std::string text, os::read_file(options.password_file, 1024));
  const std::string password(trim(text));
  if (!password.empty()) return password;
  return fail(std::format("'{}' has no password", printable(options.password_file, 4096)));
}

int make_keys(const AuthorOptions& options) {
  if (options.password_file.empty() && !options.no_password) {
    return report({.message = "nothing says whether the secret key has a password",
                   .hint = "--password-file FILE, or --no-password"},
                  kUsage);
  }
  const fs::path secret = options.path + ".key";
  const fs::path open = options.path + ".pub";
  for (const fs::path& file : {secret, open}) {
    if (os::is_missing(file)) continue;
    return report({.message = std::format("'{}' is there already", printable(file.string(), 4096)),
                   .hint = "a lost key cannot be made again: choose another name"},
                  kUsage);
  }
  const auto password = read_password(options);
  if (!password) return report(password.error(), kUsage);
  const package::SecretKey key = package::make_key();
  const auto text = package::render_secret_key(key, *password);
  if (!text) return report(text.error());
  Status written = os::write_file(secret, *text, {.mode = 0600});
  if (written) written = os::write_file(open, package::render_public_key(key.public_key()));
  if (!written) return report(written.error());
  return print_answer(
      {{"key", package::to_string(key.id)}, {"secret", secret.string()}, {"public", open.string()}},
      std::format("made key {}: keep {} secret, and give {} to who installs your "
                  "extensions",
                  package::to_string(key.id), printable(secret.string(), 4096),
                  printable(open.string(), 4096)));
}

/// As minisign's own comment: when, and what.
std::string comment_of(const fs::path& specification) {
  return std::format("timestamp:{}\tfile:{}\thashed", os::now_ms() / 1000,
                     printable(specification.filename().string(), 200));
}

Result<package::SecretKey> read_secret_key(const AuthorOptions& options) {
  TRY_ASSIGN(const std::string password, read_password(options));
  TRY_ASSIGN(const std::string text, os::read_file(options.secret_key, 4096));
  auto key = package::parse_secret_key(text, password);
  if (key) return std::move(*key);
  return wrap(std::format("'{}'", printable(options.secret_key, 4096)), std::move(key).error());
}

int sign(const AuthorOptions& options) {
  const fs::path specification = options.path;
  const auto files = package::read_package(specification);
  if (!files) return report(files.error(), kUsage);
  auto outcome = extensions::parse_specification(files->specification, options.path,
                                                 extensions::Form::package);
  if (!outcome.specification) {
    return report(PackageProblems{.problems = std::move(outcome.problems), .error = {}},
                  specification);
  }
  // Who signs answers for the archive, too.
  if (const Status same = package::check_archive(*files, *outcome.specification); !same) {
    return report(same.error(), kUsage);
  }
  const auto key = read_secret_key(options);
  if (!key) return report(key.error(), kUsage);
  const fs::path signature = fs::path(specification) += ".minisig";
  const Status written = os::write_file(
      signature, package::sign(files->specification, *key, comment_of(specification)));
  if (!written) return report(written.error());
  return print_answer({{"signature", signature.string()}, {"key", package::to_string(key->id)}},
                      std::format("wrote {}, signed by {}", printable(signature.string(), 4096),
                                  package::to_string(key->id)));
}

void add_password(CLI::App& verb, AuthorOptions& options) {
  verb.add_option("--password-file", options.password_file,
                  "a file with the password of the secret key")
      ->type_name(value::kFile);
}

void add_ext_check(CLI::App& noun, Session& session) {
  CLI::App& verb = *noun.add_subcommand("check", "all that is wrong with a project or a package");
  const auto options = std::make_shared<AuthorOptions>();
  verb.add_option("path", options->path,
                  "the directory of a project, or the specification of a package")
      ->type_name(value::kFile)
      ->capture_default_str();
  verb.add_option("--key", options->keys, "a public key that the package may be signed with")
      ->type_name(value::kFile);
  add_json(verb);
  on_run(verb, session, [options] { return check(*options); });
}

void add_ext_pack(CLI::App& noun, Session& session) {
  CLI::App& verb = *noun.add_subcommand("pack", "makes the package of a project");
  const auto options = std::make_shared<AuthorOptions>();
  verb.add_option("project", options->path, "the directory of the project")
      ->type_name(value::kDirectory)
      ->capture_default_str();
  verb.add_option("-o,--output", options->output, "where both files are written")
      ->type_name(value::kDirectory)
      ->capture_default_str();
  add_json(verb);
  on_run(verb, session, [options] { return pack(*options); });
}

void add_ext_keygen(CLI::App& noun, Session& session) {
  CLI::App& verb = *noun.add_subcommand("keygen", "makes a pair of keys: NAME.key and NAME.pub");
  const auto options = std::make_shared<AuthorOptions>();
  verb.add_option("name", options->path, "what the files are called")
      ->type_name(value::kFile)
      ->required();
  add_password(verb, *options);
  verb.add_flag("--no-password", options->no_password, "the secret key needs none");
  add_json(verb);
  on_run(verb, session, [options] { return make_keys(*options); });
}

void add_ext_sign(CLI::App& noun, Session& session) {
  CLI::App& verb = *noun.add_subcommand("sign", "signs a package, as minisign(1) does");
  const auto options = std::make_shared<AuthorOptions>();
  verb.add_option("file", options->path, "the package's specification")
      ->type_name(value::kFile)
      ->required();
  verb.add_option("--key", options->secret_key, "the secret key")
      ->type_name(value::kFile)
      ->required();
  add_password(verb, *options);
  add_json(verb);
  on_run(verb, session, [options] { return sign(*options); });
}

}  // namespace

void add_ext_author(CLI::App& noun, Session& session) {
  add_ext_check(noun, session);
  add_ext_pack(noun, session);
  add_ext_keygen(noun, session);
  add_ext_sign(noun, session);
}

}  // namespace muster::cli
