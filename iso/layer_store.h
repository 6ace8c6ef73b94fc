#pragma once
// The cache of finished layers: one folder each, named NAME-KEY. A layer appears under its name by
// one rename when it is complete and on the disk. What is being made has a name of its own each
// time: a program that outlives a killed build still writes where nobody looks, and the next build
// removes it.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/os/handle.h"
#include "iso/layer_plan.h"

namespace muster::iso {

/// Size and hash of a file that a layer offers.
struct FileFact {
  std::uint64_t size = 0;
  std::string sha256;
  bool operator==(const FileFact&) const = default;
};

/// What layer.json says of a layer: its files by name.
using LayerFacts = std::map<std::string, FileFact>;

std::string render_layer_facts(const LayerFacts& facts);
/// Errors: not what render_layer_facts wrote.
Result<LayerFacts> parse_layer_facts(std::string_view text);

/// Owns: the lock on the cache, so that two builds never write one.
class LayerStore {
 public:
  /// Waits while another build holds the cache; `on_wait` is told first, with what that build says
  /// of itself. Errors: interrupted; no space; not writable.
  static Result<LayerStore> open(const std::filesystem::path& directory,
                                 const std::function<void(const std::string&)>& on_wait = {});
  /// For a look at what is there, without a lock: a build may go on meanwhile. Nothing may be made,
  /// and the directory need not be there.
  static LayerStore look(const std::filesystem::path& directory);

  const std::filesystem::path& directory() const { return directory_; }

  /// Where the finished layer is or will be.
  std::filesystem::path path_of(const LayerPlan& layer) const;
  /// Whether the layer is there, with every file as large as it was when it was finished.
  bool holds(const LayerPlan& layer) const;
  /// Reads all files of a layer that is there. Errors: one has another content than when the layer
  /// was finished, or cannot be read.
  Status check(const LayerPlan& layer) const;
  /// Removes a layer, for one to be made in its place.
  Status remove(const LayerPlan& layer) const;
  /// Errors: the layer's own record cannot be read.
  Result<LayerFacts> read_facts(const LayerPlan& layer) const;

  /// An empty folder to make the layer in.
  Result<std::filesystem::path> begin(const LayerPlan& layer) const;
  /// An empty folder to make anything in; `name` is for people.
  Result<std::filesystem::path> begin(const std::string& name) const;
  /// Records `files` of the folder that begin() gave, and makes it the finished layer.
  Status commit(const LayerPlan& layer, const std::filesystem::path& folder,
                const std::vector<std::string>& files) const;

  /// Removes what builds left that were killed or failed. An error for each that cannot be removed
  /// now, since a program of such a build still writes there; nothing else is hindered by it.
  std::vector<Error> clean() const;

  /// Removes layers of former inputs but for the newest `keep` of each name; those of `used` stay.
  Status prune(const std::vector<LayerPlan>& used, std::size_t keep) const;

 private:
  std::filesystem::path partial_path(const std::string& name) const;
  Status discard(const std::filesystem::path& layer) const;

  LayerStore(std::filesystem::path directory, os::Handle lock)
      : directory_(std::move(directory)), lock_(std::move(lock)) {}
  std::filesystem::path directory_;
  os::Handle lock_;
};

}  // namespace muster::iso
