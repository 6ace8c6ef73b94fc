#include "apps/muster/source_tree.h"

#include <system_error>

namespace muster::cli {

std::optional<std::filesystem::path> find_source_tree() {
  std::error_code error;
  auto folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  while (!error && folder.has_relative_path()) {
    if (std::filesystem::exists(folder / "packaging/layers/base.list", error)) return folder;
    folder = folder.parent_path();
  }
  return std::nullopt;
}

}  // namespace muster::cli
