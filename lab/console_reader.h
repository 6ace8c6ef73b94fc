#pragma once
// Reads a console file to its end, or follows it while its lab is up.

#include <filesystem>
#include <functional>
#include <string_view>

#include "core/base/result.h"

namespace muster::lab {

/// Takes text for a person. Errors: nobody reads any more.
using TextSink = std::function<Status(std::string_view)>;

/// Gives the whole console. Errors: the machine never wrote one.
Status print_console(const std::filesystem::path& file, const TextSink& sink);

/// Gives the console and what is added to it, until the lab in `directory` ends.
Status follow_console(const std::filesystem::path& directory, const std::filesystem::path& file,
                      const TextSink& sink);

}  // namespace muster::lab
