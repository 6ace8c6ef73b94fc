#include "apps/muster/shipped_extensions.h"

#include <format>

#include "core/os/files.h"
#include "core/os/process.h"
#include "core/spec/rules.h"
#include "extensions/package/catalogue.h"

namespace muster::cli {

namespace fs = std::filesystem;

Result<fs::path> find_shipped_extensions() {
  TRY_ASSIGN(const fs::path own, os::read_own_program());
  return own.parent_path().parent_path() / "share/muster/extensions";
}

Result<bool> is_shipped(const package::PackageFiles& files) {
  TRY_ASSIGN(const fs::path directory, find_shipped_extensions());
  const fs::path same = directory / files.path.filename();
  if (os::is_missing(same)) return false;
  TRY_ASSIGN(const std::string text, os::read_plain_file(same));
  return text == files.specification;
}

Result<fs::path> read_package_path(const std::string& words) {
  // No package is called so: the name of its file has a dot.
  if (!spec::is_name(words)) return words;
  TRY_ASSIGN(const fs::path directory, find_shipped_extensions());
  TRY_ASSIGN(auto file, package::find_package(directory, words));
  if (file) return std::move(*file);
  return fail(ErrorKind::absent, std::format("no extension '{}' comes with Muster", words),
              "'muster ext search' lists those that do; a package of another one is named as a "
              "file, NAME-VERSION.yaml");
}

}  // namespace muster::cli
