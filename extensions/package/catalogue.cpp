#include "extensions/package/catalogue.h"

#include <algorithm>
#include <format>

#include "core/os/files.h"
#include "core/spec/reader.h"
#include "extensions/package/package.h"

namespace muster::package {
namespace {

namespace fs = std::filesystem;

/// By name, and the newest first.
bool comes_before(const Offer& one, const Offer& other) {
  const extensions::Specification& a = one.specification;
  const extensions::Specification& b = other.specification;
  return a.name != b.name ? a.name < b.name : a.version > b.version;
}

}  // namespace

Result<std::vector<Offer>> read_catalogue(const fs::path& directory) {
  std::vector<Offer> offers;
  TRY_ASSIGN(const std::vector<std::string> names, os::list_directory(directory));
  for (const std::string& name : names) {
    const fs::path file = directory / name;
    if (file.extension() != ".yaml") continue;
    TRY_ASSIGN(const std::string text, os::read_plain_file(file, spec::kMaxFileSize));
    auto outcome = extensions::parse_specification(text, file.string(), extensions::Form::package);
    if (!outcome.specification || title(*outcome.specification) != file.stem()) continue;
    offers.push_back({.file = file, .specification = std::move(*outcome.specification)});
  }
  std::ranges::sort(offers, comes_before);
  return offers;
}

Result<std::optional<fs::path>> find_package(const fs::path& directory, std::string_view name,
                                             std::string_view version) {
  if (!version.empty()) {
    const fs::path file = directory / std::format("{}-{}.yaml", name, version);
    return os::is_missing(file) ? std::nullopt : std::optional(file);
  }
  TRY_ASSIGN(const std::vector<std::string> files, os::list_directory(directory));
  const std::string beginning = std::format("{}-", name);
  std::optional<extensions::Version> newest;
  for (const std::string& file : files) {
    const std::string stem = fs::path(file).stem().string();
    if (fs::path(file).extension() != ".yaml" || !stem.starts_with(beginning)) continue;
    const auto other = extensions::parse_version(stem.substr(beginning.size()));
    if (other && (!newest || *other > *newest)) newest = *other;
  }
  if (!newest) return std::nullopt;
  return directory / std::format("{}{}.yaml", beginning, to_string(*newest));
}

}  // namespace muster::package
