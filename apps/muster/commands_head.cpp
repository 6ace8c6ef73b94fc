// head: what is done to the head itself.

#include <memory>
#include <print>

#include "apps/muster/commands.h"
#include "core/spec/volumes.h"
#include "provisioning/head/installed.h"
#include "provisioning/head/keep.h"

namespace muster::cli {
namespace {

struct KeepOptions {
  std::string disk;
  bool erase = false;
};

int keep(const KeepOptions& options) {
  const auto spec = head::read_installed_spec();
  if (!spec) {
    return report({.message = "this machine is no head: " + spec.error().message,
                   .hint = "run this on the head"},
                  kMissing);
  }
  os::PosixCommandRunner runner;
  const Status kept = head::keep_state(runner, options.disk,
                                       options.erase ? head::Contents::erase : head::Contents::keep,
                                       spec::shared_mounts(*spec));
  if (!kept) return report(kept.error());
  std::println(
      "{} holds this head's state. It is used from the next start on: restart the head now "
      "('systemctl reboot'); what changes until then is lost.",
      options.disk);
  return kDone;
}

}  // namespace

void add_head(CLI::App& app, Session& session) {
  CLI::App* const noun = app.add_subcommand("head", "the head itself");
  noun->require_subcommand(1);
  const auto options = std::make_shared<KeepOptions>();
  CLI::App* const verb =
      noun->add_subcommand("keep", "make a disk on which a live head keeps its state");
  verb->add_option("disk", options->disk, "such as /dev/sdb")->type_name(value::kFile)->required();
  verb->add_flag("--erase", options->erase, "overwrite what is on it");
  on_run(*verb, session, [options] { return keep(*options); });
}

}  // namespace muster::cli
