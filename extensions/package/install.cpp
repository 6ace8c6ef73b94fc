#include "extensions/package/install.h"

#include <format>

#include "core/crypto/hash.h"
#include "core/os/file_lock.h"
#include "core/os/files.h"
#include "core/spec/rules.h"

namespace muster::package {

using namespace extensions;
namespace {

namespace fs = std::filesystem;

/// What is being written; no name of an extension begins so.
constexpr std::string_view kUnfinished = ".new-";

/// What is left of interrupted changes: every directory of an extension that its grant does not
/// name.
Status sweep(const fs::path& directory, const std::optional<Grant>& grant) {
  TRY_ASSIGN(const std::vector<std::string> names, os::list_directory(directory));
  for (const std::string& name : names) {
    const bool is_used = grant && (name == kGrantFile || name == grant->directory());
    if (!is_used) TRY(os::remove_tree(directory / name));
  }
  return {};
}

/// Writes a whole extension into a directory that nobody knows yet.
Status write_extension(const NewExtension& added, const fs::path& directory) {
  TRY(os::make_directory(directory));
  TRY(os::write_file(directory / kSpecificationFile, added.files.specification));
  TRY(write_content(added.content, directory / kContentDirectory));
  return os::sync_filesystem(directory);
}

}  // namespace

Result<os::Handle> lock_store(const fs::path& store,
                              const std::function<void(const std::string& holder)>& on_wait) {
  TRY(os::make_directory(store));
  return os::lock_file(store / ".lock", on_wait);
}

Result<Installed> add_extension(const NewExtension& added, const fs::path& store) {
  const std::string& name = added.specification.name;
  Grant grant{.name = name,
              .version = added.specification.version,
              .specification = crypto::sha256(added.files.specification),
              .rights = added.specification.rights,
              .signer = added.signer ? to_string(*added.signer) : std::string(),
              .at_ms = added.at_ms};
  const fs::path directory = store / name;
  const fs::path unfinished = directory / std::format("{}{}", kUnfinished, grant.directory());
  const fs::path place = directory / grant.directory();
  TRY(os::make_directory(directory));
  Status written = write_extension(added, unfinished);
  if (written) written = os::rename_file(unfinished, place);
  if (written) written = os::write_file(grant_of(store, name), render_grant(grant));
  if (written) return read_installed(store, name);
  // It takes the room that others need.
  TRY(os::remove_tree(unfinished));
  return std::unexpected(written.error());
}

Result<std::optional<std::string>> read_grant_text(const std::string& name, const fs::path& store) {
  if (os::is_missing(grant_of(store, name))) return std::nullopt;
  TRY_ASSIGN(std::string text, os::read_file(grant_of(store, name)));
  return text;
}

Status revoke_grant(const std::string& name, const fs::path& store) {
  CHECK(spec::is_name(name));
  return os::remove_tree(grant_of(store, name));
}

Status remove_extension(const std::string& name, const fs::path& store) {
  TRY(revoke_grant(name, store));
  return os::remove_tree(store / name);
}

Status restore_grant(const std::string& name, const std::optional<std::string>& before,
                     const fs::path& store) {
  if (!before) return revoke_grant(name, store);
  // The same as now on a disk that is full.
  return os::update_file(grant_of(store, name), *before);
}

Status remove_unused(const std::string& name, const fs::path& store) {
  TRY_ASSIGN(const Installed installed, read_installed(store, name));
  return sweep(store / name, installed.grant);
}

}  // namespace muster::package
