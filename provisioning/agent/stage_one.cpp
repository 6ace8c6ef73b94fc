#include "provisioning/agent/stage_one.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <format>
#include <sys/reboot.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <thread>

#include "core/base/text.h"
#include "core/os/clock.h"
#include "core/os/files.h"
#include "core/os/jitter.h"
#include "provisioning/agent/boot_card.h"
#include "provisioning/agent/console_tail.h"
#include "provisioning/agent/fetch.h"
#include "provisioning/agent/inventory.h"
#include "provisioning/agent/lldp.h"

namespace muster::agent {
namespace {

using namespace std::chrono_literals;

/// How long the head may hear nothing of an image that is on its way: well below its patience
/// (docs/reference/node-protocol.md).
constexpr auto kTellAfter = 10s;

/// After so many attempts without an answer, some two minutes, the address may be one that the
/// network took back.
constexpr int kMostUnanswered = 6;

/// Memory that must stay free beside the image for the system to start at all.
constexpr Bytes kReserve = Bytes::from_mib(192);

Bytes total_size(const Invitation& invitation) {
  Bytes total;
  for (const auto& layer : invitation.boot.layers) total.count += layer.size.count;
  return total;
}

Result<Bytes> available_memory() {
  TRY_ASSIGN(const std::string content, os::read_file("/proc/meminfo"));
  for (const std::string& line : lines(content)) {
    if (!line.starts_with("MemAvailable:")) continue;
    const auto kib = parse_number(trim(line.substr(13, line.find("kB") - 13)));
    if (kib) return Bytes{*kib * 1024};
  }
  return fail("/proc/meminfo does not say how much memory is available");
}

class StageOne {
 public:
  explicit StageOne(const StageOneOptions& options) : options_(options) {}

  /// One boot from discovery to a mounted root. Errors: any; the caller tries again.
  Status attempt() {
    ++unanswered_;
    TRY_ASSIGN(const Invitation invitation, wait_for_invitation());
    const Status booted = boot(invitation);
    if (!booted) {
      const Status told = report_stage(
          invitation,
          {.stage = stage_, .failure = booted.error().text(), .console = console_.lines()});
      if (!told) say("the head could not be told: " + told.error().text());
    }
    if (other_kernel_) restart();
    return booted;
  }

  /// How many attempts in a row ended without an answer of the head.
  int unanswered() const { return unanswered_; }

 private:
  Result<Invitation> wait_for_invitation() {
    TRY_ASSIGN(provisioning::Hardware hardware, read_hardware());
    const std::string profile = read_started_profile();
    std::string said;
    while (true) {
      hardware.lldp = neighbours_.latest();
      TRY_ASSIGN(provisioning::DiscoverAnswer answer,
                 discover(options_.head, hardware, profile, started_image_));
      unanswered_ = 0;
      set_clock(answer.time_ms);
      if (auto* const boot = std::get_if<provisioning::BootAnswer>(&answer.decision)) {
        return Invitation{.head = options_.head, .boot = std::move(*boot)};
      }
      const std::string& reason = std::get<provisioning::WaitAnswer>(answer.decision).reason;
      if (reason != said) say("waiting: " + reason);
      said = reason;
      os::pause_with_jitter(3s);
    }
  }

  /// The head's clock is this machine's until chrony takes over: certificates need a date.
  void set_clock(std::int64_t head_ms) {
    const std::int64_t now = os::now_ms();
    if (std::abs(now - head_ms) < 5000) return;
    const timeval time{.tv_sec = head_ms / 1000, .tv_usec = (head_ms % 1000) * 1000};
    const bool set = settimeofday(&time, nullptr) == 0;
    say(std::format("clock {} the head's ({} s off)", set ? "set to" : "could not be set to",
                    (now - head_ms) / 1000));
  }

  void say(const std::string& line) {
    console_.add(line);
    options_.say(line);
  }

  Status boot(const Invitation& invitation) {
    stage_ = "image";
    say(std::format("this is {}; fetching its image, {}", invitation.boot.node_name,
                    human(total_size(invitation))));
    TRY(check_image(invitation.boot.image));
    TRY(undo_mounts());
    TRY(check_memory(invitation));
    TRY(mount_store(invitation));
    TRY(fetch_layers(invitation));
    stage_ = "root";
    // A head that was started again meanwhile does not know this boot; the system enrols all the
    // same.
    if (const Status told = report_stage(invitation, {.stage = stage_, .progress = 100}); !told) {
      say("the head could not be told: " + told.error().text());
    }
    TRY(mount_root(invitation));
    TRY(check_kernel());
    TRY(os::make_directory(options_.networks));
    TRY(os::write_file(options_.networks / "70-muster-boot.network",
                       render_boot_network(read_boot_card())));
    return os::write_file(options_.work / "boot.json", render_invitation(invitation),
                          {.mode = 0600});
  }

  Status check_image(const std::string& answered) {
    Status same = check_started_image(started_image_, answered);
    other_kernel_ = !same;
    return same;
  }

  Status check_memory(const Invitation& invitation) const {
    TRY_ASSIGN(const Bytes available, available_memory());
    const Bytes needed{total_size(invitation).count + kReserve.count};
    if (available >= needed) return {};
    return fail(std::format("{} of memory is available and the image needs {}", human(available),
                            human(needed)),
                "add memory or use a smaller image");
  }

  Status mount_store(const Invitation& invitation) {
    const Bytes size{total_size(invitation).count + Bytes::from_mib(8).count};
    TRY(os::make_directory(options_.work / "image", {.mode = 0700}));
    return mount("tmpfs", std::format("size={},mode=0700", size.count), "tmpfs",
                 options_.work / "image");
  }

  /// Gives back all that an attempt before this one mounted, and the memory of what it had fetched:
  /// a machine with little of it could not try again.
  Status undo_mounts() {
    while (!mounts_.empty()) {
      TRY(run_checked(options_.runner, {.argv = {"busybox", "umount", mounts_.back().string()}}));
      mounts_.pop_back();
    }
    return {};
  }

  Status fetch_layers(const Invitation& invitation) {
    const Bytes total = total_size(invitation);
    Bytes before;
    int told = -1;
    auto told_at = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < invitation.boot.layers.size(); ++i) {
      provisioning::Artefact layer = invitation.boot.layers[i];
      layer.path = std::format("layer {} of {}", i + 1, invitation.boot.image_name);
      const auto on_bytes = [&](Bytes here) {
        const int percent = static_cast<int>((before.count + here.count) * 100 /
                                             std::max<std::uint64_t>(total.count, 1));
        // By time as well: where many nodes share a cable, five per cent may take minutes.
        const auto now = std::chrono::steady_clock::now();
        if (percent < told + 5 && told >= 0 && now - told_at < kTellAfter) return;
        told = percent;
        told_at = now;
        say(std::format("image {} %", percent));
        // Progress that cannot be told is no reason to stop; the next report or the end will say
        // it.
        if (const Status reported =
                report_stage(invitation, {.stage = stage_, .progress = percent});
            !reported) {
          say("the head could not be told how far it is: " + reported.error().text());
        }
      };
      TRY(fetch(std::format("http://{}{}", invitation.head, provisioning::blob_url(layer.sha256)),
                layer, layer_file(i), on_bytes));
      before.count += layer.size.count;
    }
    return {};
  }

  Status mount_root(const Invitation& invitation) {
    std::string lower;
    for (std::size_t i = 0; i < invitation.boot.layers.size(); ++i) {
      const auto place = options_.work / std::format("layer{}", i);
      TRY(os::make_directory(place));
      TRY(mount("squashfs", "loop,ro", layer_file(i), place));
      lower = place.string() + (lower.empty() ? "" : ":" + lower);
    }
    const auto writable = options_.work / "writable";
    TRY(os::make_directory(writable));
    TRY(mount("tmpfs", "size=50%,mode=0755", "tmpfs", writable));
    TRY(os::make_directory(writable / "upper"));
    TRY(os::make_directory(writable / "work"));
    return mount("overlay",
                 std::format("lowerdir={},upperdir={},workdir={}", lower,
                             (writable / "upper").string(), (writable / "work").string()),
                 "overlay", options_.root);
  }

  /// A machine that waited while the head got a new medium runs the old kernel, for which the new
  /// image has no modules.
  Status check_kernel() {
    if (options_.kernel == Kernel::of_host) return {};
    utsname running{};
    CHECK(uname(&running) == 0);
    std::error_code error;
    if (std::filesystem::exists(options_.root / "usr/lib/modules" / running.release, error)) {
      return {};
    }
    other_kernel_ = true;
    return fail(std::format("the image has no modules for kernel {}, which this machine started "
                            "before the head had this image",
                            running.release),
                "it restarts, and boots the image's own");
  }

  /// The firmware fetches the kernel that belongs to the image.
  void restart() {
    say("restarting");
    os::pause_with_jitter(10s);
    if (reboot(RB_AUTOBOOT) != 0) say("this machine could not be restarted; do it by hand");
  }

  std::filesystem::path layer_file(std::size_t index) const {
    return options_.work / "image" / std::format("layer{}.squashfs", index);
  }

  Status mount(const std::string& type, const std::string& mount_options, const std::string& source,
               const std::filesystem::path& target) {
    TRY(run_checked(options_.runner, {.argv = {"busybox", "mount", "-t", type, "-o", mount_options,
                                               source, target.string()}}));
    mounts_.push_back(target);
    return {};
  }

  const StageOneOptions& options_;
  NeighbourListener neighbours_;
  ConsoleTail console_;
  std::string stage_ = "discovery";
  int unanswered_ = 0;
  const std::string started_image_ = read_started_image();
  bool other_kernel_ = false;
  /// In the order in which they were made.
  std::vector<std::filesystem::path> mounts_;
};

}  // namespace

Status check_started_image(const std::string& started, const std::string& answered) {
  if (started.empty() || answered.empty() || started == answered) return {};
  return fail(std::format("the head no longer has {}, with whose kernel this machine started",
                          provisioning::short_reference(started)),
              std::format("it restarts, and boots {}", provisioning::short_reference(answered)));
}

Status run_stage_one(const StageOneOptions& options) {
  constexpr Backoff kPauses{.first = 2s, .longest = 30s};
  StageOne stage_one(options);
  for (int failures = 1;; ++failures) {
    const Status done = stage_one.attempt();
    if (done) return {};
    options.say("failed: " + done.error().text());
    if (stage_one.unanswered() >= kMostUnanswered) {
      return fail(std::format("the head at {} does not answer", options.head),
                  "asking for an address once more");
    }
    const auto pause = kPauses.after(failures, os::random_part());
    options.say(
        std::format("trying again in {:.0f} s", std::chrono::duration<double>(pause).count()));
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace muster::agent
