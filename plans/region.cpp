// Language and time zone, the same on the head and on every node: a job's dates and messages do not
// depend on where it ran.

#include <format>

#include "core/spec/time_zones.h"
#include "plans/planner.h"

namespace muster::plans {
namespace {

using plan::MakeLink;
using plan::Plan;
using plan::WriteFile;

constexpr const char* kLocalTime = "/etc/localtime";
/// Debian's name of the zone, for programs that do not read the link (localtime(5)).
constexpr const char* kTimeZone = "/etc/timezone";

MakeLink local_time(const spec::Head& head) {
  return {.path = kLocalTime, .to = "/usr/share/zoneinfo/" + head.time_zone};
}

Plan time_zone(const spec::Head& head) {
  return {
      .steps = {local_time(head), WriteFile{.path = kTimeZone, .content = head.time_zone + "\n"}}};
}

/// Of a machine that runs. Names of a package that only the images have are as they were built.
Plan running_time_zone(const spec::ClusterSpec& spec) {
  return spec::is_legacy_time_zone(spec.head.time_zone) ? Plan() : time_zone(spec.head);
}

Plan region_of_image(const spec::ClusterSpec& spec) {
  Plan plan = time_zone(spec.head);
  plan.add(
      WriteFile{.path = "/etc/locale.conf", .content = std::format("LANG={}\n", spec.head.locale)});
  return plan;
}

plan::Owns region_owns(const spec::ClusterSpec& spec) {
  return {.files = {kTimeZone}, .links = {local_time(spec.head)}};
}

HeadPlan region_on_head(const ClusterView& view) {
  // A server with a system of its own keeps its zone.
  return {.plan = view.facts.live ? running_time_zone(view.spec) : Plan()};
}

Plan region_on_nodes(const ClusterView& view) { return running_time_zone(view.spec); }

}  // namespace

extern constinit const Planner kRegion = {.origin = "region",
                                          .owns = region_owns,
                                          .head_image = region_of_image,
                                          .node_image = region_of_image,
                                          .head = region_on_head,
                                          .any_node = region_on_nodes};

}  // namespace muster::plans
