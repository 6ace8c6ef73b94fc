#include "iso/squash.h"

#include "core/base/text.h"
#include "core/os/files.h"

namespace muster::iso {

std::vector<std::string> squash_arguments(const std::filesystem::path& tree,
                                          const std::filesystem::path& out,
                                          const std::filesystem::path& exclude_file) {
  return {"mksquashfs",
          tree.string(),
          out.string(),
          "-noappend",
          "-no-progress",
          "-quiet",
          "-comp",
          "zstd",
          "-Xcompression-level",
          std::to_string(kZstdLevel),
          "-b",
          "256K",
          "-xattrs-exclude",
          "^trusted\\.overlay\\.(origin|impure|uuid|nlink)",
          "-wildcards",
          "-ef",
          exclude_file.string()};
}

std::string render_excludes(const DataFiles& data, LayerKind kind) {
  std::vector<std::string> patterns;
  for (const auto& list : squash_lists(kind)) {
    const auto more = data.list(list);
    patterns.insert(patterns.end(), more.begin(), more.end());
  }
  return join(patterns, "\n") + "\n";
}

Status squash(const BuildContext& context, LayerKind kind, const std::filesystem::path& folder,
              const std::string& tree) {
  const auto excludes = folder / "squash.exclude";
  TRY(os::write_file(excludes, render_excludes(context.inputs.data, kind)));
  TRY(run_step(context,
               {.argv = squash_arguments(folder / tree, folder / "layer.squashfs", excludes)}));
  return os::remove_tree(excludes);
}

}  // namespace muster::iso
