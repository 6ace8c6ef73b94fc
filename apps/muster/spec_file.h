#pragma once
// A cluster.yaml as the verbs that take one read it, and what they say of it.

#include <filesystem>
#include <string>

#include "core/base/result.h"
#include "core/spec/parse.h"

namespace muster::cli {

/// The text of a file; "-" is the standard input. Errors: it cannot be read; a directory.
Result<std::string> read_spec_text(const std::string& file);

/// Where builds keep layers, downloads and the archives' lists: `argument`, or MUSTER_CACHE, or
/// /var/cache/muster. An absolute path.
std::filesystem::path cache_directory(const std::string& argument);

/// Parses the text, and adds the remarks that the archives' lists in the cache allow.
spec::ParseOutcome check_spec(std::string_view text, const std::string& file,
                              const std::filesystem::path& cache);

/// Prints remarks, a line each, on stderr.
void print_remarks(const spec::ParseOutcome& outcome);

}  // namespace muster::cli
