// muster iso write: the ISO on a USB stick, read back.

#include <filesystem>
#include <format>
#include <memory>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "apps/muster/commands.h"
#include "apps/muster/confirm.h"
#include "apps/muster/iso_options.h"
#include "apps/muster/progress_line.h"
#include "core/base/units.h"
#include "core/os/block_device.h"
#include "core/os/files.h"
#include "iso/stick.h"

namespace muster::cli {
namespace {

struct WriteOptions {
  std::string iso;
  std::string device;
  bool any_disk = false;
  ConfirmOptions confirm;
};

/// One part of the work, with how far it is.
Status show(std::string_view what, Bytes whole,
            const std::function<Status(const os::OnBytes&)>& work) {
  ProgressLine line;
  std::uint64_t shown = 0;
  const Status done = work([&](std::uint64_t bytes) {
    const std::uint64_t percent = bytes * 100 / std::max<std::uint64_t>(whole.count, 1);
    if (percent == shown || (!line.is_written_over() && percent / 10 == shown / 10)) return;
    shown = percent;
    line.show(std::format("{}: {} %", what, percent));
  });
  line.close();
  return done;
}

Status write_and_compare(const WriteOptions& options, Bytes size) {
  TRY(show("writing", size, [&](const os::OnBytes& on_bytes) {
    return os::write_to_device(options.iso, options.device, on_bytes);
  }));
  return show("reading back", size, [&](const os::OnBytes& on_bytes) {
    return os::compare_with_device(options.iso, options.device, on_bytes);
  });
}

Deed deed_of(const WriteOptions& options, const iso::Stick& stick, Bytes size) {
  const std::string model = stick.model.empty() ? "" : stick.model + ", ";
  return {.what = std::format("overwrite '{}' ({}{}) with '{}'", options.device, model,
                              human(stick.size), options.iso),
          .consequence = "all that is on it is lost",
          .answer = {{"device", options.device}, {"iso", options.iso}, {"bytes", size.count}}};
}

int write(const WriteOptions& options) {
  if (geteuid() != 0)
    return report(fail("only root may write to disks", "run it with sudo").error());
  if (const Status good = check_iso(options.iso); !good) return report(good.error());
  const auto state = os::read_state(options.iso);
  if (!state) return report(state.error());
  const Bytes size{state->size};
  os::PosixCommandRunner runner;
  const auto stick = iso::read_stick(runner, options.device);
  if (!stick) return report(stick.error());
  const auto accepts = options.any_disk ? iso::Accepts::any_disk : iso::Accepts::removable;
  if (const Status good = check_stick(*stick, size, accepts); !good) return report(good.error());
  const Deed deed = deed_of(options, *stick, size);
  if (const auto status = stop_before(deed, options.confirm)) return *status;
  if (const Status done = write_and_compare(options, size); !done) return report(done.error());
  return print_answer(
      deed.answer, std::format("'{}' has the ISO, and was read back: pull it out", options.device));
}

}  // namespace

void add_iso_write(CLI::App& iso, Session& session) {
  CLI::App& verb = *iso.add_subcommand("write", "write an ISO to a USB stick, and read it back");
  const auto options = std::make_shared<WriteOptions>();
  verb.add_option("iso", options->iso, "the ISO")->type_name(value::kFile)->required();
  verb.add_option("device", options->device, "the stick, such as /dev/sdb")
      ->type_name(value::kFile)
      ->required();
  verb.add_flag("--any-disk", options->any_disk, "also a disk that is not removable");
  options->confirm.add_to(verb);
  add_json(verb);
  on_run(verb, session, [options] { return write(*options); });
}

}  // namespace muster::cli
