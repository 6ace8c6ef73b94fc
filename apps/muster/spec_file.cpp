#include "apps/muster/spec_file.h"

#include <algorithm>
#include <cstdlib>
#include <format>

#include "apps/muster/output.h"
#include "core/base/layout.h"
#include "core/base/text.h"
#include "core/os/files.h"
#include "core/spec/remarks.h"
#include "iso/package_names.h"

namespace muster::cli {
namespace {

namespace fs = std::filesystem;

bool names_packages(const spec::ClusterSpec& spec) {
  return !spec.head_packages.empty() || std::ranges::any_of(spec.images, [](const auto& image) {
    return !image.packages.empty();
  });
}

/// Remarks on packages that no archive has; nothing where no list is.
spec::Findings missing_packages(const spec::ClusterSpec& spec, const fs::path& cache) {
  if (!names_packages(spec)) return {};
  const auto names = iso::read_release_names(cache / "apt", spec.release);
  // A list that cannot be read, such as one that a build is writing, says nothing of the file.
  if (!names || !*names) return {};
  return spec::remark_missing_packages(
      spec,
      {.has = [&](std::string_view name) { return std::ranges::binary_search(**names, name); },
       .nearest = [&](std::string_view name) { return nearest(name, **names); }});
}

}  // namespace

Result<std::string> read_spec_text(const std::string& file) {
  std::error_code error;
  if (fs::is_directory(file, error)) {
    return fail(std::format("cannot read '{}': it is a directory", printable(file, 4096)),
                std::format("name the file in it, such as '{}'",
                            printable((fs::path(file) / "cluster.yaml").string(), 4096)));
  }
  return os::read_file(file == "-" ? "/dev/stdin" : file);
}

fs::path cache_directory(const std::string& argument) {
  if (!argument.empty()) return fs::absolute(argument);
  const char* const set = std::getenv("MUSTER_CACHE");
  return fs::absolute(set != nullptr && *set != '\0' ? set : layout::kCache);
}

spec::ParseOutcome check_spec(std::string_view text, const std::string& file,
                              const fs::path& cache) {
  spec::ParseOutcome outcome = spec::parse_cluster(text, file);
  if (!outcome.spec) return outcome;
  for (const spec::Finding& missing : missing_packages(*outcome.spec, cache)) {
    outcome.remarks.push_back(spec::diagnose(missing, outcome.places, file));
  }
  spec::sort_by_place(outcome.remarks);
  return outcome;
}

void print_remarks(const spec::ParseOutcome& outcome) {
  for (spec::Diagnostic remark : outcome.remarks) {
    remark.message.insert(0, "remark: ");
    say(spec::to_string(remark));
  }
}

}  // namespace muster::cli
