#pragma once
// The device files by which programs reach accelerators. A machine names them, the scheduler's
// configuration repeats them and root's helper checks them, so there is one rule of what one is.

#include <cstdint>
#include <optional>
#include <string_view>

namespace muster {

/// "/dev/dri/renderD" and 128 of "/dev/dri/renderD128".
struct DeviceFile {
  /// Refers to a text that lives as long as the program.
  std::string_view kind;
  std::uint64_t number = 0;
  auto operator<=>(const DeviceFile&) const = default;
};

/// Where NVIDIA's own driver shows its cards (its README, "Device nodes").
inline constexpr std::string_view kNvidiaDevice = "/dev/nvidia";
/// The kernel's graphics drivers (Documentation/gpu/drm-uapi.rst, "Render nodes").
inline constexpr std::string_view kRenderDevice = "/dev/dri/renderD";
/// The kernel's drivers of accelerators without graphics (Documentation/accel/introduction.rst).
inline constexpr std::string_view kAccelDevice = "/dev/accel/accel";
/// Which all AMD cards of a machine share beside a file of their own (kernel, drivers/gpu/drm/amd/
/// amdkfd).
inline constexpr std::string_view kAmdSharedDevice = "/dev/kfd";

/// The path of one accelerator's own device file; none for any other path. A number has at most
/// four digits and no zero before others, so that a path has one spelling.
std::optional<DeviceFile> parse_device_file(std::string_view path);

}  // namespace muster
