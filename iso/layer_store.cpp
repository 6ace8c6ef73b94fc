#include "iso/layer_store.h"

#include <algorithm>
#include <format>
#include <random>

#include <nlohmann/json.hpp>

#include "core/os/file_hash.h"
#include "core/os/file_lock.h"
#include "core/os/files.h"

namespace muster::iso {
namespace {

constexpr std::string_view kPartial = ".partial";
constexpr auto kRecord = "layer.json";

/// NAME of a folder NAME-KEY; the whole when it is none.
std::string layer_name(const std::string& folder) { return folder.substr(0, folder.rfind('-')); }

}  // namespace

std::string render_layer_facts(const LayerFacts& facts) {
  nlohmann::json json = nlohmann::json::object();
  for (const auto& [name, fact] : facts) {
    json[name] = {{"size", fact.size}, {"sha256", fact.sha256}};
  }
  return json.dump(1) + "\n";
}

Result<LayerFacts> parse_layer_facts(std::string_view text) {
  LayerFacts facts;
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return fail("not a layer's record");
  for (const auto& [name, value] : json.items()) {
    const auto size = value.find("size");
    const auto hash = value.find("sha256");
    if (size == value.end() || hash == value.end() || !size->is_number_unsigned() ||
        !hash->is_string()) {
      return fail(std::format("the record of '{}' lacks size or sha256", name));
    }
    facts[name] = {size->get<std::uint64_t>(), hash->get<std::string>()};
  }
  return facts;
}

Result<LayerStore> LayerStore::open(const std::filesystem::path& directory,
                                    const std::function<void(const std::string&)>& on_wait) {
  TRY(os::make_directory(directory));
  TRY_ASSIGN(auto lock, os::lock_file(directory / "lock", on_wait));
  return LayerStore(directory, std::move(lock));
}

LayerStore LayerStore::look(const std::filesystem::path& directory) {
  return LayerStore(directory, os::Handle());
}

std::filesystem::path LayerStore::path_of(const LayerPlan& layer) const {
  return directory_ / std::format("{}-{}", layer.name, layer.key);
}

bool LayerStore::holds(const LayerPlan& layer) const {
  const auto facts = read_facts(layer);
  if (!facts) return false;
  return std::ranges::all_of(*facts, [&](const auto& fact) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path_of(layer) / fact.first, error);
    return !error && size == fact.second.size;
  });
}

Status LayerStore::check(const LayerPlan& layer) const {
  TRY_ASSIGN(const LayerFacts facts, read_facts(layer));
  for (const auto& [name, fact] : facts) {
    const auto file = path_of(layer) / name;
    TRY_ASSIGN(const std::string now, os::sha256_file(file));
    if (now != fact.sha256) {
      return fail(std::format("'{}' has changed since it was made", file.string()));
    }
  }
  return {};
}

Status LayerStore::remove(const LayerPlan& layer) const {
  CHECK(lock_);
  return discard(path_of(layer));
}

Result<LayerFacts> LayerStore::read_facts(const LayerPlan& layer) const {
  const auto path = path_of(layer) / kRecord;
  TRY_ASSIGN(const auto text, os::read_file(path));
  auto facts = parse_layer_facts(text);
  if (!facts) return wrap(std::format("'{}'", path.string()), facts.error());
  return facts;
}

std::filesystem::path LayerStore::partial_path(const std::string& name) const {
  return directory_ / std::format("{}{}-{:08x}", name, kPartial, std::random_device{}());
}

Status LayerStore::discard(const std::filesystem::path& layer) const {
  if (!std::filesystem::exists(layer)) return {};
  // It loses its name first: killed while it goes, half of it must not be taken for the layer.
  const auto gone = partial_path(layer.filename().string());
  std::error_code error;
  std::filesystem::rename(layer, gone, error);
  if (error) return fail(std::format("cannot remove '{}': {}", layer.string(), error.message()));
  return os::remove_tree(gone);
}

Result<std::filesystem::path> LayerStore::begin(const LayerPlan& layer) const {
  return begin(path_of(layer).filename().string());
}

Result<std::filesystem::path> LayerStore::begin(const std::string& name) const {
  CHECK(lock_);
  auto folder = partial_path(name);
  TRY(os::make_directory(folder));
  return folder;
}

Status LayerStore::commit(const LayerPlan& layer, const std::filesystem::path& folder,
                          const std::vector<std::string>& files) const {
  LayerFacts facts;
  for (const auto& name : files) {
    std::error_code error;
    const auto size = std::filesystem::file_size(folder / name, error);
    if (error) return fail(std::format("layer '{}' has no '{}'", layer.name, name));
    TRY_ASSIGN(auto hash, os::sha256_file(folder / name));
    facts[name] = {size, std::move(hash)};
  }
  TRY(os::write_file(folder / kRecord, render_layer_facts(facts)));
  // The name says that the layer is whole, so it must not reach the disk before the layer does.
  TRY(os::sync_filesystem(folder));
  TRY(discard(path_of(layer)));
  std::error_code error;
  std::filesystem::rename(folder, path_of(layer), error);
  if (error) {
    return fail(std::format("cannot finish layer '{}': {}", layer.name, error.message()));
  }
  return {};
}

std::vector<Error> LayerStore::clean() const {
  CHECK(lock_);
  const auto names = os::list_directory(directory_);
  if (!names) return {names.error()};
  std::vector<Error> errors;
  for (const auto& name : *names) {
    if (!name.contains(kPartial)) continue;
    if (auto removed = os::remove_tree(directory_ / name); !removed) {
      errors.push_back(std::move(removed).error());
    }
  }
  return errors;
}

Status LayerStore::prune(const std::vector<LayerPlan>& used, std::size_t keep) const {
  CHECK(lock_);
  TRY_ASSIGN(const auto names, os::list_directory(directory_));
  std::map<std::string, std::vector<std::filesystem::path>> old;
  for (const auto& name : names) {
    const auto path = directory_ / name;
    if (!std::filesystem::is_directory(path)) continue;
    const bool in_use =
        std::ranges::any_of(used, [&](const auto& l) { return path_of(l) == path; });
    if (in_use || name.contains(kPartial) || !std::filesystem::exists(path / kRecord)) continue;
    old[layer_name(name)].push_back(path);
  }
  for (auto& [name, paths] : old) {
    std::ranges::sort(paths, std::ranges::greater{}, [](const auto& path) {
      std::error_code error;
      return std::filesystem::last_write_time(path / kRecord, error);
    });
    for (std::size_t i = keep; i < paths.size(); ++i) TRY(discard(paths[i]));
  }
  return {};
}

}  // namespace muster::iso
