#pragma once
// From a specification to a medium: plan the layers, make those that are missing, check them, write
// the image and what belongs beside it.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"
#include "core/spec/cluster_spec.h"
#include "iso/build_error.h"
#include "iso/layer_plan.h"
#include "iso/lock.h"
#include "iso/progress.h"

namespace muster::iso {

struct BuildOptions {
  spec::ClusterSpec spec;
  /// The text of cluster.yaml, which the head gets as it is.
  std::string spec_text;
  /// Files that the medium has besides, by their places on it.
  std::map<std::string, std::string> files = {};
  /// What is made true in the head's layer and in each image, when Muster's packages are in.
  plan::Plan head_steps = {};
  plan::Plan image_steps = {};
  std::filesystem::path out;
  /// The folder with the layers' recipes.
  std::filesystem::path data;
  /// Our own package files.
  std::filesystem::path packages;
  /// Without them the ISO is plain Debian, which is an error unless it is wanted.
  enum class Contents { muster, plain_debian } contents = Contents::muster;
  /// Where layers and downloads are kept.
  std::filesystem::path cache;
  /// Where this machine's apt says which archives there are.
  std::filesystem::path apt = "/etc/apt";
  /// Layers go here in place of `cache`/layers, downloads stay shared; for verification.
  std::filesystem::path layer_cache = {};
  /// When set, the packages that the layers must have.
  std::optional<Lock> lock = {};
  /// What to do when they have others; empty: as compare_with_lock says.
  std::string lock_hint = {};
  Listener listener;
};

struct BuildReport {
  std::filesystem::path out;
  std::string id;
  std::string sha256;
  std::uint64_t size = 0;
  /// Whether anything had to be made.
  enum class Outcome { built, unchanged } outcome = Outcome::built;
  /// Bytes a node fetches: its layers.
  std::uint64_t image_size = 0;
  /// Bytes of kernel and initial RAM disk of a node; 0 when our node package is not part of it.
  std::uint64_t node_boot_size = 0;
};

/// What a build would do, in the order in which it would do it.
struct IsoPlan {
  /// Names the medium by everything on it.
  std::string id;
  struct Layer {
    LayerPlan plan;
    /// Whether the cache has it, so that it is not made again.
    bool kept = false;
  };
  std::vector<Layer> layers;
};

/// Plans a build and makes nothing; it needs no right to, and goes beside a build.
/// Errors: a program is missing here that builds; a mirror does not answer.
BuildResult<IsoPlan> plan_iso(os::CommandRunner& runner, const BuildOptions& options);

/// Builds. Errors: not root; no space; a mirror that does not answer; a package that does not
/// exist, with the place that names it; a program that failed, with the log's path. Threads: before
/// any thread is started, since the process gets mounts of its own.
BuildResult<BuildReport> build_iso(os::CommandRunner& runner, const BuildOptions& options);

/// What a second build came to.
struct VerifyReport {
  /// Hash of the medium that was there.
  std::string sha256;
  /// The first files that differ; empty when both media are the same, bit for bit.
  std::vector<std::string> differences;
  /// The second medium, which alone is kept, and only when it differs.
  BuildReport again;
};

/// Builds once more from nothing but the downloads, and compares. Nothing else builds meanwhile.
/// Errors: as build_iso; the archives changed since the medium was built, which is found before
/// anything is made.
BuildResult<VerifyReport> verify_iso(os::CommandRunner& runner, const BuildOptions& options);

}  // namespace muster::iso
