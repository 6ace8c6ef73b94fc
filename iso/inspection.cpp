#include "iso/inspection.h"

#include <algorithm>
#include <array>
#include <format>
#include <set>

#include <nlohmann/json.hpp>

#include "core/os/files.h"
#include "core/spec/parse.h"
#include "iso/apt_sources.h"
#include "iso/inspect/boot_record.h"
#include "iso/inspect/menu.h"
#include "iso/microcode.h"

namespace muster::iso {
namespace {

namespace fs = std::filesystem;
using inspect::Finding;

/// One object of a manifest that names a file.
std::vector<Finding> find_file_faults(const nlohmann::json& object,
                                      const inspect::MediumFiles& files,
                                      const inspect::Checksums& found) {
  const auto file = object.value("file", "");
  const auto there = files.find(file);
  if (there == files.end()) {
    return {{std::format("it names '{}', which is not there", file), inspect::kMakeAnew}};
  }
  if (object.value("size", nlohmann::json()) != inspect::total_size(there->second) ||
      object.value("sha256", nlohmann::json()) != found.at(file)) {
    return {{std::format("it names another '{}' than the one that is there", file),
             inspect::kMakeAnew}};
  }
  return {};
}

class Inspection {
 public:
  Inspection(os::CommandRunner& runner, fs::path iso) : runner_(runner), iso_(std::move(iso)) {}

  Result<MediumReport> run() {
    TRY_ASSIGN(files_, inspect::list_medium(runner_, iso_));
    TRY_ASSIGN(report_.size, os::size_of(iso_));
    report_.files = files_.size();
    TRY(check_size());
    read_id();
    TRY(look_at_hashes());
    TRY(look_at_boot());
    TRY(look_at_menus());
    TRY(look_at_microcode());
    TRY(look_at_manifests());
    TRY(look_at_layers());
    return std::move(report_);
  }

 private:
  void note(const std::string& where, std::vector<Finding> findings) {
    inspect::add(report_.findings, inspect::found_in(where, std::move(findings)));
  }

  /// The text of a file that every medium has; that it has none is a finding.
  Result<std::string> read(const std::string& path) {
    if (!files_.contains(path)) {
      note(path, {{"it is not there", inspect::kMakeAnew}});
      return std::string();
    }
    return inspect::read_medium_file(iso_, files_, path);
  }

  /// Files may share their bytes, so that all together are larger than the medium; an ISO of
  /// somebody else could name the same bytes without end.
  Status check_size() const {
    constexpr std::uint64_t kMostNames = 16;
    std::uint64_t left = report_.size * kMostNames;
    for (const auto& [path, parts] : files_) {
      const auto size = inspect::total_size(parts);
      if (size <= left) {
        left -= size;
        continue;
      }
      return fail(std::format("the files of '{}' are many times larger than itself", iso_.string()),
                  inspect::kMakeAnew);
    }
    return {};
  }

  void read_id() {
    static constexpr std::string_view kMark = ".disk/muster-";
    for (const auto& [path, parts] : files_) {
      if (path.starts_with(kMark)) report_.id = path.substr(kMark.size());
    }
  }

  Status look_at_hashes() {
    TRY_ASSIGN(found_, inspect::hash_medium(iso_, files_));
    TRY_ASSIGN(const auto text, read(inspect::kChecksumFile));
    const auto listed = inspect::parse_checksums(text);
    if (!listed) {
      note(inspect::kChecksumFile, {{listed.error().message, listed.error().hint}});
      return {};
    }
    inspect::add(report_.findings, inspect::compare_checksums(*listed, found_));
    return {};
  }

  Status look_at_boot() {
    TRY_ASSIGN(const auto record, inspect::read_boot_record(runner_, iso_));
    report_.starts = inspect::ways_to_start(record);
    std::set<std::string> efi;
    if (const auto image = files_.find(record.uefi.substr(record.uefi.starts_with('/') ? 1 : 0));
        image != files_.end()) {
      auto listed = inspect::list_efi_image(runner_, iso_, image->second.front().offset);
      if (!listed) note(image->first, {{listed.error().message, inspect::kMakeAnew}});
      efi = std::move(listed).value_or(std::set<std::string>());
    }
    inspect::add(report_.findings, inspect::find_boot_faults(record, efi));
    return {};
  }

  Status look_at_menus() {
    using Parse = std::vector<inspect::MenuEntry> (*)(std::string_view);
    static constexpr std::array<std::pair<const char*, Parse>, 2> kMenus = {
        {{"boot/grub/grub.cfg", inspect::parse_grub_menu},
         {"isolinux/isolinux.cfg", inspect::parse_isolinux_menu}}};
    std::set<std::string> names;
    for (const auto& [path, parts] : files_) names.insert(path);
    for (const auto& [path, parse] : kMenus) {
      TRY_ASSIGN(const auto text, read(path));
      if (text.empty()) continue;
      inspect::add(report_.findings, inspect::find_menu_faults(path, parse(text), names));
    }
    return {};
  }

  Status look_at_microcode() {
    static constexpr std::size_t kStart = 4096;
    for (const auto& [path, parts] : files_) {
      if (!path.starts_with(std::string(kMicrocodeFolder) + "/") || !path.ends_with(".img")) {
        continue;
      }
      const std::array start = {
          os::FilePart{parts.front().offset, std::min<std::uint64_t>(parts.front().size, kStart)}};
      TRY_ASSIGN(const auto bytes, os::read_parts(iso_, start));
      if (inspect::is_microcode(bytes)) continue;
      note(path, {{"a kernel finds no microcode in it", inspect::kMakeAnew}});
    }
    return {};
  }

  Status look_at_manifests() {
    for (const auto& [path, parts] : files_) {
      if (!path.starts_with("muster/") || !path.ends_with("/manifest.json")) continue;
      TRY_ASSIGN(const auto text, inspect::read_medium_file(iso_, files_, path));
      note(path, find_manifest_faults(text, files_, found_));
    }
    return {};
  }

  /// Where the cluster's machines get packages from.
  Result<std::vector<std::string>> archives() {
    const auto debian = published_addresses(spec::ClusterSpec());
    if (!files_.contains(kMediumSpec)) return debian;
    TRY_ASSIGN(const auto text, inspect::read_medium_file(iso_, files_, kMediumSpec));
    const auto outcome = spec::parse_cluster(text, kMediumSpec);
    if (outcome.spec) return published_addresses(*outcome.spec);
    note(kMediumSpec,
         {{"this version of Muster cannot read it", "inspect it with the one that made it"}});
    return debian;
  }

  Status look_at_layers() {
    TRY_ASSIGN(const auto allowed, archives());
    for (const auto& [path, parts] : files_) {
      if (!path.ends_with(".squashfs")) continue;
      const inspect::Tree tree{.path = iso_, .offset = parts.front().offset};
      auto layer = inspect::inspect_layer(runner_, tree, path, allowed);
      if (!layer) {
        note(path, {{layer.error().message, layer.error().hint}});
        continue;
      }
      note(path, layer->findings);
      inspect::add(report_.remarks, inspect::found_in(path, layer->remarks));
      report_.layers.push_back({.size = inspect::total_size(parts), .report = std::move(*layer)});
    }
    return {};
  }

  os::CommandRunner& runner_;
  fs::path iso_;
  inspect::MediumFiles files_;
  inspect::Checksums found_;
  MediumReport report_;
};

}  // namespace

std::vector<Finding> find_manifest_faults(std::string_view manifest,
                                          const inspect::MediumFiles& files,
                                          const inspect::Checksums& found) {
  const nlohmann::json json = nlohmann::json::parse(manifest, nullptr, false);
  if (!json.is_structured()) return {{"it is no JSON document", inspect::kMakeAnew}};
  std::vector<Finding> findings;
  std::vector<const nlohmann::json*> open = {&json};
  while (!open.empty()) {
    const nlohmann::json& value = *open.back();
    open.pop_back();
    if (value.is_object() && value.contains("file") && value["file"].is_string()) {
      inspect::add(findings, find_file_faults(value, files, found));
    }
    for (const nlohmann::json& member : value) {
      if (member.is_structured()) open.push_back(&member);
    }
  }
  return findings;
}

Result<MediumReport> inspect_medium(os::CommandRunner& runner, const fs::path& iso) {
  return Inspection(runner, iso).run();
}

}  // namespace muster::iso
