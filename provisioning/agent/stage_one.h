#pragma once
// What happens in the initrd: discover, wait for adoption, fetch the image's layers into memory
// while their hashes are checked, and put the root together. Ends with a root that is whole or not
// at all.

#include <filesystem>
#include <functional>
#include <string>

#include "core/os/command.h"
#include "provisioning/agent/head_client.h"

namespace muster::agent {

/// Whose kernel runs. A container has that of the machine around it, which has the modules.
enum class Kernel { of_image, of_host };

struct StageOneOptions {
  /// The head's address.
  std::string head;
  /// Where the root is mounted for the initrd to switch to.
  std::filesystem::path root;
  /// Where layers, the writable part and the boot record are kept; moves on with /run.
  std::filesystem::path work = "/run/muster";
  /// Where networkd of the system finds which card asks for an address; moves on with /run.
  std::filesystem::path networks = "/run/systemd/network";
  Kernel kernel = Kernel::of_image;
  os::CommandRunner& runner;
  /// Lines for the console.
  std::function<void(const std::string&)> say;
};

/// Whether a machine that was started with the image `started` may go on with what the head
/// answered; both are references, and empty where nobody told. Errors: the head no longer has the
/// image, and the machine must start anew.
Status check_started_image(const std::string& started, const std::string& answered);

/// Tries until it succeeds: each failure is said on the console, told to the head, and tried again
/// after a pause that grows to half a minute. Errors: the head did not answer for two minutes; the
/// network may have another address for this machine by now.
Status run_stage_one(const StageOneOptions& options);

}  // namespace muster::agent
