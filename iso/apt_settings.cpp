#include "iso/apt_settings.h"

#include <algorithm>
#include <array>
#include <format>

#include "core/base/text.h"
#include "core/os/files.h"

namespace muster::iso {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCertificates = "Acquire::https::CaInfo";
constexpr const char* kTrusted = "/etc/ssl/certs/ca-certificates.crt";

bool is_wanted(std::string_view name) {
  static constexpr std::array<std::string_view, 6> kWanted = {
      "Acquire::http::",  "Acquire::https::",       "Acquire::Check-",
      "Acquire::Retries", "Acquire::Max-ValidTime", "Acquire::ForceIPv"};
  // "NAME::" is an element of a list; there is none among these that matters.
  return !name.ends_with("::") &&
         std::ranges::any_of(kWanted, [&](auto start) { return name.starts_with(start); });
}

}  // namespace

AptSettings parse_apt_settings(std::string_view dumped) {
  static constexpr std::string_view kOpen = " \"";
  static constexpr std::string_view kClose = "\";";
  AptSettings settings;
  for (const auto& line : lines(dumped)) {
    const auto open = line.find(kOpen);
    if (open == std::string::npos || !line.ends_with(kClose)) continue;
    const auto start = open + kOpen.size();
    if (line.size() <= start + kClose.size()) continue;
    AptSetting setting{line.substr(0, open),
                       line.substr(start, line.size() - start - kClose.size())};
    if (is_wanted(setting.name)) settings.push_back(std::move(setting));
  }
  return settings;
}

std::string render_apt_settings(const AptSettings& settings) {
  std::string text;
  for (const auto& [name, value] : settings) text += std::format("{} \"{}\";\n", name, value);
  return text;
}

Result<AptSettings> read_apt_settings(os::CommandRunner& runner) {
  TRY_ASSIGN(const auto dumped, run_checked(runner, {.argv = {"apt-config", "dump"}}));
  auto settings = parse_apt_settings(dumped);
  const bool named = std::ranges::contains(settings, kCertificates, &AptSetting::name);
  if (!named && fs::is_regular_file(kTrusted)) {
    settings.push_back({std::string(kCertificates), kTrusted});
  }
  return settings;
}

Result<AptSettings> copy_certificates(const AptSettings& settings, const fs::path& root,
                                      const fs::path& folder) {
  AptSettings inside;
  for (const auto& [name, value] : settings) {
    if (!value.starts_with('/')) {
      inside.push_back({name, value});
    } else if (name.ends_with("::CaInfo")) {
      const auto copy = folder / std::format("certificates-{}", inside.size());
      TRY_ASSIGN(const auto text, os::read_file(value));
      TRY(os::write_file(root / copy, text));
      inside.push_back({name, ("/" / copy).string()});
    }
  }
  return inside;
}

}  // namespace muster::iso
