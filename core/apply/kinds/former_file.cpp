#include "core/apply/kinds/former_file.h"

#include <format>

#include "core/apply/kinds/paths.h"

namespace muster::apply {
namespace {

EffectResult write_former(const std::string& path, TakingBack& back) {
  const Former& former = back.entry.former;
  const auto content = back.record.content(former);
  if (!content) {
    return fail(std::format("its former content is lost: {}", content.error().message),
                std::format("write '{}' as it shall be, or remove it", path));
  }
  Files& files = back.target.files();
  TRY_ASSIGN(const PathState state, files.look(path));
  const auto now = files.read(path);
  if (now && *now == *content && is_same(state.mode, former.mode)) return Effect::unchanged;
  TRY(back.changes.make(path, [&] { return files.write(path, *content, former.mode); }));
  return Effect::changed;
}

}  // namespace

EffectResult put_back_file(const std::string& path, TakingBack& back) {
  Files& files = back.target.files();
  const Former& former = back.entry.former;
  switch (former.kind) {
    case Former::Kind::file:
      return write_former(path, back);
    case Former::Kind::link:
      TRY(back.changes.make(path, [&] { return files.write_link(path, former.text); }));
      return Effect::changed;
    case Former::Kind::absent:
      TRY(back.changes.make(path, [&] { return files.remove(path); }));
      remove_parents(files, path, former.text);
      return Effect::changed;
    default:
      return Effect::unchanged;
  }
}

}  // namespace muster::apply
