// Promises of extensions' archives, for any bytes: they are refused with a reason, or every file in
// them has a path that leads nowhere else and a size within bounds. The bytes are an archive, and
// what is in one: most attacks are in tar's headers, and gzip's checksum would hide mutations.

#include <numeric>

#include "extensions/limits.h"
#include "extensions/package/archive.h"
#include "extensions/package/extracted.h"
#include "extensions/package/signature.h"
#include "extensions/packed_path.h"
#include "extensions/specification.h"
#include "extensions/store.h"
#include "tests/fuzz/harness.h"
#include "tests/unit/package/tar_file.h"

namespace {

using namespace muster;

void check_archive(std::string_view packed) {
  const auto files = package::list_archive(packed);
  if (!files) return CHECK(fuzz::is_explained(files.error()));
  extensions::PackedPaths paths;
  std::uint64_t total = 0;
  for (const extensions::PackedFile& file : *files) {
    CHECK(paths.add(file.path, extensions::PackedPaths::Kind::file));
    CHECK(file.size <= extensions::kMostFile && file.sha256.size() == 64);
    total += file.size;
  }
  CHECK(total <= extensions::kMostUnpacked);
}

void check_specification(std::string_view text) {
  for (const auto form : {extensions::Form::project, extensions::Form::package}) {
    const auto outcome = extensions::parse_specification(text, "f", form);
    CHECK(outcome.specification.has_value() == outcome.problems.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check_archive(text);
  check_archive(package::gzip(text));
  check_specification(text);
  const auto grant = extensions::parse_grant(text);
  if (grant) CHECK(extensions::parse_grant(extensions::render_grant(*grant)) == *grant);
  static_cast<void>(package::parse_signature(text));
  static_cast<void>(package::parse_public_key(text));
  const std::vector<extensions::PackedFile> listed = {{.path = "a"}};
  static_cast<void>(package::parse_extracted(text, listed));
  return 0;
}
