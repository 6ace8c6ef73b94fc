#include "core/base/device_file.h"

#include <array>

#include "core/base/text.h"

namespace muster {

std::optional<DeviceFile> parse_device_file(std::string_view path) {
  constexpr std::size_t kMostDigits = 4;
  for (const std::string_view kind : std::array{kNvidiaDevice, kRenderDevice, kAccelDevice}) {
    if (!path.starts_with(kind)) continue;
    const std::string_view digits = path.substr(kind.size());
    const auto number = parse_number(digits);
    const bool plain = digits.size() <= kMostDigits && (digits == "0" || !digits.starts_with('0'));
    if (number && plain) return DeviceFile{.kind = kind, .number = *number};
  }
  return std::nullopt;
}

}  // namespace muster
