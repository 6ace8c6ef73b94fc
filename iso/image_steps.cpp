#include "iso/image_steps.h"

#include <format>

#include "core/apply/apply.h"
#include "core/apply/target/directory.h"
#include "core/os/files.h"

namespace muster::iso {

Status make_true(const BuildContext& context, const plan::Plan& plan,
                 const std::filesystem::path& root) {
  apply::Directory tree(context.runner, root);
  const apply::Report report = apply::apply(plan, tree);
  for (const apply::Outcome& each : report.outcomes) {
    if (each.kind != apply::Outcome::Kind::failed) continue;
    return fail(std::format("{}: {}: {}", each.origin, each.step, each.reason));
  }
  return {};
}

Status write_spec(const std::string& text, const std::filesystem::path& root) {
  if (text.empty()) return {};
  return os::write_file(root / "etc/muster/cluster.yaml", text);
}

}  // namespace muster::iso
