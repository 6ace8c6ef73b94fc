#include "storage/volumes.h"

#include <utility>
#include <variant>

#include "core/spec/volumes.h"

namespace muster::storage {
namespace {

using spec::Volume;

/// Calls `use` with each driver that has volumes among these, and with its volumes.
template <typename Use>
void each_driver(const std::vector<Volume>& volumes, Use use) {
  for (const Driver* const driver : kDrivers) {
    std::vector<Volume> own = volumes;
    std::erase_if(own, [&](const Volume& volume) { return volume.driver != driver->kind; });
    if (!own.empty()) use(*driver, own);
  }
}

}  // namespace

plan::Owns owns_on_head(const spec::ClusterSpec& spec) {
  plan::Owns owns;
  each_driver(shared_volumes(spec), [&](const Driver& driver, const std::vector<Volume>& own) {
    append(owns, driver.owns(own));
  });
  return owns;
}

plan::Plan plan_head_image(const spec::ClusterSpec& spec) {
  plan::Plan plan;
  each_driver(shared_volumes(spec), [&](const Driver& driver, const std::vector<Volume>&) {
    plan.append(driver.plan_head_image());
  });
  return plan;
}

plan::Plan plan_head(const spec::ClusterSpec& spec, const HeadFacts& facts) {
  plan::Plan plan;
  each_driver(shared_volumes(spec), [&](const Driver& driver, const std::vector<Volume>& own) {
    plan.append(driver.plan_head(spec.head, own, facts));
  });
  return plan;
}

plan::Plan plan_node(const spec::ClusterSpec& spec, const spec::Profile& profile) {
  plan::Plan plan;
  each_driver(volumes_of(spec, profile), [&](const Driver& driver, const std::vector<Volume>& own) {
    plan.append(driver.plan_node(spec.head, own));
  });
  return plan;
}

std::vector<std::string> mounts_of_node(const spec::ClusterSpec& spec,
                                        const spec::Profile& profile) {
  std::vector<std::string> mounts;
  for (const plan::Step& step : plan_node(spec, profile).steps) {
    const auto* const mount = std::get_if<plan::MountFileSystem>(&step);
    if (mount != nullptr) mounts.push_back(mount->target);
  }
  return mounts;
}

std::vector<Error> health(const spec::ClusterSpec& spec, const HeadFacts& facts) {
  std::vector<Error> problems;
  each_driver(shared_volumes(spec), [&](const Driver& driver, const std::vector<Volume>& own) {
    for (Error& problem : driver.health(own, facts)) problems.push_back(std::move(problem));
  });
  return problems;
}

}  // namespace muster::storage
