#include "iso/apt_settings.h"

#include <algorithm>
#include <array>
#include <format>

#include "core/base/text.h"
#include "core/os/files.h"
#include "core/os/name_service.h"

namespace muster::iso {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCertificates = "Acquire::https::CaInfo";
constexpr const char* kFetcher = "_apt";
constexpr const char* kTrusted = "/etc/ssl/certs/ca-certificates.crt";

bool is_wanted(std::string_view name) {
  static constexpr std::array<std::string_view, 13> kWanted = {
      "Acquire::http::", "Acquire::https::", "Acquire::Check-", "Acquire::Retries",
      "Acquire::Max-ValidTime", "Acquire::Min-ValidTime", "Acquire::ForceIPv", "Acquire::By-Hash",
      "Acquire::AllowInsecure", "Acquire::AllowWeak", "Acquire::AllowDowngrade",
      "APT::Get::AllowUnauthenticated",
      // Where apt cannot become another user, its settings say so.
      "APT::Sandbox::User"};
  // "NAME::" is an element of a list; there is none among these that matters.
  return !name.ends_with("::") &&
         std::ranges::any_of(kWanted, [&](auto start) { return name.starts_with(start); });
}

bool names_a_key(std::string_view name) { return name.ends_with("::SslKey"); }

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
  // Only root reads the key of a connection.
  if (std::ranges::any_of(settings, names_a_key, &AptSetting::name)) {
    settings.push_back({"APT::Sandbox::User", "root"});
  }
  const bool named = std::ranges::contains(settings, kCertificates, &AptSetting::name);
  if (!named && fs::is_regular_file(kTrusted)) {
    settings.push_back({std::string(kCertificates), kTrusted});
  }
  return settings;
}

Status add_detected_proxy(os::CommandRunner& runner, const std::string& uri,
                          AptSettings& settings) {
  static constexpr std::string_view kStart = "Using proxy '";
  const auto scheme = uri.substr(0, uri.find(':'));
  const auto names_program = [&](const AptSetting& setting) {
    const auto name = lower(setting.name);
    return name == std::format("acquire::{}::proxy-auto-detect", scheme) ||
           name == std::format("acquire::{}::proxyautodetect", scheme);
  };
  if (std::ranges::none_of(settings, names_program)) return {};
  TRY_ASSIGN(const auto answer,
             run_checked(runner, {.argv = {"/usr/lib/apt/apt-helper", "auto-detect-proxy", uri}}));
  const auto start = answer.find(kStart);
  if (start == std::string::npos) return {};
  const auto rest = answer.substr(start + kStart.size());
  const auto proxy = rest.substr(0, rest.find('\''));
  // None was found: what the settings say otherwise holds.
  if (proxy.empty()) return {};
  const auto host = split(uri.substr(scheme.size() + 3), '/').front();
  settings.push_back(
      {std::format("Acquire::{}::Proxy::{}", scheme, host.substr(0, host.find(':'))), proxy});
  return {};
}

Status make_fetch_directory(const fs::path& directory) {
  TRY(os::remove_tree(directory));
  TRY_ASSIGN(const auto user, os::find_user(kFetcher));
  os::FileMode mode = {.mode = 0755};
  if (user) mode.uid = static_cast<int>(user->uid);
  return os::make_directory(directory, mode);
}

}  // namespace muster::iso
