#include "iso/late_checksum.h"

#include <format>

#include "core/os/file_part.h"
#include "iso/inspect/medium_files.h"

namespace muster::iso {

MediumFile late_file() { return {.file = "isolinux/isolinux.bin", .sha256 = std::string(64, '0')}; }

Status write_late_checksum(os::CommandRunner& runner, const std::filesystem::path& iso) {
  TRY_ASSIGN(const auto files, inspect::list_medium(runner, iso));
  TRY_ASSIGN(auto text, inspect::read_medium_file(iso, files, inspect::kChecksumFile));
  const auto late = late_file();
  const auto parts = files.find(late.file);
  const auto at = text.find(std::format("{}  {}\n", late.sha256, late.file));
  if (parts == files.end() || at == std::string::npos) {
    return fail(std::format("the medium has no '{}'", late.file));
  }
  TRY_ASSIGN(const auto hash, os::sha256_parts(iso, parts->second));
  text.replace(at, hash.size(), hash);
  return os::overwrite(iso, files.at(inspect::kChecksumFile).front().offset, text);
}

}  // namespace muster::iso
