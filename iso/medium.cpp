#include "iso/medium.h"

#include <algorithm>
#include <chrono>
#include <format>

#include "core/base/text.h"
#include "core/crypto/hash.h"
#include "core/os/file_hash.h"
#include "core/os/files.h"
#include "iso/cpio.h"
#include "iso/efi_image.h"
#include "iso/inspect/medium_files.h"
#include "iso/inspection.h"
#include "iso/late_checksum.h"
#include "iso/microcode.h"

namespace muster::iso {
namespace {

namespace fs = std::filesystem;

/// The day of the archives, and a time of day that no other medium of this day has: xorriso makes
/// the volume's UUID and the GUIDs of its partitions of it, and two media may be in one machine.
std::string iso_date(std::int64_t epoch, const std::string& id) {
  constexpr std::uint64_t kDay = 24ULL * 60 * 60 * 100;
  const std::chrono::sys_seconds time{std::chrono::seconds{epoch}};
  const std::uint64_t at = std::stoull(id, nullptr, 16) % kDay;
  const std::uint64_t seconds = at / 100;
  return std::format("{:%Y%m%d}{:02}{:02}{:02}{:02}", time, seconds / 3600, seconds / 60 % 60,
                     seconds % 60, at % 100);
}

constexpr auto kBill = "muster/sbom.spdx.json";

Result<MediumFile> fact_of(const BuildContext& context, const std::string& layer,
                           const std::string& name, const std::string& file) {
  TRY_ASSIGN(const auto facts, context.store.read_facts(layer_named(context.layers, layer)));
  const auto found = facts.find(name);
  if (found == facts.end()) return fail(std::format("layer '{}' has no '{}'", layer, name));
  return MediumFile{file, found->second.size, found->second.sha256};
}

class Assembler {
 public:
  Assembler(const BuildContext& context, fs::path work)
      : context_(context), work_(std::move(work)), stage_(work_ / "stage") {}

  Result<Medium> assemble(const fs::path& out) {
    medium_.id = medium_id(context_.layers, context_.inputs, context_.spec);
    TRY(copy_bootable());
    TRY(write_menus());
    TRY(add_head_initrd());
    TRY(add_layers());
    TRY(add_images());
    TRY(add_microcode());
    TRY(add_papers());
    TRY(fix_dates());
    TRY(run_step(context_, {.argv = xorriso_arguments(stage_, grafts_, out, context_.index.epoch,
                                                      medium_.id)}));
    TRY(write_late_checksum(context_.runner, out));
    return std::move(medium_);
  }

 private:
  fs::path layer_folder(const std::string& name) const {
    return context_.store.path_of(layer_named(context_.layers, name));
  }

  Status graft(const std::string& layer, const std::string& name, const std::string& file) {
    TRY_ASSIGN(const auto fact, fact_of(context_, layer, name, file));
    medium_.files.push_back(fact);
    grafts_.push_back({file, layer_folder(layer) / name});
    // A folder that xorriso makes itself has the date of the build.
    TRY(os::make_directory((stage_ / file).parent_path()));
    return {};
  }

  Status copy_bootable() {
    TRY(run_step(context_, {.argv = {"cp", "-a", (layer_folder("tools") / "binary").string(),
                                     stage_.string()}}));
    // Of live-build's tree we keep the loaders; its menus, themes and kernels are replaced.
    for (const auto* name :
         {"boot/grub/live-theme", "boot/grub/config.cfg", "boot/grub/theme.cfg",
          "boot/grub/loopback.cfg", "boot/grub/splash.png", "efi.img", "isolinux/hdt.c32",
          "isolinux/libcom32.c32", "isolinux/libgpl.c32", "isolinux/libmenu.c32",
          "isolinux/live.cfg", "isolinux/menu.cfg", "isolinux/stdmenu.cfg",
          "isolinux/utilities.cfg", "isolinux/vesamenu.c32"}) {
      TRY(os::remove_tree(stage_ / name));
    }
    TRY_ASSIGN(const auto names, os::list_directory(stage_ / "live"));
    for (const auto& name : names) {
      if (!name.starts_with("memtest")) TRY(os::remove_tree(stage_ / "live" / name));
    }
    return {};
  }

  Status write_menus() {
    const auto present = fs::exists(stage_ / "live/memtest.bin");
    const BootMenu menu{
        .title = std::format("Muster: cluster {}", context_.spec.name),
        .id = medium_.id,
        .kernel_arguments = live_arguments(),
        .microcode = head_microcode(),
        .memory_test = present ? BootMenu::MemoryTest::present : BootMenu::MemoryTest::absent};
    TRY(os::write_file(stage_ / "isolinux/isolinux.cfg", render_isolinux(menu)));
    TRY(os::write_file(stage_ / "boot/grub/grub.cfg", render_grub(menu)));
    TRY(os::write_file(stage_ / ".disk" / ("muster-" + menu.id), menu.id + "\n"));
    TRY(os::write_file(stage_ / ".disk/live-uuid-muster", menu.id + "\n"));
    const auto efi = work_ / "grub.cfg";
    TRY(os::write_file(efi, render_efi_grub(menu)));
    const auto key_manager = stage_ / "EFI/boot/mmx64.efi";
    TRY(set_date(efi));
    TRY(set_date(key_manager));
    return extend_efi_image(context_, stage_ / "boot/grub/efi.img",
                            {.grub_config = efi, .key_manager = key_manager}, medium_.id, work_);
  }

  /// The head's initial RAM disk, told by an archive behind it which medium is its own: live-boot
  /// compares /conf/uuid.conf with /.disk/live-uuid* of each medium it finds.
  Status add_head_initrd() {
    TRY(graft("base", "vmlinuz", "live/vmlinuz"));
    const auto initrd = stage_ / "live/initrd.img";
    std::error_code error;
    fs::copy_file(layer_folder("base") / "initrd.img", initrd, error);
    if (error) return fail(std::format("cannot copy the initrd: {}", error.message()));
    const auto size = fs::file_size(initrd);
    const auto archive = render_cpio({{"conf/uuid.conf", medium_.id + "\n"}});
    return os::append_file(initrd, std::string((4 - size % 4) % 4, '\0') + archive);
  }

  Status add_layers() {
    for (const auto& layer : context_.layers) {
      if (layer.medium_path.empty()) continue;
      TRY(graft(layer.name, "layer.squashfs", layer.medium_path));
    }
    return {};
  }

  Status add_images() {
    for (const auto& image : images_of(context_.spec)) {
      const auto folder = std::format("muster/image/{}", image.name);
      const auto last = muster_image_layer(image.name);
      ImageManifest manifest{.name = image.name,
                             .kernel_arguments = spec::texts_of(image.kernel_arguments)};
      TRY_ASSIGN(manifest.kernel, fact_of(context_, "base", "vmlinuz", "live/vmlinuz"));
      for (const auto& name : {std::string("base"), image_layer(image.name), last}) {
        const auto& layer = layer_named(context_.layers, name);
        TRY_ASSIGN(auto fact, fact_of(context_, name, "layer.squashfs", layer.medium_path));
        manifest.layers.push_back(std::move(fact));
      }
      if (fs::exists(layer_folder(last) / "node-initrd.img")) {
        TRY(graft(last, "node-initrd.img", folder + "/initrd.img"));
        manifest.initrd = medium_.files.back();
      }
      TRY(os::write_file(stage_ / folder / "manifest.json", render_image_manifest(manifest)));
    }
    return {};
  }

  /// Each image of the layer, and the manifest that tells the head which is whose.
  Status add_microcode() {
    if (!has_microcode()) return {};
    const std::string name = "microcode";
    const auto& layer = layer_named(context_.layers, name);
    TRY_ASSIGN(const auto facts, context_.store.read_facts(layer));
    for (const auto& [source, fact] : facts) {
      const auto file = fs::path(kMicrocodeFolder) / fs::path(source).filename();
      TRY(graft(name, source, file.string()));
    }
    return {};
  }

  /// The medium does not know on whose processor it will start, so it has both vendors'.
  std::vector<std::string> head_microcode() const {
    if (!has_microcode()) return {};
    return {std::format("/{}/amd.img", kMicrocodeFolder),
            std::format("/{}/intel.img", kMicrocodeFolder)};
  }

  bool has_microcode() const {
    return std::ranges::contains(context_.layers, LayerKind::microcode, &LayerPlan::kind);
  }

  Status add_papers() {
    TRY_ASSIGN(auto contents, read_contents(context_));
    TRY(os::write_file(stage_ / "muster/packages", render_package_list(contents)));
    if (!context_.inputs.spec_text.empty()) {
      TRY(os::write_file(stage_ / kMediumSpec, context_.inputs.spec_text));
    }
    for (const auto& [file, content] : context_.inputs.files) {
      TRY(os::write_file(stage_ / file, content));
    }
    for (const auto& layer : contents) {
      for (const auto& [package, text] : layer.texts) {
        TRY(os::write_file(stage_ / licence_file(package), text));
      }
    }
    TRY(hash_stage());
    medium_.bill = {
        .id = medium_.id,
        .epoch = context_.index.epoch,
        .layers = std::move(contents),
        .of_others = context_.inputs.of_others,
        .left_out = {kBill, inspect::kChecksumFile, late_file().file, "isolinux/boot.cat"}};
    for (const auto& deb : context_.inputs.debs) medium_.bill.own.insert(deb.package);
    TRY(bill_files());
    const std::string text = render_spdx(medium_.bill);
    TRY(os::write_file(stage_ / kBill, text));
    medium_.files.push_back({kBill, text.size(), crypto::sha256(text)});
    medium_.files.push_back(late_file());
    return os::write_file(stage_ / inspect::kChecksumFile, render_checksums(medium_.files));
  }

  Status hash_stage() {
    const auto late = late_file();
    for (const auto& entry : fs::recursive_directory_iterator(stage_)) {
      const auto file = fs::relative(entry.path(), stage_).string();
      if (!entry.is_regular_file() || file == late.file) continue;
      TRY_ASSIGN(auto hash, os::sha256_file(entry.path()));
      medium_.files.push_back({file, entry.file_size(), std::move(hash)});
    }
    std::ranges::sort(medium_.files, {}, &MediumFile::file);
    return {};
  }

  Status bill_files() {
    for (const auto& file : medium_.files) {
      const auto graft = std::ranges::find(grafts_, file.file, &Graft::file);
      TRY_ASSIGN(const auto sha1,
                 os::sha1_file(graft == grafts_.end() ? stage_ / file.file : graft->source));
      medium_.bill.files.push_back({file.file, sha1, file.sha256});
    }
    return {};
  }

  Status set_date(const fs::path& path) {
    const auto time = std::chrono::file_clock::from_sys(
        std::chrono::sys_seconds{std::chrono::seconds{context_.index.epoch}});
    std::error_code error;
    fs::last_write_time(path, time, error);
    if (error) return fail(std::format("cannot date '{}': {}", path.string(), error.message()));
    return {};
  }

  Status fix_dates() {
    for (const auto& graft : grafts_) TRY(set_date(graft.source));
    std::vector<fs::path> all = {stage_};
    for (const auto& entry : fs::recursive_directory_iterator(stage_)) {
      if (!entry.is_symlink()) all.push_back(entry.path());
    }
    for (const auto& path : all) TRY(set_date(path));
    return {};
  }

  const BuildContext& context_;
  fs::path work_;
  fs::path stage_;
  Medium medium_;
  std::vector<Graft> grafts_;
};

}  // namespace

std::string medium_id(const std::vector<LayerPlan>& layers, const PlanInputs& inputs,
                      const spec::ClusterSpec& spec) {
  std::string all = std::format("medium {}\n{}\n{}\n{}\n", inputs.recipe.medium, inputs.epoch,
                                spec.name, inputs.spec_text);
  for (const auto& layer : layers) all += std::format("{} {}\n", layer.name, layer.key);
  for (const auto& image : images_of(spec))
    all += join(spec::texts_of(image.kernel_arguments), " ") + "\n";
  for (const auto& [file, content] : inputs.files) {
    all += std::format("{} {}\n", file, crypto::sha256(content));
  }
  return crypto::sha256(all).substr(0, 12);
}

std::vector<std::string> xorriso_arguments(const std::filesystem::path& stage,
                                           const std::vector<Graft>& grafts,
                                           const std::filesystem::path& out, std::int64_t epoch,
                                           const std::string& id) {
  std::vector<std::string> arguments = {"xorriso",
                                        "-as",
                                        "mkisofs",
                                        "-quiet",
                                        "-R",
                                        "-r",
                                        "-J",
                                        "-joliet-long",
                                        "-l",
                                        "-iso-level",
                                        "3",
                                        "-isohybrid-mbr",
                                        (stage / kMbr).string(),
                                        "-partition_offset",
                                        "16",
                                        "-A",
                                        "Muster",
                                        "-publisher",
                                        "Muster",
                                        "-V",
                                        "MUSTER",
                                        "--modification-date=" + iso_date(epoch, id),
                                        "-b",
                                        "isolinux/isolinux.bin",
                                        "-c",
                                        "isolinux/boot.cat",
                                        "-no-emul-boot",
                                        "-boot-load-size",
                                        "4",
                                        "-boot-info-table",
                                        "-eltorito-alt-boot",
                                        "-e",
                                        "boot/grub/efi.img",
                                        "-no-emul-boot",
                                        "-isohybrid-gpt-basdat",
                                        "-isohybrid-apm-hfsplus",
                                        "-o",
                                        out.string(),
                                        "-graft-points",
                                        "/=" + stage.string()};
  for (const auto& graft : grafts) {
    arguments.push_back(std::format("{}={}", graft.file, graft.source.string()));
  }
  return arguments;
}

Result<Medium> build_medium(const BuildContext& context, const std::filesystem::path& work,
                            const std::filesystem::path& out) {
  return Assembler(context, work).assemble(out);
}

}  // namespace muster::iso
