#include "iso/efi_image.h"

#include <format>
#include <map>
#include <set>

#include "core/os/files.h"

namespace muster::iso {
namespace {

namespace fs = std::filesystem;

/// The image's tree in a directory; mcopy keeps the dates.
Status take_out(const BuildContext& context, const fs::path& image, const fs::path& tree) {
  TRY(os::make_directory(tree));
  return run_step(
      context, {.argv = {"mcopy", "-s", "-m", "-n", "-i", image.string(), "::*", tree.string()}});
}

Status put_in(const BuildContext& context, const fs::path& from, const fs::path& to) {
  return run_step(context,
                  {.argv = {"cp", "--preserve=timestamps", "--", from.string(), to.string()}});
}

/// What is in a directory, by names below it: in this order it gets into the image, so that its
/// bytes do not follow the file system that the directory is on.
struct Tree {
  std::set<std::string> directories;
  std::map<std::string, std::uint64_t> files;
};

Result<Tree> read_tree(const fs::path& place) {
  Tree tree;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(place, error)) {
    const std::string name = fs::relative(entry.path(), place).string();
    if (entry.is_directory()) tree.directories.insert(name);
    if (entry.is_regular_file()) tree.files[name] = entry.file_size();
  }
  if (error) return fail(std::format("cannot read '{}': {}", place.string(), error.message()));
  return tree;
}

Status pack(const BuildContext& context, const fs::path& place, const fs::path& image,
            const std::string& medium_id) {
  TRY_ASSIGN(const Tree tree, read_tree(place));
  std::uint64_t bytes = 0;
  for (const auto& [name, size] : tree.files) bytes += size;
  TRY(os::remove_tree(image));
  TRY(run_step(context, {.argv = {"mkfs.fat", "-C", "--invariant", "-i", medium_id.substr(0, 8),
                                  image.string(), std::to_string(efi_image_size(bytes))}}));
  for (const std::string& name : tree.directories) {
    TRY(run_step(context, {.argv = {"mmd", "-i", image.string(), "::" + name}}));
  }
  for (const auto& [name, size] : tree.files) {
    TRY(run_step(context, {.argv = {"mcopy", "-m", "-i", image.string(), (place / name).string(),
                                    "::" + name}}));
  }
  return {};
}

}  // namespace

std::uint64_t efi_image_size(std::uint64_t bytes) {
  constexpr std::uint64_t kKiB = 1024;
  constexpr std::uint64_t kTables = 128;
  constexpr std::uint64_t kUnit = 64;
  const std::uint64_t needed = bytes / kKiB + bytes / kKiB / 50 + kTables;
  return (needed + kUnit - 1) / kUnit * kUnit;
}

Status extend_efi_image(const BuildContext& context, const fs::path& image, const EfiFiles& files,
                        const std::string& medium_id, const fs::path& work) {
  const fs::path tree = work / "efi";
  TRY(take_out(context, image, tree));
  TRY(put_in(context, files.grub_config, tree / "boot/grub/grub.cfg"));
  TRY(put_in(context, files.key_manager, tree / "EFI/boot/mmx64.efi"));
  TRY(pack(context, tree, image, medium_id));
  return os::remove_tree(tree);
}

}  // namespace muster::iso
