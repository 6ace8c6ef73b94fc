// What extensions want of nodes.

#include "plans/planner.h"

namespace muster::plans {
namespace {

plan::Plan extensions_on_nodes(const ClusterView& view) { return view.extensions_on_nodes; }

}  // namespace

extern constinit const Planner kExtensions = {.origin = "extensions",
                                              .any_node = extensions_on_nodes};

}  // namespace muster::plans
