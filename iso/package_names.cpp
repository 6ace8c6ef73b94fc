#include "iso/package_names.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "core/os/files.h"

namespace muster::iso {
namespace {

/// The rest of each line that starts with `field`. Lists have millions of lines, so that only those
/// that are wanted become texts.
template <typename Take>
void each_field(std::string_view list, std::string_view field, Take take) {
  const std::string start = "\n" + std::string(field);
  std::size_t at = list.starts_with(field) ? field.size() : std::string_view::npos;
  if (at == std::string_view::npos) {
    const std::size_t found = list.find(start);
    if (found == std::string_view::npos) return;
    at = found + start.size();
  }
  while (true) {
    const std::size_t end = std::min(list.find('\n', at), list.size());
    take(trim(list.substr(at, end - at)));
    const std::size_t found = list.find(start, end);
    if (found == std::string_view::npos) return;
    at = found + start.size();
  }
}

}  // namespace

void add_package_names(std::string_view list, std::vector<std::string>& names) {
  each_field(list, "Package:", [&](std::string_view name) { names.emplace_back(name); });
  each_field(list, "Provides:", [&](std::string_view provided) {
    for (const std::string& one : split(provided, ',')) {
      const std::string_view name = trim(one);
      names.emplace_back(name.substr(0, name.find_first_of(" (")));
    }
  });
}

Result<std::vector<std::string>> read_package_names(const std::filesystem::path& lists) {
  constexpr std::size_t kLargestList = std::size_t{512} << 20;
  std::vector<std::string> names;
  TRY_ASSIGN(const auto files, os::list_directory(lists));
  for (const std::string& name : files) {
    if (!name.ends_with("_Packages")) continue;
    TRY_ASSIGN(const std::string list, os::read_file(lists / name, kLargestList));
    add_package_names(list, names);
  }
  std::ranges::sort(names);
  const auto again = std::ranges::unique(names);
  names.erase(again.begin(), again.end());
  return names;
}

Result<std::optional<std::vector<std::string>>> read_release_names(const std::filesystem::path& apt,
                                                                   std::string_view release) {
  const auto lists = apt / "lists";
  std::error_code error;
  if (!std::filesystem::is_directory(lists, error)) return std::nullopt;
  TRY_ASSIGN(const auto files, os::list_directory(lists));
  const std::string main = std::format("_dists_{}_main_binary-amd64_Packages", release);
  const bool whole =
      std::ranges::any_of(files, [&](const std::string& name) { return name.ends_with(main); });
  if (!whole) return std::nullopt;
  return read_package_names(lists);
}

}  // namespace muster::iso
