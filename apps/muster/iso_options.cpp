#include "apps/muster/iso_options.h"

#include <cstdlib>
#include <filesystem>
#include <format>

#include "apps/muster/commands.h"
#include "apps/muster/source_tree.h"
#include "apps/muster/spec_file.h"
#include "core/os/file_part.h"
#include "plans/plans.h"

namespace muster::cli {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name, std::string otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? std::string(value) : std::move(otherwise);
}

/// Where the recipes are when nothing says so.
fs::path find_data() {
  const auto tree = find_source_tree();
  return tree ? *tree / "packaging" : "/usr/share/muster";
}

/// Our own package files: beside the recipes, or where the source tree's build leaves them.
fs::path find_packages(const fs::path& data) {
  const auto built = data.parent_path() / "build/packages";
  return fs::is_directory(built) ? built : data / "packages";
}

}  // namespace

Status check_iso(const std::filesystem::path& iso) {
  constexpr std::uint64_t kName = 16U * 2048 + 1;
  constexpr std::string_view kStandard = "CD001";
  TRY_ASSIGN(const std::string name,
             os::read_as_far_as_there(iso, {.offset = kName, .size = kStandard.size()}));
  if (name == kStandard) return {};
  return fail(std::format("'{}' is no ISO", iso.string()), "'make iso' makes one");
}

std::expected<iso::BuildOptions, int> read_options(const IsoArguments& arguments) {
  const auto text = read_spec_text(arguments.file);
  if (!text) return std::unexpected(report(text.error(), kUsage));
  return read_options(arguments, *text, arguments.file);
}

std::expected<iso::BuildOptions, int> read_options(const IsoArguments& arguments,
                                                   const std::string& text,
                                                   const std::string& name) {
  iso::BuildOptions options;
  options.cache = cache_directory(arguments.cache);
  auto outcome = check_spec(text, name, options.cache);
  for (const auto& problem : outcome.problems) say(to_string(problem));
  print_remarks(outcome);
  if (!outcome.spec) return std::unexpected(kUsage);
  options.spec = std::move(*outcome.spec);
  options.spec_text = text;
  options.head_steps = plans::plan_head_image(options.spec);
  options.image_steps = plans::plan_node_image(options.spec);
  // Who verifies an ISO by its own cluster.yaml has their directory beside the ISO.
  const fs::path near = arguments.file.empty() ? arguments.out : arguments.file;
  const auto added =
      add_extensions(arguments.extensions, fs::absolute(near).parent_path(), options);
  if (!added) return std::unexpected(added.error());
  options.out = fs::absolute(arguments.out);
  if (!arguments.lock.empty()) {
    auto lock = iso::read_lock(arguments.lock);
    if (!lock) return std::unexpected(report(lock.error(), kUsage));
    options.lock = std::move(*lock);
  }
  const fs::path data = fs::absolute(
      arguments.data.empty() ? environment("MUSTER_DATA", find_data().string()) : arguments.data);
  options.data = data / "layers";
  if (arguments.without_packages) options.contents = iso::BuildOptions::Contents::plain_debian;
  options.packages =
      fs::absolute(arguments.packages.empty() ? find_packages(data) : fs::path(arguments.packages));
  return options;
}

}  // namespace muster::cli
