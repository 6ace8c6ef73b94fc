// head: what is done to the head itself.

#include <filesystem>
#include <format>
#include <memory>
#include <print>

#include <nlohmann/json.hpp>

#include "apps/muster/commands.h"
#include "apps/muster/confirm.h"
#include "apps/muster/log_deed.h"
#include "core/base/text.h"
#include "core/spec/volumes.h"
#include "head/installed.h"
#include "head/keep.h"

namespace muster::cli {
namespace {

struct KeepOptions {
  std::string disk;
  bool erase = false;
  ConfirmOptions confirm;
};

/// New volumes for the state disk in use.
int keep_more(os::CommandRunner& runner, const spec::ClusterSpec& spec) {
  const auto added = head::keep_more(runner, spec::shared_mounts(spec));
  if (!added) return report(added.error());
  if (added->empty())
    return print_answer({{"added", *added}}, "the state disk keeps everything already");
  log_deed("head keep", join(*added, " "));
  return print_answer(
      {{"added", *added}},
      std::format("the state disk keeps {} from the head's next start on ('systemctl "
                  "reboot'); changes there before that are lost.",
                  join(*added, ", ")));
}

/// Errors: nothing is to be asked, since the disk cannot be taken.
Result<Deed> deed_of(os::CommandRunner& runner, const KeepOptions& options) {
  using head::Contents;
  TRY_ASSIGN(const head::DiskUse use, head::read_disk_use(runner, options.disk));
  TRY(head::check_disk(options.disk, use, options.erase ? Contents::erase : Contents::keep));
  const bool is_empty = use.contents.empty();
  return Deed{.what = std::format("{} {}", is_empty ? "use" : "erase", options.disk),
              .consequence =
                  is_empty ? "it is empty"
                           : std::format("all that is on it is lost: {}", join(use.contents, ", ")),
              .answer = {{"disk", options.disk}, {"lost", use.contents}}};
}

int keep(const KeepOptions& options) {
  if (!std::filesystem::exists(head::kInstalledSpec)) {
    return report(
        {.message = std::format("this machine is no head: it has no '{}'", head::kInstalledSpec),
         .hint = "run this on the head"},
        kMissing);
  }
  const auto spec = head::read_installed_spec();
  if (!spec) return report(spec.error(), kUsage);
  os::PosixCommandRunner runner;
  if (options.disk.empty()) return keep_more(runner, *spec);
  const auto deed = deed_of(runner, options);
  if (!deed) return report(deed.error());
  const bool is_asked = options.confirm.dry_run || !deed->answer.at("lost").empty();
  const auto status = is_asked ? stop_before(*deed, options.confirm) : std::nullopt;
  if (status) return *status;
  // Before the database is copied: what comes later is lost at the head's next start.
  log_deed("head keep", options.disk);
  const Status kept = head::keep_state(runner, options.disk,
                                       options.erase ? head::Contents::erase : head::Contents::keep,
                                       spec::shared_mounts(*spec));
  if (!kept) return report(kept.error());
  return print_answer(
      deed->answer,
      std::format("{} holds this head's state. It is used from the next start on: restart "
                  "the head now ('systemctl reboot'); what changes until then is lost.",
                  options.disk));
}

}  // namespace

void add_head(CLI::App& app, Session& session) {
  CLI::App* const noun = app.add_subcommand("head", "the head itself");
  noun->require_subcommand(1);
  const auto options = std::make_shared<KeepOptions>();
  CLI::App* const verb =
      noun->add_subcommand("keep", "make a disk on which a live head keeps its state");
  CLI::Option* const disk =
      verb->add_option("disk", options->disk,
                       "such as /dev/sdb; absent, new volumes are added to the one in use")
          ->type_name(value::kFile);
  verb->add_flag("--erase", options->erase, "overwrite what is on it")->needs(disk);
  options->confirm.add_to(*verb);
  add_json(*verb);
  on_run(*verb, session, [options] { return keep(*options); });
}

}  // namespace muster::cli
