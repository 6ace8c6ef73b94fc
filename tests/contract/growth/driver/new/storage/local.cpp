// A directory that each machine has for itself.

#include "storage/driver.h"

namespace muster::storage {
namespace {

using Volumes = std::span<const spec::Volume>;

plan::Owns local_owns(Volumes volumes) {
  plan::Owns owns;
  for (const spec::Volume& volume : volumes) owns.directories.push_back(volume.mount);
  return owns;
}

plan::Plan directories_of(Volumes volumes) {
  plan::Plan plan;
  for (const spec::Volume& volume : volumes) plan.add(plan::MakeDirectory{.path = volume.mount});
  return plan;
}

plan::Plan local_in_head_image() { return {}; }

plan::Plan local_on_head(const spec::Head&, Volumes volumes, const HeadFacts&) {
  return directories_of(volumes);
}

plan::Plan local_on_node(const spec::Head&, Volumes volumes) { return directories_of(volumes); }

std::vector<Error> local_health(Volumes, const HeadFacts&) { return {}; }

}  // namespace

constinit const Driver kLocal = {.kind = spec::StorageDriver::local,
                                 .owns = local_owns,
                                 .plan_head_image = local_in_head_image,
                                 .plan_head = local_on_head,
                                 .plan_node = local_on_node,
                                 .health = local_health};

}  // namespace muster::storage
