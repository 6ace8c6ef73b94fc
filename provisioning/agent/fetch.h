#pragma once
// Fetches one file over HTTP into memory's file system: goes on where a transfer broke, and
// believes the result only when length and SHA-256 are right.

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "core/base/result.h"
#include "provisioning/image.h"

namespace muster::agent {

/// Called with the bytes that are there so far.
using OnBytes = std::function<void(Bytes)>;

/// How often one file is tried before the boot is given up and begun again.
inline constexpr int kFetchTries = 6;

/// Writes `artefact` from `url` to `path`; after each failure it waits longer by `pause`. Errors: a
/// server that gives up for good, a file that is shorter or longer than promised, a wrong hash, no
/// memory left; the partial file is removed.
Status fetch(const std::string& url, const provisioning::Artefact& artefact,
             const std::filesystem::path& path, const OnBytes& on_bytes,
             std::chrono::milliseconds pause = std::chrono::milliseconds(500));

}  // namespace muster::agent
