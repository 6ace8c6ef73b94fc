#include "iso/prepare.h"

#include <format>
#include <unistd.h>

#include "core/base/text.h"
#include "core/os/files.h"
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

Result<AptIndex> read_index(os::CommandRunner& runner, const BuildOptions& options,
                            const fs::path& folder, IndexDepth depth) {
  TRY_ASSIGN(auto known, read_sources(options.apt));
  TRY_ASSIGN(auto sources, select_sources(std::move(known), options.spec));
  return read_apt_index(runner, folder, std::move(sources), depth);
}

Result<PlanInputs> read_inputs(const BuildOptions& options, const AptIndex& index,
                               std::string programs) {
  PlanInputs inputs{.index_key = index.key,
                    .sources = render_sources(published_sources(options.spec, index.sources)),
                    .epoch = index.epoch,
                    .toolchain = std::move(programs),
                    .recipe = own_recipe(),
                    .spec_text = options.spec_text};
  TRY_ASSIGN(inputs.data, read_data_files(options.data));
  TRY_ASSIGN(const auto folders, os::list_directory(options.data / "include"));
  for (const auto& folder : folders) {
    TRY_ASSIGN(inputs.includes[folder], hash_tree(options.data / "include" / folder));
  }
  TRY_ASSIGN(inputs.debs, read_debs(options.packages));
  return inputs;
}

}  // namespace

fs::path layer_folder(const BuildOptions& options) {
  return options.layer_cache.empty() ? options.cache / "layers" : options.layer_cache;
}

BuildResult<std::string> check_machine(os::CommandRunner& runner, const BuildOptions& options) {
  if (geteuid() != 0) {
    return fail_for_machine("building needs root: mounts and chroot", "run it with sudo");
  }
  TRY(os::make_directory(options.cache));
  return read_programs(runner);
}

BuildResult<Prepared> prepare(os::CommandRunner& runner, const BuildOptions& options) {
  TRY_ASSIGN(auto programs, check_machine(runner, options));
  TRY_ASSIGN(auto store, LayerStore::open(layer_folder(options)));
  TRY_ASSIGN(auto index, read_index(runner, options, options.cache / "apt", IndexDepth::packages));
  if (!options.index_key.empty() && index.key != options.index_key) {
    return fail("the archives changed since the ISO was built, and have other packages now",
                "build it again; what is verified then is the new one");
  }
  TRY_ASSIGN(auto inputs, read_inputs(options, index, std::move(programs)));
  TRY_ASSIGN(auto plan, plan_layers(options.spec, inputs));
  return Prepared{.store = std::move(store),
                  .index = std::move(index),
                  .inputs = std::move(inputs),
                  .layers = std::move(plan)};
}

BuildResult<IsoPlan> plan_iso(os::CommandRunner& runner, const BuildOptions& options) {
  TRY_ASSIGN(auto programs, read_programs(runner));
  // Not in the cache: a build may be using its indexes, and only root writes there.
  TRY_ASSIGN(const auto scratch, os::TemporaryDirectory::make("muster-plan"));
  TRY_ASSIGN(const auto index, read_index(runner, options, scratch.path(), IndexDepth::state_only));
  TRY_ASSIGN(const auto inputs, read_inputs(options, index, std::move(programs)));
  TRY_ASSIGN(const auto layers, plan_layers(options.spec, inputs));
  const auto store = LayerStore::look(layer_folder(options));
  IsoPlan plan{.id = medium_id(layers, inputs, options.spec), .layers = {}};
  for (const LayerPlan& layer : layers) {
    plan.layers.push_back({.plan = layer, .kept = store.holds(layer)});
  }
  return plan;
}

}  // namespace muster::iso
