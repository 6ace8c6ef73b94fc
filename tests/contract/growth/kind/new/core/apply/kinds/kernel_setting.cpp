// kernel_setting: a value of sysctl(8) for this run of the system.

#include "core/apply/kinds.h"
#include "core/base/text.h"

namespace muster::apply {
namespace {

std::string path_of(const plan::SetKernel& step) { return "/proc/sys/" + step.name; }

}  // namespace

EffectResult make_true(const plan::SetKernel& step, Machine& machine) {
  Files& files = machine.target.files();
  TRY_ASSIGN(const std::string now, files.read(path_of(step)));
  if (trim(now) == step.value) return Effect::unchanged;
  TRY(files.rewrite(path_of(step), step.value));
  return Effect::changed;
}

Result<Sight> see(const plan::SetKernel& step, Target& target) {
  TRY_ASSIGN(const std::string now, target.files().read(path_of(step)));
  return Sight{.former = {.kind = Former::Kind::name, .text = std::string(trim(now))}};
}

EffectResult take_back(const plan::SetKernel& step, TakingBack& back) {
  TRY(back.target.files().rewrite(path_of(step), back.entry.former.text));
  return Effect::changed;
}

static_assert(Remembered<plan::SetKernel>);

}  // namespace muster::apply
