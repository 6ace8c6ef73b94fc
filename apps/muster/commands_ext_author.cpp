// ext check, pack, keygen, sign: what an author of extensions does. They need no head.

#include <algorithm>
#include <format>
#include <memory>

#include <nlohmann/json.hpp>

#include "apps/muster/commands_ext.h"
#include "core/base/text.h"
#include "core/os/clock.h"
#include "core/os/files.h"
#include "core/spec/json.h"
#include "extensions/store.h"

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

/// `signer`: the number of a key; empty: nobody signed it.
int tell_valid(const extensions::Specification& specification, const fs::path& path,
               const std::string& signer, const std::string& words) {
  return print_answer({{"file", path.string()},
                       {"valid", true},
                       {"problems", json::array()},
                       {"name", specification.name},
                       {"version", to_string(specification.version)},
                       {"signer", signer}},
                      std::format("{}: valid: {} {}, {}", printable(path.string(), 4096),
                                  specification.name, to_string(specification.version), words));
}

int check_project(const AuthorOptions& options) {
  if (!options.keys.empty()) {
    return report({.message = std::format("'{}' is a project, which nobody signs",
                                          printable(options.path, 4096)),
                   .hint = "'muster ext pack' makes its package; --key is for that"},
                  kUsage);
  }
  const auto packed = pack_project(options.path);
  if (!packed) return packed.error();
  return tell_valid(packed->specification, options.path, "",
                    std::format("{} files", packed->specification.files.size()));
}

int check(const AuthorOptions& options) {
  if (is_directory(options.path)) return check_project(options);
  const auto keys = read_all_keys(options.keys);
  if (!keys) return report(keys.error(), kUsage);
  os::PosixCommandRunner runner;
  // Who names a key expects a signature.
  const Unsigned if_unsigned = options.keys.empty() ? Unsigned::allowed : Unsigned::refused;
  const auto checked = check_package(runner, options.path, *keys, if_unsigned);
  if (!checked) return report(checked.error(), options.path);
  return tell_valid(checked->specification, options.path,
                    checked->signer ? package::to_string(*checked->signer) : "",
                    signer_words(checked->signer));
}

/// Whether a signature is there that the new text has not.
bool loses_signature(const package::Packed& packed, const fs::path& specification) {
  if (os::is_missing(package::signature_of(specification))) return false;
  const auto before = os::read_file(specification);
  return !before || *before != packed.text;
}

/// Whether a signature that was there is gone.
Result<bool> write_packed(const package::Packed& packed, const fs::path& specification,
                          const fs::path& archive) {
  const bool is_unsigned_now = loses_signature(packed, specification);
  // The specification last: it is what names the archive.
  TRY(os::write_file(archive, packed.archive));
  if (is_unsigned_now) TRY(os::remove_tree(package::signature_of(specification)));
  TRY(os::write_file(specification, packed.text));
  return is_unsigned_now;
}

/// What is written there would be packed the next time.
Status check_output(const AuthorOptions& options) {
  std::error_code error;
  const auto content =
      fs::weakly_canonical(fs::path(options.path) / extensions::kContentDirectory, error);
  const auto output = error ? fs::path() : fs::weakly_canonical(options.output, error);
  if (error) return fail(std::format("cannot find the directories: {}", error.message()));
  const auto [end, rest] = std::ranges::mismatch(content, output);
  if (end != content.end()) return {};
  return fail(
      ErrorKind::invalid,
      std::format("'{}' is a part of the project's content", printable(output.string(), 4096)),
      "choose another directory with --output");
}

int pack(const AuthorOptions& options) {
  if (const Status apart = check_output(options); !apart) return report(apart.error(), kUsage);
  const auto packed = pack_project(options.path);
  if (!packed) return packed.error();
  const std::string name = extensions::title(packed->specification);
  const fs::path specification = fs::path(options.output) / (name + ".yaml");
  const fs::path archive = fs::path(options.output) / (name + ".tgz");
  const auto is_unsigned_now = write_packed(*packed, specification, archive);
  if (!is_unsigned_now) return report(is_unsigned_now.error());
  return print_answer(
      {{"specification", specification.string()},
       {"archive", archive.string()},
       {"files", packed->specification.files.size()},
       {"lost_signature", *is_unsigned_now}},
      std::format("wrote {0} and {1} ({2} files)\n{3}'muster ext sign {0} --key FILE' signs it",
                  printable(specification.string(), 4096), printable(archive.string(), 4096),
                  packed->specification.files.size(),
                  *is_unsigned_now ? "the signature of what was there before is gone\n" : ""));
}

/// Empty: there is none.
Result<std::string> read_password(const AuthorOptions& options) {
  if (options.password_file.empty()) return std::string();
  TRY_ASSIGN(const std::string text, os::read_file(options.password_file, 1024));
  const std::string password(trim(text));
  if (!password.empty()) return password;
  return fail(std::format("'{}' has no password", printable(options.password_file, 4096)),
              "write the password into it, in one line");
}

/// Errors: no files can be called so, or they are there.
Status check_key_names(const AuthorOptions& options) {
  const fs::path name = options.path;
  if (!name.has_filename() || name.filename().string().starts_with('.')) {
    return fail(ErrorKind::invalid, std::format("'{}' is no name", printable(options.path, 4096)),
                "such as 'ada', which makes ada.key and ada.pub");
  }
  for (const char* const ending : {".key", ".pub"}) {
    const std::string file = options.path + ending;
    if (os::is_missing(file)) continue;
    return fail(ErrorKind::conflict,
                std::format("'{}' is there, and would be lost", printable(file, 4096)),
                "choose another name");
  }
  return {};
}

int make_keys(const AuthorOptions& options) {
  if (options.password_file.empty() != options.no_password) {
    return report({.message = "one of two options is needed, and not both",
                   .hint = "--password-file FILE protects the secret key with a password; "
                           "--no-password leaves it to the permissions of its file"},
                  kUsage);
  }
  if (const Status may = check_key_names(options); !may) return report(may.error(), kUsage);
  const fs::path secret = options.path + ".key";
  const fs::path open = options.path + ".pub";
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
  TRY_ASSIGN(const std::string text, os::read_plain_file(options.secret_key, 4096));
  auto key = package::parse_secret_key(text, password);
  if (key) return *key;
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
  const fs::path signature = package::signature_of(specification);
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
      ->type_name(value::kFile)
      ->allow_extra_args(false);
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

std::expected<package::Packed, int> pack_project(const fs::path& directory) {
  auto project = package::read_project(directory);
  if (!project) return std::unexpected(report(project.error(), kUsage));
  const fs::path file = directory / package::kProjectFile;
  auto problems = std::move(project->problems);
  if (project->specification) {
    auto packed = package::pack(std::move(*project), file.string());
    if (!packed) return std::unexpected(report(packed.error(), kUsage));
    if (packed->problems.empty()) return std::move(*packed);
    problems = std::move(packed->problems);
  }
  return std::unexpected(
      report(PackageProblems{.problems = std::move(problems), .error = {}}, file));
}

void add_ext_author(CLI::App& noun, Session& session) {
  add_ext_check(noun, session);
  add_ext_pack(noun, session);
  add_ext_keygen(noun, session);
  add_ext_sign(noun, session);
}

}  // namespace muster::cli
