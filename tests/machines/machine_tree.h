#pragma once
// The recorded machines of tests/fixtures/machines (its README.md has the format), for tests.

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/base/result.h"
#include "core/os/files.h"

namespace muster::testing {

/// Where the folder of a machine is.
std::filesystem::path machine_folder(const std::string& name);

/// The names of all machines, sorted. Errors: there is none.
Result<std::vector<std::string>> machine_names();

/// The machine's /sys, /proc and /dev, unpacked. Errors: no tree.txt and no folder sys; a line that
/// is none, with its number.
Result<os::TemporaryDirectory> unpack_machine(const std::string& name);

/// The right answer, expected.json. Errors: missing or no JSON.
Result<nlohmann::json> read_expected(const std::string& name);

}  // namespace muster::testing
