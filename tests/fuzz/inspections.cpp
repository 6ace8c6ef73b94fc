// Promises of what reads the reports of other programs about an ISO or a layer of somebody else,
// and the files in it, for any bytes: they are read or refused with a reason, and what was read can
// be looked through.

#include <algorithm>
#include <cctype>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "iso/inspect/boot_record.h"
#include "iso/inspect/layer.h"
#include "iso/inspect/medium_files.h"
#include "iso/inspect/menu.h"
#include "iso/inspect/modules.h"
#include "iso/inspect/secrets.h"
#include "iso/inspect/tree.h"
#include "iso/inspection.h"
#include "iso/spdx.h"
#include "tests/fuzz/harness.h"

namespace {

using namespace muster;

void check_findings(const std::vector<inspect::Finding>& findings) {
  for (const auto& [message, hint] : findings) CHECK(!message.empty() && !hint.empty());
}

void check_tree(std::string_view text) {
  const auto entries = inspect::parse_tree_listing(text);
  if (!entries) return CHECK(fuzz::is_explained(entries.error()));
  CHECK(entries->size() == lines(text).size());
  for (const auto& entry : *entries) CHECK((entry.mode & ~07777U) == 0);
  CHECK(std::ranges::is_sorted(inspect::privileged_files(*entries)));
  CHECK(std::ranges::is_sorted(inspect::enabled_units(*entries)));
  check_findings(inspect::find_open_files(*entries));
  check_findings(inspect::find_secret_files(*entries));
  check_findings(inspect::find_shared_keys(*entries));
}

/// Nobody who reads the parts of a file gets more bytes than the file has.
void check_parts(const inspect::MediumFiles& files) {
  for (const auto& [path, parts] : files) {
    CHECK(!parts.empty());
    for (const auto& part : parts) CHECK(part.offset % 2048 == 0);
  }
}

void check_medium(std::string_view text) {
  const auto files = inspect::parse_lba_report(text);
  if (files) {
    check_parts(*files);
  } else {
    CHECK(fuzz::is_explained(files.error()));
  }
  const auto record = inspect::parse_boot_report(text);
  CHECK(inspect::ways_to_start(record).size() + inspect::find_boot_faults(record, {}).size() >= 4);
  const auto sums = inspect::parse_checksums(text);
  if (!sums) return CHECK(fuzz::is_explained(sums.error()));
  CHECK(inspect::compare_checksums(*sums, *sums).empty());
}

void check_menus(std::string_view text) {
  for (const auto& entries : {inspect::parse_grub_menu(text), inspect::parse_isolinux_menu(text)}) {
    check_findings(inspect::find_menu_faults("menu", entries, {"live/vmlinuz", "live/initrd.img"}));
  }
}

void check_texts(std::string_view text) {
  for (const auto* path : {"etc/shadow", "etc/passwd", "etc/gshadow", "etc/resolv.conf",
                           "etc/apt/sources.list", "etc/apt/apt.conf.d/01muster", "etc/hosts"}) {
    check_findings(inspect::find_secrets(path, text));
    check_findings(inspect::find_other_archives(path, text, {"http://archive.example/"}));
  }
  const inspect::MediumFiles files = {{"muster/a.squashfs", {{.offset = 0, .size = 1}}}};
  check_findings(iso::find_manifest_faults(text, files, {{"muster/a.squashfs", "00"}}));
}

void check_modules(std::string_view text) {
  const auto modules = inspect::parse_modinfo(text, "/m");
  if (!modules) return CHECK(fuzz::is_explained(modules.error()));
  std::set<std::string> present;
  for (const auto& module : *modules) present.insert(module.name);
  check_findings(inspect::find_missing_modules(
      {.modules = *modules, .builtin = inspect::parse_module_names(text)}, present, {}));
}

/// Others read the document: it is JSON, whatever stood in a copyright file.
void check_licences(std::string_view text) {
  const auto licences = iso::parse_copyright(text);
  const std::string document = iso::render_spdx(
      {.layers = {{.layer = "base", .packages = {{.name = "a"}}, .licences = {{"a", licences}}}}});
  const auto json = nlohmann::json::parse(document, nullptr, false);
  CHECK(json.is_object());
  CHECK(json["hasExtractedLicensingInfos"].size() == licences.others.size());
  for (const auto& [id, name] : licences.others) {
    CHECK(std::ranges::all_of(id, [](unsigned char c) {
      return c < 0x80 && (std::isalnum(c) != 0 || c == '-' || c == '.');
    }));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check_tree(text);
  check_medium(text);
  check_menus(text);
  check_texts(text);
  check_modules(text);
  check_licences(text);
  return 0;
}
