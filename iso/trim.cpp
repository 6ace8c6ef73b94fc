#include "iso/trim.h"

#include <format>

#include "core/base/text.h"
#include "core/os/files.h"
#include "iso/inspect/firmware.h"
#include "iso/inspect/modules.h"
#include "iso/module_choice.h"

namespace muster::iso {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kInitrdList = "initramfs/modules.exclude";

std::vector<inspect::CutList> cut_lists(const BuildContext& context) {
  const auto& data = context.inputs.data;
  std::vector<inspect::CutList> lists;
  for (const auto& name : module_lists(context.spec)) lists.push_back({name, data.list(name)});
  return lists;
}

/// Removes files of `folder`, and the folders that are empty then.
Status remove_files(const fs::path& folder, const std::vector<std::string>& files) {
  for (const auto& file : files) {
    TRY(os::remove_tree(folder / file));
    auto parent = (folder / file).parent_path();
    std::error_code error;
    while (parent != folder && fs::is_empty(parent, error)) {
      TRY(os::remove_tree(parent));
      parent = parent.parent_path();
    }
  }
  return {};
}

std::set<std::string> names_of(const std::vector<inspect::Module>& modules) {
  std::set<std::string> names;
  for (const auto& module : modules) names.insert(module.name);
  return names;
}

Status trim_firmware(const BuildContext& context, const fs::path& tree,
                     const inspect::ModuleTree& modules, const std::set<std::string>& kept) {
  if (context.spec.firmware == spec::Firmware::all) return {};
  const auto files = inspect::read_firmware(tree);
  return remove_files(tree / "usr/lib/firmware",
                      choose_firmware(modules.modules, kept, files,
                                      context.inputs.data.list("firmware-keep.list")));
}

/// Wired cards and fabrics: what a machine needs before it can ask anybody for more.
void warn_of_firmware(const BuildContext& context, const fs::path& tree,
                      const inspect::ModuleTree& modules) {
  if (context.spec.firmware == spec::Firmware::none || !context.on_warning) return;
  const auto findings = inspect::find_missing_firmware(
      modules, names_of(modules.modules), {"kernel/drivers/net/", "kernel/drivers/infiniband/"},
      inspect::read_firmware(tree), context.inputs.data.list("firmware-absent.list"));
  for (const auto& [message, hint] : findings) context.on_warning({message, hint});
}

}  // namespace

Result<std::string> only_kernel(const fs::path& root) {
  TRY_ASSIGN(const auto kernels, os::list_directory(root / "usr/lib/modules"));
  if (kernels.size() == 1) return kernels.front();
  return fail(std::format("an image needs one kernel and has {}", kernels.size()),
              "take kernels out of its packages");
}

Status trim_base(const BuildContext& context, const fs::path& tree) {
  TRY_ASSIGN(const auto version, only_kernel(tree));
  TRY_ASSIGN(const auto unpacked, inspect::read_modules(context.runner, tree, version));
  std::vector<std::string> patterns;
  const auto lists = cut_lists(context);
  for (const auto& list : lists) {
    patterns.insert(patterns.end(), list.patterns.begin(), list.patterns.end());
  }
  const auto choice = choose_modules(unpacked.modules, patterns);
  TRY(remove_files(tree / "usr/lib/modules" / version, choice.cut));
  TRY(trim_firmware(context, tree, unpacked, choice.kept));
  TRY(run_step(context, {.argv = {"depmod", version}, .root = tree}));
  // What is there now, not what should be: the two differ when this code is wrong.
  TRY_ASSIGN(const auto left, inspect::read_modules(context.runner, tree, version));
  TRY(inspect::refuse(inspect::find_missing_modules(left, names_of(left.modules), lists)));
  warn_of_firmware(context, tree, left);
  return {};
}

Status check_initrd(const BuildContext& context, const fs::path& root, std::string_view listing) {
  TRY_ASSIGN(const auto version, only_kernel(root));
  TRY_ASSIGN(const auto modules, inspect::read_modules(context.runner, root, version));
  std::set<std::string> present;
  for (const auto& path : lines(listing)) {
    if (inspect::is_module(path)) present.insert(inspect::module_name(path));
  }
  auto lists = cut_lists(context);
  const auto own = root / "usr/share/muster" / kInitrdList;
  if (fs::exists(own)) {
    TRY_ASSIGN(const auto text, os::read_file(own));
    lists.insert(lists.begin(), {std::string(kInitrdList), parse_list(text)});
  }
  return inspect::refuse(inspect::find_missing_modules(modules, present, lists));
}

}  // namespace muster::iso
