#include "iso/layer_apt.h"

#include <algorithm>
#include <array>
#include <format>

#include "core/os/files.h"

namespace muster::iso {
namespace {

namespace fs = std::filesystem;

/// Whether a setting names a file that a connection needs; others that name files are programs.
bool names_a_file(const std::string& setting) {
  static constexpr std::array<std::string_view, 5> kNames = {"::CaInfo", "::SslCert", "::SslKey",
                                                             "::IssuerCert", "::CrlFile"};
  return std::ranges::any_of(kNames, [&](auto name) { return setting.ends_with(name); });
}

/// Whom to believe is for everybody: what fetches reads it as apt's own user. A key is root's, and
/// so is a certificate of our own, which may lie in one file with its key.
os::FileMode mode_of(const std::string& setting) {
  const bool is_own = setting.ends_with("::SslKey") || setting.ends_with("::SslCert");
  return {.mode = is_own ? 0600U : 0644U};
}

/// The settings with copies of the files that they name.
Result<AptSettings> copy_files(const AptSettings& settings, const fs::path& root,
                               const fs::path& folder) {
  AptSettings inside;
  for (const auto& [name, value] : settings) {
    if (!value.starts_with('/')) {
      inside.push_back({name, value});
    } else if (names_a_file(name)) {
      const auto copy = folder / std::format("file-{}", inside.size());
      TRY_ASSIGN(const auto text, os::read_file(value));
      TRY(os::write_file(root / copy, text, mode_of(name)));
      inside.push_back({name, ("/" / copy).string()});
    }
  }
  return inside;
}

}  // namespace

AptSettings outer_settings(const AptIndex& index) {
  auto settings = index.settings;
  settings.insert(settings.end(),
                  {{"Dir::Etc::netrc", index.logins.string()}, {"Dir::Etc::netrcparts", "-"}});
  return settings;
}

Result<AptSettings> write_layer_apt(const AptIndex& index, const fs::path& root,
                                    const fs::path& folder) {
  TRY_ASSIGN(auto settings, copy_files(index.settings, root, folder));
  TRY_ASSIGN(const auto logins, os::read_file(index.logins));
  TRY(os::write_file(root / folder / "auth.conf", logins, {.mode = 0600}));
  TRY(os::write_file(root / folder / "sources.list", render_sources(verified_sources(index))));
  const auto there = "/" / folder;
  settings.insert(settings.end(), {{"Dir::Etc::sourcelist", (there / "sources.list").string()},
                                   {"Dir::Etc::sourceparts", "-"},
                                   {"Dir::Etc::netrc", (there / "auth.conf").string()},
                                   {"Dir::Etc::netrcparts", "-"}});
  return settings;
}

std::vector<AptSource> verified_sources(const AptIndex& index) {
  auto archives = index.sources;
  for (auto& archive : archives) {
    std::erase_if(archive.options, [](const auto& option) { return option.first != "trusted"; });
  }
  return archives;
}

}  // namespace muster::iso
