#include "core/apply/target/directory.h"

#include <format>

#include "core/apply/target/unit_state.h"
#include "core/os/rooted_path.h"

namespace muster::apply {

using State = plan::Unit::State;

Result<bool> OfflineServices::is_running(const std::string& unit) {
  TRY_ASSIGN(const auto state, state_at_start(unit));
  return state == StartState::enabled;
}

Status OfflineServices::start(const std::string& unit) {
  return set_state_at_start(unit, State::enabled);
}

Status OfflineServices::stop(const std::string& unit) {
  return set_state_at_start(unit, State::disabled);
}

Result<std::optional<StartState>> OfflineServices::state_at_start(const std::string& unit) {
  return ask_unit_state(programs_, systemctl_, unit);
}

Status OfflineServices::set_state_at_start(const std::string& unit, State state) {
  return set_unit_state(programs_, systemctl_, unit, state);
}

Status NoMounts::mount(const plan::MountFileSystem& step) {
  return fail(std::format("'{}' cannot be mounted at '{}' in a system that does not run",
                          step.source, step.target),
              "leave this step to the system itself");
}

Directory::Directory(os::CommandRunner& runner, std::filesystem::path root)
    : root_(std::move(root)),
      here_(runner),
      inside_(runner, root_),
      files_(root_),
      services_(here_, root_),
      packages_(inside_),
      names_(files_) {}

Status Directory::make_home(const plan::EnsureUser& user) {
  TRY(files_.make_directory(user.home, {.mode = 0700}));
  TRY_ASSIGN(const auto home, os::find_below(root_, user.home));
  TRY_ASSIGN(const auto skeleton, os::find_below(root_, "/etc/skel"));
  if (!home) {
    return fail(std::format("home '{}' was removed while it was made", user.home),
                "apply again, and let nobody else change the directory");
  }
  if (skeleton) {
    TRY(here_.run({"cp", "--recursive", "--no-dereference", "--", (*skeleton / ".").string(),
                   home->string()}));
  }
  return here_.run({"chown", "--recursive", "--no-dereference", "--",
                    std::format("{0}:{0}", user.uid), home->string()});
}

Result<os::CommandResult> Directory::run(const std::vector<std::string>& argv,
                                         std::chrono::seconds limit) {
  return inside_.ask(argv, limit);
}

}  // namespace muster::apply
