#pragma once
// A whole disk as a place for an image: the only door to bytes of block devices.

#include <cstdint>
#include <filesystem>
#include <functional>

#include "core/base/result.h"

namespace muster::os {

/// Bytes that are done.
using OnBytes = std::function<void(std::uint64_t done)>;

/// Writes a file to the start of a block device, and waits until the device has it. Errors: the
/// device is mounted or otherwise in use; it is no block device; it fails or is too small.
Status write_to_device(const std::filesystem::path& file, const std::filesystem::path& device,
                       const OnBytes& on_bytes = {});

/// Reads back what write_to_device wrote, from the device itself. Errors: it has other bytes, with
/// the place of the first that differs; it fails.
Status compare_with_device(const std::filesystem::path& file, const std::filesystem::path& device,
                           const OnBytes& on_bytes = {});

}  // namespace muster::os
