#pragma once
// Files of units of systemd that come from an extension's archive: units/NAME. Root verified them
// when it installed the extension, so its helper can tell them from what anybody wrote since.

#include <filesystem>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "extensions/store.h"

namespace muster::extensions {

/// In the text of such a file: the directory of the extension's own files on the head.
inline constexpr std::string_view kDirectoryWord = "@DIRECTORY@";
/// The same: the directory of what its services keep (data_of).
inline constexpr std::string_view kDataWord = "@DATA@";

/// Where machines have the file of a unit that an extension brings.
std::string unit_path(std::string_view unit);

/// The file of a unit as machines get it. `extension`: its name; `content`: Installed::content.
/// Errors: the archive has no such file, or it is too large.
Result<std::string> read_unit(const std::string& extension, const std::filesystem::path& content,
                              std::string_view unit);

/// The output of a hook with a step `file` in place of each step `unit_file`. What has another form
/// stays as it is. Errors: as read_unit, with the unit.
Result<nlohmann::json> with_unit_files(nlohmann::json output, const Installed& extension);

/// Whether this is the file of a unit in any version of an extension that is in the store: one that
/// is being replaced counts, too. Errors: the store cannot be read.
Result<bool> is_unit_of(const std::filesystem::path& store, const std::string& extension,
                        std::string_view unit, std::string_view text);

}  // namespace muster::extensions
