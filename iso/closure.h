#pragma once
// Which packages of the archives go into each layer: what apt would install now, with versions and
// hashes. A layer's key has this of the archives and nothing else, so a new version of a package
// makes anew the layers that have it, and no others.

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"
#include "iso/apt_index.h"
#include "iso/layer_plan.h"

namespace muster::iso {

/// What apt would fetch.
struct Announced {
  Closure closure;
  /// Names of packages whose address begins with none of Debian's.
  std::set<std::string> of_others = {};
};

/// The output of `apt-get --print-uris`; `debian`: beginnings of the addresses of Debian's
/// archives. Packages that are files of this machine are left out. Errors: a line of another form;
/// a package without a SHA-256.
Result<Announced> parse_uris(std::string_view text, const std::vector<std::string>& debian);

/// Why apt-get could not find what to install, by its two outputs: "chrony : Conflicts:
/// time-daemon".
std::vector<std::string> parse_conflicts(std::string_view out, std::string_view err);

/// Sets the closure of each layer, by the layer's name: its packages and those of the layers below
/// it, with all that they depend on; and whose they are. Nothing is fetched or installed. Errors:
/// apt says that they cannot be installed together.
Status resolve_layers(os::CommandRunner& runner, const AptIndex& index,
                      const std::vector<LayerPlan>& layers, PlanInputs& inputs);

/// The part of a layer's closure that is in no layer below it. Pure.
Closure own_closure(const LayerPlan& layer, const Closures& closures);

/// The downloads in `folder`, apt's archives, that are not what the archives have: of a package's
/// name and version, and of another hash. apt compares sizes only before it takes one
/// (apt-pkg/acquire-item.cc). Downloads of other packages are passed over. Errors: one cannot be
/// read.
Result<std::vector<std::filesystem::path>> find_changed_downloads(
    const std::filesystem::path& folder, const Closure& closure);

/// One line for each package: what a layer's key has of it. Pure.
std::string render_closure(const Closure& closure);

/// Fails when the finished tree of a layer has a package that neither its closure nor one below
/// has: the layer would stay as it is when the archives have a new version of it. `status`: the
/// layer's dpkg status file. Pure.
Status check_announced(const LayerPlan& layer, std::string_view status, const PlanInputs& inputs);

}  // namespace muster::iso
