#include "lab/accelerator.h"

#include <format>

#include <nlohmann/json.hpp>

#include "core/os/files.h"
#include "core/os/process.h"

namespace muster::lab {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

/// Ten times what the probe takes in software emulation.
constexpr auto kProbeTime = 5s;
/// SeaBIOS does not boot a disk that is smaller than a track.
constexpr std::size_t kImageSize = 1U << 20;
/// A status from here on is of a program that was ended by a signal (CommandResult), as one that is
/// short of memory is.
constexpr int kKilled = 128;

struct CachedChoice {
  std::string boot;
  AcceleratorChoice choice;
};

Result<CachedChoice> read_cached(const std::filesystem::path& path) {
  TRY_ASSIGN(const std::string text, os::read_file(path));
  const json value = json::parse(text, nullptr, false);
  if (!value.is_object()) return fail("not a probe's record");
  const bool works = value.value("kvm", false);
  return CachedChoice{.boot = value.value("boot", ""),
                      .choice = {.accelerator = works ? Accelerator::kvm : Accelerator::tcg,
                                 .reason = value.value("reason", "")}};
}

/// What a probe found.
struct Probed {
  AcceleratorChoice choice;
  /// sure: the guest said its word, or the emulator gave up. unsure: it was not let come to its
  /// end, on a machine that is busy or short of something, and another time may tell more.
  enum class Certainty { sure, unsure } certainty = Certainty::sure;
};

Result<Probed> run_probe(os::CommandRunner& runner, const std::filesystem::path& device) {
  TRY_ASSIGN(const auto directory, os::TemporaryDirectory::make("muster-probe"));
  const std::filesystem::path image = directory.path() / "sector.img";
  std::string content(probe_sector().begin(), probe_sector().end());
  content.resize(kImageSize, '\0');
  TRY(os::write_file(image, content));
  const auto result = runner.run(probe_command(Accelerator::kvm, image));
  if (result && result->status == kProbeStatus) {
    return Probed{.choice = {.accelerator = Accelerator::kvm, .reason = ""}};
  }
  if (!result || result->status >= kKilled) {
    return Probed{.choice = {.accelerator = Accelerator::tcg,
                             .reason = std::format(
                                 "the probe of '{}' did not come to its end: {}", device.string(),
                                 result ? "it was killed" : result.error().message)},
                  .certainty = Probed::Certainty::unsure};
  }
  return Probed{.choice = {.accelerator = Accelerator::tcg,
                           .reason = std::format("'{}' opens but does not run a 64-bit guest",
                                                 device.string())}};
}

}  // namespace

os::Command probe_command(Accelerator accelerator, const std::filesystem::path& image) {
  const bool kvm = accelerator == Accelerator::kvm;
  return {.argv = {"qemu-system-x86_64",
                   "-no-user-config",
                   "-nodefaults",
                   "-display",
                   "none",
                   "-machine",
                   "q35",
                   "-accel",
                   kvm ? "kvm" : "tcg",
                   "-cpu",
                   kvm ? "host" : "qemu64",
                   "-m",
                   "64M",
                   "-no-reboot",
                   "-device",
                   "isa-debug-exit,iobase=0xf4,iosize=0x04",
                   "-drive",
                   "if=none,id=sector,format=raw,file=" + image.string(),
                   "-device",
                   "ide-hd,drive=sector,bootindex=0"},
          .timeout = kProbeTime};
}

Result<AcceleratorChoice> choose_accelerator(os::CommandRunner& runner,
                                             const std::filesystem::path& cache,
                                             const std::filesystem::path& device) {
  if (!std::filesystem::exists(device)) {
    return AcceleratorChoice{.accelerator = Accelerator::tcg,
                             .reason = std::format("there is no '{}'", device.string())};
  }
  TRY_ASSIGN(const std::string boot, os::read_boot_id());
  const std::filesystem::path record = cache / "kvm-probe.json";
  if (const auto cached = read_cached(record); cached && cached->boot == boot)
    return cached->choice;
  TRY_ASSIGN(Probed probed, run_probe(runner, device));
  if (probed.certainty == Probed::Certainty::unsure) return std::move(probed.choice);
  TRY(os::write_file(record, json{{"boot", boot},
                                  {"kvm", probed.choice.accelerator == Accelerator::kvm},
                                  {"reason", probed.choice.reason}}
                                     .dump(2) +
                                 "\n"));
  return std::move(probed.choice);
}

}  // namespace muster::lab
