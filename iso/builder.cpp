#include "iso/builder.h"

#include <chrono>
#include <format>

#include "core/os/file_hash.h"
#include "core/os/files.h"
#include "iso/apt_sources.h"
#include "iso/build_context.h"
#include "iso/closure.h"
#include "iso/inputs.h"
#include "iso/inspect/layer.h"
#include "iso/inspection.h"
#include "iso/isolation.h"
#include "iso/media_record.h"
#include "iso/medium.h"
#include "iso/mounts.h"
#include "iso/prepare.h"
#include "iso/space.h"

namespace muster::iso {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kKeptLayers = 2;
constexpr auto kMediumStage = "medium";

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string title_of(const LayerPlan& layer) {
  switch (layer.kind) {
    case LayerKind::base:
      return "base system (live-build)";
    case LayerKind::head:
      return "layer of the head";
    case LayerKind::image:
      return std::format("layer of image '{}'", layer.image);
    case LayerKind::tools:
      return "boot loaders (live-build)";
    case LayerKind::microcode:
      return "microcode of processors";
    case LayerKind::muster_head:
      return "our packages on the head";
    case LayerKind::muster_image:
      return std::format("our packages in image '{}'", layer.image);
  }
  return layer.name;
}

class Build {
 public:
  Build(os::CommandRunner& runner, const BuildOptions& options, Prepared prepared)
      : options_(options),
        store_(std::move(prepared.store)),
        index_(std::move(prepared.index)),
        inputs_(std::move(prepared.inputs)),
        layers_(std::move(prepared.layers)),
        context_{runner,
                 store_,
                 options.spec,
                 inputs_,
                 index_,
                 layers_,
                 store_.directory() / "build.log",
                 [this](std::string_view line) { output(line); },
                 [this](const Error& error) { warn(error); }} {}

  BuildResult<BuildReport> run() {
    report_.out = options_.out;
    report_.id = medium_id(layers_, inputs_, options_.spec);
    const bool same = is_unchanged() && std::ranges::all_of(layers_, [&](const auto& layer) {
                        return store_.holds(layer);
                      });
    if (!same) TRY(drop_damaged());
    std::vector<LayerPlan> missing;
    std::vector<Stage> stages;
    for (const auto& layer : layers_) {
      if (store_.holds(layer)) continue;
      missing.push_back(layer);
      stages.push_back({layer.name, title_of(layer)});
    }
    if (!same) stages.push_back({kMediumStage, "medium"});
    TRY(begin(std::move(stages)));
    clean();
    if (same) {
      report_.outcome = BuildReport::Outcome::unchanged;
    } else {
      TRY(check_space(needed_space(missing), options_.cache, options_.out));
      TRY(make_all());
    }
    TRY(measure());
    return std::move(report_);
  }

 private:
  Status begin(std::vector<Stage> stages) {
    const auto file = store_.directory() / "durations.json";
    if (fs::exists(file)) {
      TRY_ASSIGN(const auto text, os::read_file(file));
      durations_ = parse_durations(text);
    }
    stages_ = stages;
    timeline_ = Timeline(std::move(stages), durations_);
    for (const auto& layer : layers_) {
      if (!store_.holds(layer)) continue;
      tell({.kind = ProgressEvent::Kind::reused, .stage = {layer.name, title_of(layer)}});
    }
    for (const auto& error : index_.unusable) warn(error);
    if (inputs_.debs.empty() && !stages_.empty()) {
      tell({.kind = ProgressEvent::Kind::warning,
            .stage = stages_.front(),
            .text = std::format("no packages of Muster in '{}': the ISO boots plain Debian",
                                options_.packages.string())});
    }
    return {};
  }

  /// Errors: a file of a layer is another, or there is one more.
  Status check_kept(const LayerPlan& layer) {
    TRY(store_.check(layer));
    TRY_ASSIGN(const auto facts, store_.read_facts(layer));
    TRY_ASSIGN(const auto files, layer_files(layer, store_.path_of(layer)));
    for (const auto& file : files) {
      if (facts.contains(file)) continue;
      return fail(std::format("'{}' came into a layer since it was made",
                              (store_.path_of(layer) / file).string()));
    }
    return {};
  }

  /// What the ISO says of its files are the hashes that layers had when they were made.
  Status drop_damaged() {
    for (const auto& layer : layers_) {
      if (!store_.holds(layer)) continue;
      const Status whole = check_kept(layer);
      if (whole) continue;
      warn({.message = whole.error().message, .hint = "the layer is made anew"});
      TRY(store_.remove(layer));
    }
    return {};
  }

  void clean() {
    for (const auto& error : store_.clean()) warn(error);
  }

  void warn(const Error& error) {
    tell({.kind = ProgressEvent::Kind::warning, .stage = {}, .text = error.text()});
  }

  /// What is no longer offered is of no use to any build, since each begins with the newest index.
  void drop_archives() {
    if (auto dropped = drop_old_archives(context_.runner, index_); !dropped) warn(dropped.error());
  }

  Result<std::vector<fs::path>> changed_downloads_of(const LayerPlan& layer) {
    return find_changed_downloads(index_.archives, own_closure(layer, inputs_.closures));
  }

  /// What a disk or somebody changed since it was fetched is fetched again.
  Status drop_changed_downloads() {
    for (const auto& layer : layers_) {
      if (store_.holds(layer)) continue;
      TRY_ASSIGN(const auto changed, changed_downloads_of(layer));
      for (const auto& file : changed) {
        warn({.message = std::format("'{}' is not what the archive has", file.string()),
              .hint = "it is fetched again"});
        TRY(os::remove_tree(file));
      }
    }
    return {};
  }

  /// A script of a package may write where the downloads lie.
  Status check_downloads_of(const LayerPlan& layer) {
    TRY_ASSIGN(const auto changed, changed_downloads_of(layer));
    if (changed.empty()) return {};
    return fail(
        std::format("'{}' changed while it was installed", changed.front().string()),
        "build again; when it is said again, look at the disk and at the package's scripts");
  }

  Status make_all() {
    TRY(isolate());
    TRY(os::write_file(context_.log, ""));
    TRY(drop_changed_downloads());
    bool has_fetched = false;
    for (const auto& layer : layers_) {
      if (store_.holds(layer)) continue;
      has_fetched = has_fetched || !layer.packages.empty();
      TRY(stage([&] { return make_layer(layer); }));
    }
    TRY(stage([&] { return make_medium(); }));
    TRY(os::write_file(store_.directory() / "durations.json", render_durations(durations_)));
    if (has_fetched) drop_archives();
    return store_.prune(layers_, kKeptLayers);
  }

  template <typename Work>
  Status stage(Work&& work) {
    started_ = Clock::now();
    tell(timeline_.at(ProgressEvent::Kind::started, current_, 0));
    if (auto done = work(); !done) {
      return wrap(stages_[current_].title, std::move(done).error());
    }
    const auto took = seconds_since(started_);
    durations_[stages_[current_].id] = took;
    tell(timeline_.at(ProgressEvent::Kind::finished, current_, took));
    ++current_;
    return {};
  }

  Status make_layer(const LayerPlan& layer) {
    TRY_ASSIGN(const auto folder, store_.begin(layer));
    return drop_if_failed(fill_layer(layer, folder), folder);
  }

  /// Half a layer or ISO would take the room that the next try needs. The first error is told.
  static Status drop_if_failed(Status done, const fs::path& folder) {
    if (done || !detach_below(folder)) return done;
    static_cast<void>(os::remove_tree(folder));
    return done;
  }

  Status fill_layer(const LayerPlan& layer, const fs::path& folder) {
    TRY(build_layer(layer, folder));
    TRY(check_downloads_of(layer));
    TRY(check_packages_of(layer, folder));
    TRY(look_at(layer, folder));
    TRY_ASSIGN(const auto files, layer_files(layer, folder));
    return store_.commit(layer, folder, files);
  }

  /// A key that does not name a package of its layer would be the wrong one.
  Status check_packages_of(const LayerPlan& layer, const fs::path& folder) {
    if (layer.kind == LayerKind::microcode) return {};
    const auto tree = folder / (layer.kind == LayerKind::base ? "tree" : "upper");
    const auto status = tree / "var/lib/dpkg/status";
    if (!fs::exists(status)) return {};
    TRY_ASSIGN(const auto text, os::read_file(status));
    return check_announced(layer, text, inputs_);
  }

  /// What others get of a layer is looked at before any medium has it.
  Status look_at(const LayerPlan& layer, const fs::path& folder) {
    const auto file = folder / "layer.squashfs";
    if (!fs::exists(file)) return {};
    TRY_ASSIGN(const auto report,
               inspect::inspect_layer(context_.runner, {.path = file}, layer.name,
                                      published_addresses(options_.spec)));
    for (const auto& [message, hint] : report.remarks) warn({.message = message, .hint = hint});
    return inspect::refuse(report.findings);
  }

  Status build_layer(const LayerPlan& layer, const fs::path& folder) {
    switch (layer.kind) {
      case LayerKind::base:
        return build_base(context_, layer, folder);
      case LayerKind::microcode:
        return build_microcode(context_, layer, folder);
      default:
        return build_overlay(context_, layer, folder);
    }
  }

  Status make_medium() {
    TRY(check_agreement(context_));
    TRY_ASSIGN(const auto work, store_.begin(kMediumStage));
    TRY(drop_if_failed(make_medium_in(work), work));
    return os::remove_tree(work);
  }

  Status make_medium_in(const fs::path& work) {
    if (options_.out.has_parent_path()) TRY(os::make_directory(options_.out.parent_path()));
    auto partial = options_.out;
    // One name is enough here: whoever still writes to the old file has it open, and it has no name
    // any more.
    partial += ".partial";
    TRY(os::remove_tree(partial));
    return drop_if_failed(write_medium(work, partial), partial);
  }

  Status write_medium(const fs::path& work, const fs::path& partial) {
    TRY_ASSIGN(const auto medium, build_medium(context_, work, partial));
    TRY_ASSIGN(const auto inspected, inspect_medium(context_.runner, partial));
    TRY(inspect::refuse(inspected.findings));
    TRY_ASSIGN(report_.sha256, os::sha256_file(partial));
    TRY(os::sync_filesystem(partial));
    // A checksum of another ISO would be believed.
    TRY(os::remove_tree(media_files(options_.out).checksum));
    TRY(os::rename_file(partial, options_.out));
    return write_beside(medium);
  }

  Status write_beside(const Medium& medium) {
    const auto files = media_files(options_.out);
    TRY(os::write_file(files.checksum,
                       std::format("{}  {}\n", report_.sha256, files.iso.filename().string())));
    TRY(os::write_file(files.packages, render_package_list(medium.bill.layers)));
    TRY(os::write_file(files.spdx, render_spdx(medium.bill)));
    TRY(os::write_file(files.lock, render_lock({.id = medium.id,
                                                .archives_time = index_.newest,
                                                .closures = inputs_.closures})));
    return write_media_record(store_.directory(), options_.out,
                              {.id = medium.id, .sha256 = report_.sha256});
  }

  /// Whether the medium at the place is the one that these inputs make.
  bool is_unchanged() {
    const auto record = find_media_record(store_.directory(), options_.out);
    if (!record || record->id != report_.id) return false;
    report_.sha256 = record->sha256;
    return true;
  }

  Status measure() {
    std::error_code error;
    report_.size = fs::file_size(options_.out, error);
    const auto image = images_of(options_.spec).front().name;
    for (const auto& name : {std::string("base"), image_layer(image), muster_image_layer(image)}) {
      TRY_ASSIGN(const auto facts, store_.read_facts(layer_named(layers_, name)));
      report_.image_size += facts.at("layer.squashfs").size;
      const auto initrd = facts.find("node-initrd.img");
      if (initrd == facts.end()) continue;
      TRY_ASSIGN(const auto base, store_.read_facts(layer_named(layers_, "base")));
      report_.node_boot_size = initrd->second.size + base.at("vmlinuz").size;
    }
    return {};
  }

  void output(std::string_view line) {
    if (current_ >= stages_.size()) return;
    auto event = timeline_.at(ProgressEvent::Kind::output, current_, seconds_since(started_));
    event.text = line;
    tell(event);
  }

  void tell(const ProgressEvent& event) {
    if (options_.listener) options_.listener(event);
  }

  const BuildOptions& options_;
  LayerStore store_;
  AptIndex index_;
  PlanInputs inputs_;
  std::vector<LayerPlan> layers_;
  BuildContext context_;
  BuildReport report_;
  std::vector<Stage> stages_;
  Timeline timeline_{{}, {}};
  Durations durations_;
  std::size_t current_ = 0;
  Clock::time_point started_;
};

}  // namespace

BuildResult<BuildReport> build_iso(os::CommandRunner& runner, const BuildOptions& options) {
  TRY_ASSIGN(Prepared build, prepare(runner, options));
  return Build(runner, options, std::move(build)).run();
}

}  // namespace muster::iso
