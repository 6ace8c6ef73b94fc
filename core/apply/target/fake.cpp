#include "core/apply/target/fake.h"

#include <format>

namespace muster::apply {

using State = plan::Unit::State;

Status FakeSystem::start(const std::string& unit) {
  running.insert(unit);
  return {};
}

Status FakeSystem::stop(const std::string& unit) {
  running.erase(unit);
  return {};
}

Status FakeSystem::reload(const std::string& unit) {
  told.push_back("reload " + unit);
  return {};
}

Status FakeSystem::restart(const std::string& unit) {
  told.push_back("restart " + unit);
  return {};
}

Result<std::optional<StartState>> FakeSystem::state_at_start(const std::string& unit) {
  if (masked.contains(unit)) return StartState::masked;
  const auto known = units.find(unit);
  return known == units.end() ? std::nullopt : std::optional(known->second);
}

Status FakeSystem::set_state_at_start(const std::string& unit, State state) {
  if (state == State::masked) {
    masked.insert(unit);
    return {};
  }
  masked.erase(unit);
  const auto known = units.find(unit);
  const bool can_be_told = known != units.end() && known->second != StartState::fixed;
  if (can_be_told) {
    known->second = state == State::enabled ? StartState::enabled : StartState::disabled;
  }
  if (can_be_told || state == State::disabled) return {};
  if (known == units.end()) return fail(std::format("there is no unit '{}'", unit));
  return fail(std::format("unit '{}' cannot be enabled", unit));
}

Result<std::string> FakeSystem::mounted_at(const std::string& directory) {
  const auto found = mounts.find(directory);
  return found == mounts.end() ? std::string() : found->second;
}

bool FakeSystem::is_same_directory(const std::string& a, const std::string& b) {
  const auto bound = mounts.find(b);
  return bound != mounts.end() && bound->second == a + " none";
}

Status FakeSystem::mount(const plan::MountFileSystem& step) {
  mounts[step.target] = step.source + " " + step.type;
  return {};
}

Status FakeSystem::unmount(const std::string& directory, Below) {
  if (busy.contains(directory)) return fail(std::format("'{}' is busy", directory));
  mounts.erase(directory);
  return {};
}

Status FakeSystem::install(const std::string& name) {
  packages.insert(name);
  return {};
}

Status FakeSystem::remove(const std::string& name) {
  if (needed.contains(name)) return fail(std::format("another package needs '{}'", name));
  packages.erase(name);
  return {};
}

Fake::Fake() {
  static_cast<void>(
      files_.write("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n", {.mode = 0644}));
  static_cast<void>(files_.write("/etc/group", "root:x:0:\n", {.mode = 0644}));
}

Status Fake::set_running_name(const std::string& wanted) {
  name = wanted;
  return {};
}

Status Fake::make_home(const plan::EnsureUser& user) {
  const int number = static_cast<int>(user.uid);
  return files_.make_directory(user.home, {.mode = 0700, .uid = number, .gid = number});
}

Result<os::CommandResult> Fake::run(const std::vector<std::string>& argv, std::chrono::seconds) {
  const auto program = programs.find(argv.front());
  if (program == programs.end()) {
    return fail(std::format("there is no program '{}'", argv.front()));
  }
  return os::CommandResult{.status = program->second(argv), .out = {}, .err = {}};
}

}  // namespace muster::apply
