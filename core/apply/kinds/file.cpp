// file: a regular file with exactly this content.

#include "core/apply/kinds.h"
#include "core/apply/kinds/former_file.h"
#include "core/apply/kinds/paths.h"
#include "core/crypto/hash.h"

namespace muster::apply {

EffectResult make_true(const plan::WriteFile& step, Machine& machine) {
  TRY_ASSIGN(const os::FileMode wanted,
             find_mode(machine.target.names(), step.mode, step.owner, step.group));
  Files& files = machine.target.files();
  const auto now = files.look(step.path);
  if (now && now->kind == PathState::Kind::file && is_same(now->mode, wanted)) {
    const auto content = files.read(step.path);
    if (content && *content == step.content) return Effect::unchanged;
  }
  TRY(machine.changes.make(step.path,
                           [&] { return files.write(step.path, step.content, wanted); }));
  return Effect::changed;
}

Result<Sight> see(const plan::WriteFile& step, Target& target) {
  return see_path(target.files(), step.path);
}

EffectResult take_back(const plan::WriteFile& step, TakingBack& back) {
  const auto now = back.target.files().read(step.path);
  // Whoever wrote it since wants it as it is.
  if (!now || !back.entry.wrote(crypto::sha256(*now))) return Effect::unchanged;
  return put_back_file(step.path, back);
}

}  // namespace muster::apply
