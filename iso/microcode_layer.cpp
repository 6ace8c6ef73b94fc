// The microcode of processors: files of two packages that are unpacked, not installed, since what
// their scripts do (make initial RAM disks for this machine's processor) is what nobody wants here.

#include <format>

#include "core/crypto/hash.h"
#include "core/os/files.h"
#include "iso/apt_settings.h"
#include "iso/build_context.h"
#include "iso/microcode.h"

namespace muster::iso {
namespace {

namespace fs = std::filesystem;

/// The files of a folder that begin with `start`, by name; none when there is no such folder.
Result<std::map<std::string, std::string>> read_files(const fs::path& folder,
                                                      std::string_view start) {
  std::map<std::string, std::string> files;
  TRY_ASSIGN(const auto names, os::list_directory(folder));
  for (const auto& name : names) {
    if (!name.starts_with(start)) continue;
    TRY_ASSIGN(files[name], os::read_file(folder / name));
  }
  return files;
}

/// Unpacks every package file of `debs`; what dpkg(1) would write of them in its status file.
Result<std::string> unpack(const BuildContext& context, const fs::path& debs, const fs::path& to) {
  std::string status;
  TRY_ASSIGN(const auto names, os::list_directory(debs));
  for (const auto& name : names) {
    const auto file = (debs / name).string();
    TRY(run_step(context, {.argv = {"dpkg-deb", "--extract", file, to.string()}}));
    TRY_ASSIGN(const auto fields,
               run_checked(context.runner, {.argv = {"dpkg-deb", "--field", file, "Package",
                                                     "Version", "Architecture", "Source"}}));
    status += std::format("{}Status: install ok installed\n\n", fields);
  }
  return status;
}

Status write_images(const std::vector<MicrocodeImage>& images, const fs::path& folder) {
  std::vector<MicrocodeFile> files;
  for (const auto& image : images) {
    TRY(os::write_file(folder / image.name, image.archive));
    files.push_back({.file = {.file = std::format("{}/{}", kMicrocodeFolder, image.name),
                              .size = image.archive.size(),
                              .sha256 = crypto::sha256(image.archive)},
                     .vendor = image.vendor,
                     .processors = image.processors});
  }
  return os::write_file(folder / "manifest.json", render_microcode_manifest(files));
}

}  // namespace

Status build_microcode(const BuildContext& context, const LayerPlan& layer,
                       const fs::path& folder) {
  const auto debs = folder / "debs";
  const auto tree = folder / "tree";
  TRY(make_fetch_directory(debs));
  TRY(os::make_directory(tree));
  TRY(run_step(context, {.argv = download_arguments(context.index, layer.packages), .cwd = debs}));
  TRY_ASSIGN(const auto status, unpack(context, debs, tree));
  TRY_ASSIGN(const auto intel, read_files(tree / "usr/lib/firmware/intel-ucode", ""));
  TRY_ASSIGN(const auto amd, read_files(tree / "usr/lib/firmware/amd-ucode", "microcode_amd"));
  TRY_ASSIGN(const auto images, plan_microcode(intel, amd));
  TRY(write_images(images, folder / "microcode"));
  TRY(os::write_file(tree / "var/lib/dpkg/status", status));
  TRY(os::remove_tree(debs));
  return keep_records(tree);
}

}  // namespace muster::iso
