#pragma once
// Changes of the extensions that a head has (extensions/store.h). Root's: whoever writes here
// decides what runs on the head and on all nodes.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/os/handle.h"
#include "extensions/package/package.h"
#include "extensions/store.h"

namespace muster::package {

/// Held while extensions change: from the look at what is there to the last write.
Result<os::Handle> lock_store(const std::filesystem::path& store,
                              const std::function<void(const std::string& holder)>& on_wait);

/// A package whose signature, hashes and rights were checked.
struct NewExtension {
  const PackageFiles& files;
  const extensions::Specification& specification;
  const Content& content;
  std::optional<Signer> signer;
  std::int64_t at_ms = 0;
};

/// Writes the content, and the grant last: a power cut leaves what was before, or the new one. The
/// store is locked. Errors: the disk; nothing is installed then that was not before.
Result<extensions::Installed> add_extension(const NewExtension& added,
                                            const std::filesystem::path& store);

/// Takes the grant away: nobody asks the extension, and nothing is its own, from now on. Its files
/// stay. The store is locked.
Status revoke_grant(const std::string& name, const std::filesystem::path& store);

/// Takes the grant away first, and then the files; fine when it is not there. The store is locked.
Status remove_extension(const std::string& name, const std::filesystem::path& store);

/// The text of a grant as it is, whatever it says; none: there is none. Errors: the disk.
Result<std::optional<std::string>> read_grant_text(const std::string& name,
                                                   const std::filesystem::path& store);

/// Puts a grant back that was there before, byte by byte; none: there was none. Files stay:
/// remove_unused and remove_extension take them away. The store is locked.
Status restore_grant(const std::string& name, const std::optional<std::string>& before,
                     const std::filesystem::path& store);

/// Removes versions that the grant does not name. The store is locked.
Status remove_unused(const std::string& name, const std::filesystem::path& store);

}  // namespace muster::package
