#pragma once
// Which packages of the archives go into each layer: what apt would install now, with versions and
// hashes. A layer's key has this of the archives and nothing else, so a new version of a package
// makes anew the layers that have it, and no others.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"
#include "iso/apt_index.h"
#include "iso/layer_plan.h"
#include "iso/spdx.h"

namespace muster::iso {

/// The output of `apt-get --print-uris`. Packages that are files of this machine are left out.
/// Errors: a line of another form; a package without a SHA-256.
Result<Closure> parse_uris(std::string_view text);

/// The closure of each layer, by the layer's name: its packages and those of the layers below it,
/// with all that they depend on. Nothing is fetched or installed. Errors: apt says that they cannot
/// be installed together.
Result<Closures> resolve_layers(os::CommandRunner& runner, const AptIndex& index,
                                const std::vector<LayerPlan>& layers);

/// One line for each package: what a layer's key has of it. Pure.
std::string render_closure(const Closure& closure);

/// One hash for all. Pure.
std::string hash_closures(const Closures& closures);

/// The packages of a finished medium that the closure of their layer does not have, as sentences:
/// a layer would not be made anew for a new version of them. `own`: names of packages that come
/// from no archive. Pure.
std::vector<std::string> find_unresolved(const std::vector<LayerContents>& contents,
                                         const Closures& closures,
                                         const std::set<std::string>& own);

}  // namespace muster::iso
