// link: a symbolic link that says where.

#include <format>

#include "core/apply/kinds.h"
#include "core/apply/kinds/former_file.h"
#include "core/apply/kinds/paths.h"
#include "core/crypto/hash.h"

namespace muster::apply {

EffectResult make_true(const plan::MakeLink& step, Machine& machine) {
  Files& files = machine.target.files();
  TRY_ASSIGN(const PathState now, files.look(step.path));
  if (now.kind == PathState::Kind::link && now.link == step.to) return Effect::unchanged;
  if (now.kind == PathState::Kind::directory) {
    return fail(std::format("'{}' is a directory", step.path), "move it away");
  }
  TRY(machine.changes.make(step.path, [&] { return files.write_link(step.path, step.to); }));
  return Effect::changed;
}

Result<Sight> see(const plan::MakeLink& step, Target& target) {
  return see_path(target.files(), step.path);
}

EffectResult take_back(const plan::MakeLink& step, TakingBack& back) {
  TRY_ASSIGN(const PathState now, back.target.files().look(step.path));
  // Whoever made another one since wants it as it is.
  const bool is_ours =
      now.kind == PathState::Kind::link && back.entry.wrote(crypto::sha256(now.link));
  const bool was_so =
      back.entry.former.kind == Former::Kind::link && back.entry.former.text == now.link;
  return is_ours && !was_so ? put_back_file(step.path, back) : Effect::unchanged;
}

}  // namespace muster::apply
