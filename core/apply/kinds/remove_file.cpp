// remove_file: no file or link of this name.

#include <format>

#include "core/apply/kinds.h"

namespace muster::apply {

EffectResult make_true(const plan::RemoveFile& step, Machine& machine) {
  const std::string& path = step.path;
  std::error_code error;
  const auto kind = std::filesystem::symlink_status(path, error).type();
  if (kind == std::filesystem::file_type::not_found) return Effect::unchanged;
  if (kind == std::filesystem::file_type::directory) {
    return fail(std::format("'{}' is a directory; only files are removed", step.path));
  }
  TRY(machine.changes.make(step.path, [&]() -> Status {
    if (std::filesystem::remove(path, error)) return {};
    return fail(std::format("cannot remove '{}': {}", step.path, error.message()));
  }));
  return Effect::changed;
}

}  // namespace muster::apply
