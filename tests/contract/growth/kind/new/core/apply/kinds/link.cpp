// link: a symbolic link that leads to this place.

#include <filesystem>

#include "core/apply/kinds.h"
#include "core/apply/kinds/paths.h"
#include "core/os/files.h"

namespace muster::apply {
namespace {

bool is_link_to(const std::string& path, const std::string& to) {
  std::error_code error;
  return std::filesystem::read_symlink(path, error) == to && !error;
}

}  // namespace

EffectResult make_true(const plan::MakeLink& step, Machine& machine) {
  if (is_link_to(step.path, step.to)) return Effect::unchanged;
  TRY(machine.changes.make(step.path, [&] { return os::write_symlink(step.path, step.to); }));
  return Effect::changed;
}

Result<Sight> see(const plan::MakeLink& step, const Surroundings&) { return see_path(step.path); }

EffectResult take_back(const plan::MakeLink& step, TakingBack& back) {
  if (back.entry.former.kind != Former::Kind::absent || !is_link_to(step.path, step.to)) {
    return Effect::unchanged;
  }
  TRY(back.changes.make(step.path, [&] { return os::remove_tree(step.path); }));
  return Effect::changed;
}

static_assert(Remembered<plan::MakeLink>);

}  // namespace muster::apply
