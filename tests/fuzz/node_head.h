#pragma once
// A head of memory for harnesses: the real node endpoints and registry over a store, an authority
// and a clock that touch nothing outside the program.

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "core/os/files.h"
#include "core/plan/plan.h"
#include "provisioning/node_api.h"
#include "tests/unit/provisioning/ask.h"

namespace muster::fuzz {

/// Stands in every node's plan and nowhere else: who sees it has seen a plan.
inline constexpr std::string_view kPlanSecret = "only-for-a-node-with-a-certificate";

/// Made once: its key costs more than thousands of requests.
inline const provisioning::Authority& shared_authority() {
  static const provisioning::Authority authority = [] {
    const auto directory = os::TemporaryDirectory::make();
    CHECK(directory.has_value());
    auto made = provisioning::Authority::open(directory->path(), "fuzz");
    CHECK(made.has_value());
    return std::move(*made);
  }();
  return authority;
}

inline const provisioning::SshAuthority& shared_ssh_authority() {
  static const provisioning::SshAuthority authority = [] {
    const auto directory = os::TemporaryDirectory::make();
    CHECK(directory.has_value());
    auto made = provisioning::SshAuthority::open(directory->path());
    CHECK(made.has_value());
    return std::move(*made);
  }();
  return authority;
}

/// A file of the head's, whose hash is this digit all along.
inline provisioning::Artefact file_of(char digit) {
  return {.path = std::string(1, digit), .size = {1}, .sha256 = std::string(64, digit)};
}
inline constexpr char kKernel = 'a';
inline constexpr char kInitrd = 'b';
inline constexpr char kAmd = 'c';
inline constexpr char kIntel = 'd';
inline constexpr char kAmd19 = 'e';

/// Where machines fetch it.
inline std::string url_of(char digit) { return provisioning::blob_url(file_of(digit).sha256); }

inline provisioning::Image small_image() {
  return {.name = "compute",
          .kernel = file_of(kKernel),
          .initrd = file_of(kInitrd),
          .layers = {file_of('f')},
          .kernel_arguments = {}};
}

inline provisioning::Boots small_boots(std::vector<provisioning::KernelArgument> arguments) {
  std::map<std::string, provisioning::Boot, std::less<>> boots;
  boots["default"] = {.image = small_image(), .reference = {}, .arguments = std::move(arguments)};
  std::vector<provisioning::MicrocodeFile> microcode = {
      {.file = file_of(kAmd), .vendor = "AuthenticAMD"},
      {.file = file_of(kIntel), .vendor = "GenuineIntel"},
      {.file = file_of(kAmd19), .vendor = "AuthenticAMD", .processors = {{25, 1, 1}}}};
  return {std::move(boots), "default", {}, {.images = {}, .microcode = std::move(microcode)}};
}

class NodeHead {
 public:
  explicit NodeHead(std::vector<provisioning::KernelArgument> arguments = {})
      : store_(state::make_memory_store()),
        registry_(*provisioning::Registry::open(*store_, settings())),
        api_(*registry_, shared_authority(), shared_ssh_authority(),
             options(std::move(arguments))) {
    registry_->discovery().set_policy(provisioning::Policy::open, 0);
  }
  NodeHead(const NodeHead&) = delete;
  NodeHead& operator=(const NodeHead&) = delete;

  os::ServerResponse handle(const os::ServerRequest& request) {
    return provisioning::ask(api_, request);
  }

  provisioning::Registry& registry() { return *registry_; }
  state::Store& store() { return *store_; }
  void wait(std::int64_t milliseconds) {
    now_.wall_ms += milliseconds;
    now_.steady_ms += milliseconds;
    registry_->tick(now_);
  }

  static provisioning::RegistrySettings settings() {
    return {.addresses = {{0x0A2A0101}, {0x0A2A0104}}};
  }

 private:
  provisioning::NodeApiOptions options(std::vector<provisioning::KernelArgument> arguments) {
    return {.head = {0x0A2A0001},
            .boots = small_boots(std::move(arguments)),
            .plan_for = [](const auto& node) { return plan::to_json(plan_for(node)).dump(); },
            .generation_for = [](const auto& node) { return plan::generation(plan_for(node)); },
            .now = [this] { return now_; }};
  }
  static plan::Plan plan_for(const provisioning::Node& node) {
    plan::Plan plan;
    plan.add(plan::SetHostname{.name = node.name});
    plan.add(plan::WriteFile{.path = "/etc/secret", .content = std::string(kPlanSecret)});
    return plan;
  }

  provisioning::Now now_ = {.wall_ms = 1'800'000'000'000, .steady_ms = 1'000'000};
  std::unique_ptr<state::Store> store_;
  std::unique_ptr<provisioning::Registry> registry_;
  provisioning::NodeApi api_;
};

}  // namespace muster::fuzz
