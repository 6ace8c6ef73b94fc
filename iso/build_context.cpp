#include "iso/build_context.h"

#include <format>

#include "core/os/files.h"

namespace muster::iso {

std::filesystem::path BuildContext::tree_of(const std::string& layer) const {
  const auto& plan = layer_named(layers, layer);
  return store.path_of(plan) / (plan.lower.empty() ? "tree" : "upper");
}

Status run_step(const BuildContext& context, os::Command command) {
  command.env.insert({{"SOURCE_DATE_EPOCH", std::to_string(context.index.epoch)},
                      {"DEBIAN_FRONTEND", "noninteractive"},
                      {"LC_ALL", "C.UTF-8"},
                      {"TZ", "UTC"},
                      {"TERM", "dumb"}});
  command.log = context.log;
  command.on_line = context.on_line;
  if (const auto done = run_checked(context.runner, command); !done) {
    return fail(done.error().message, std::format("the whole log is '{}'", context.log.string()));
  }
  return {};
}

Status run_stages(const BuildContext& context, const std::vector<std::vector<std::string>>& stages,
                  const std::filesystem::path& lb) {
  for (const auto& stage : stages) {
    os::Command command{.argv = {"lb"}, .cwd = lb};
    command.argv.insert(command.argv.end(), stage.begin(), stage.end());
    TRY(run_step(context, std::move(command)));
  }
  return {};
}

Status share_archives(const std::filesystem::path& from, const std::filesystem::path& to) {
  TRY(os::make_directory(to));
  TRY_ASSIGN(const auto names, os::list_directory(from));
  for (const auto& name : names) {
    if (!name.ends_with(".deb") || std::filesystem::exists(to / name)) continue;
    std::error_code error;
    std::filesystem::create_hard_link(from / name, to / name, error);
    if (error) {
      return fail(
          std::format("cannot link '{}' into '{}': {}", name, to.string(), error.message()));
    }
  }
  return {};
}

Status keep_records(const std::filesystem::path& tree) {
  auto records = tree;
  records += ".records";
  for (const auto* kept : {"var/lib/dpkg", "usr/share/doc"}) {
    TRY(os::make_directory((records / kept).parent_path()));
    TRY(os::rename_file(tree / kept, records / kept));
  }
  TRY(os::remove_tree(tree));
  return os::rename_file(records, tree);
}

Status mask_units(const std::filesystem::path& root, const std::vector<std::string>& units) {
  for (const auto& unit : units) {
    TRY(os::make_directory(root / "etc/systemd/system"));
    TRY(os::write_symlink(root / "etc/systemd/system" / unit, "/dev/null"));
  }
  return {};
}

Status copy_included(const BuildContext& context, const std::filesystem::path& folder,
                     const std::filesystem::path& root) {
  if (!std::filesystem::is_directory(folder)) return {};
  return run_step(context, {.argv = {"cp", "-R", "--no-dereference", "--preserve=mode",
                                     (folder / ".").string(), root.string()}});
}

namespace {

/// The regular files in a folder's directory, by their paths in the folder, sorted.
Result<std::vector<std::string>> files_below(const std::filesystem::path& folder,
                                             const std::string& directory) {
  std::vector<std::string> files;
  std::error_code error;
  std::filesystem::recursive_directory_iterator each(folder / directory, error);
  for (; !error && each != std::filesystem::end(each); each.increment(error)) {
    if (each->symlink_status(error).type() != std::filesystem::file_type::regular) continue;
    files.push_back(each->path().lexically_relative(folder).string());
  }
  if (error) return fail(std::format("cannot list '{}': {}", directory, error.message()));
  std::ranges::sort(files);
  return files;
}

}  // namespace

Result<std::vector<std::string>> layer_files(const LayerPlan& layer,
                                             const std::filesystem::path& folder) {
  switch (layer.kind) {
    case LayerKind::base:
      return std::vector<std::string>{"layer.squashfs", "vmlinuz", "initrd.img"};
    case LayerKind::tools:
      return files_below(folder, "binary");
    case LayerKind::microcode: {
      TRY_ASSIGN(auto names, os::list_directory(folder / "microcode"));
      for (auto& name : names) name.insert(0, "microcode/");
      return names;
    }
    case LayerKind::muster_image:
      if (std::filesystem::exists(folder / "node-initrd.img")) {
        return std::vector<std::string>{"layer.squashfs", "node-initrd.img"};
      }
      [[fallthrough]];
    default:
      return std::vector<std::string>{"layer.squashfs"};
  }
}

}  // namespace muster::iso
