#include "iso/prepare.h"

#include <format>
#include <unistd.h>

#include "core/base/text.h"
#include "core/os/files.h"
#include "iso/closure.h"
#include "iso/inputs.h"
#include "iso/medium.h"

namespace muster::iso {
namespace {

namespace fs = std::filesystem;

BuildResult<std::string> read_programs(os::CommandRunner& runner) {
  TRY_ASSIGN(auto programs, read_toolchain(runner));
  if (programs.missing.empty()) return std::move(programs.versions);
  return fail_for_machine(
      std::format("this machine has no {}", join(programs.missing, ", ")),
      std::format("on Debian 13: apt-get install {}", join(programs.missing, " ")));
}

void tell(const BuildOptions& options, const char* what) {
  if (options.listener) {
    options.listener({.kind = ProgressEvent::Kind::preparing, .stage = {}, .text = what});
  }
}

Result<AptIndex> read_index(os::CommandRunner& runner, const BuildOptions& options,
                            const fs::path& folder) {
  tell(options, "asking the archives what they have");
  TRY_ASSIGN(auto known, read_sources(options.apt));
  TRY_ASSIGN(auto sources, select_sources(std::move(known), options.spec));
  return read_apt_index(runner, folder, std::move(sources));
}

Result<PlanInputs> read_inputs(const BuildOptions& options, const AptIndex& index,
                               std::string programs) {
  PlanInputs inputs{.sources = render_sources(published_sources(options.spec, index.sources)),
                    .epoch = index.epoch,
                    .toolchain = std::move(programs),
                    .recipe = own_recipe(),
                    .spec_text = options.spec_text,
                    .files = options.files,
                    .head_steps = options.head_steps,
                    .image_steps = options.image_steps};
  TRY_ASSIGN(inputs.data, read_data_files(options.data));
  TRY_ASSIGN(const auto folders, os::list_directory(options.data / "include"));
  for (const auto& folder : folders) {
    TRY_ASSIGN(inputs.includes[folder], hash_tree(options.data / "include" / folder));
  }
  TRY_ASSIGN(inputs.debs, read_debs(options.packages));
  return inputs;
}

/// Plans twice: apt is asked what it would install of the packages that the first plan names, and
/// the keys of the second have its answer. Errors: also a lock file has other packages.
Result<std::vector<LayerPlan>> plan_resolved(os::CommandRunner& runner, const BuildOptions& options,
                                             const AptIndex& index, PlanInputs& inputs) {
  TRY_ASSIGN(const auto layers, plan_layers(options.spec, inputs));
  TRY(check_packages(options.spec, layers, index));
  tell(options, "asking apt what it would install");
  TRY(resolve_layers(runner, index, layers, inputs));
  if (options.lock) TRY(compare_with_lock(*options.lock, inputs.closures, options.lock_hint));
  return plan_layers(options.spec, inputs);
}

}  // namespace

fs::path layer_folder(const BuildOptions& options) {
  return options.layer_cache.empty() ? options.cache / "layers" : options.layer_cache;
}

namespace {

BuildResult<void> check_own_packages(const BuildOptions& options) {
  TRY_ASSIGN(const auto debs, read_debs(options.packages));
  if (!debs.empty()) return {};
  return fail_for_machine(
      std::format("there are no packages of Muster in '{}': the ISO would be plain Debian",
                  options.packages.string()),
      "'make iso' makes them first; --packages names their directory, and --without-packages makes "
      "plain Debian");
}

}  // namespace

BuildResult<std::string> check_machine(os::CommandRunner& runner, const BuildOptions& options) {
  if (geteuid() != 0) {
    return fail_for_machine("building needs root: mounts and chroot", "run it with sudo");
  }
  TRY(os::make_directory(options.cache));
  return read_programs(runner);
}

Result<LayerStore> open_store(const BuildOptions& options) {
  return LayerStore::open(layer_folder(options), [&](const std::string& holder) {
    if (!options.listener) return;
    options.listener({.kind = ProgressEvent::Kind::warning,
                      .stage = {},
                      .text = std::format("waiting for another build in '{}': {}",
                                          options.cache.string(), holder)});
  });
}

BuildResult<Prepared> prepare(os::CommandRunner& runner, const BuildOptions& options) {
  TRY_ASSIGN(auto programs, check_machine(runner, options));
  if (options.contents == BuildOptions::Contents::muster) TRY(check_own_packages(options));
  TRY_ASSIGN(auto store, open_store(options));
  TRY_ASSIGN(auto index, read_index(runner, options, options.cache / "apt"));
  TRY_ASSIGN(auto inputs, read_inputs(options, index, std::move(programs)));
  TRY_ASSIGN(auto plan, plan_resolved(runner, options, index, inputs));
  return Prepared{.store = std::move(store),
                  .index = std::move(index),
                  .inputs = std::move(inputs),
                  .layers = std::move(plan)};
}

BuildResult<IsoPlan> plan_iso(os::CommandRunner& runner, const BuildOptions& options) {
  TRY_ASSIGN(auto programs, read_programs(runner));
  // Not in the cache: a build may be using its indexes, and only root writes there.
  TRY_ASSIGN(const auto scratch, os::TemporaryDirectory::make("muster-plan"));
  take_lists(options.cache / "apt/lists", scratch.path() / "lists");
  TRY_ASSIGN(const auto index, read_index(runner, options, scratch.path()));
  TRY_ASSIGN(auto inputs, read_inputs(options, index, std::move(programs)));
  TRY_ASSIGN(const auto layers, plan_resolved(runner, options, index, inputs));
  const auto store = LayerStore::look(layer_folder(options));
  IsoPlan plan{.id = medium_id(layers, inputs, options.spec), .layers = {}};
  for (const LayerPlan& layer : layers) {
    plan.layers.push_back({.plan = layer, .kept = store.holds(layer)});
  }
  return plan;
}

}  // namespace muster::iso
