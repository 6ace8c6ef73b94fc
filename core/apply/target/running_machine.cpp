#include "core/apply/target/running_machine.h"

#include "core/apply/target/account_caches.h"
#include "core/base/text.h"
#include "core/os/name_service.h"
#include "core/os/process.h"

namespace muster::apply {

Result<std::optional<os::User>> ListedNames::find_user(const std::string& name) {
  return os::find_user(name);
}
Result<std::optional<os::User>> ListedNames::find_user(std::uint32_t uid) {
  return os::find_user(uid);
}
Result<std::optional<os::Group>> ListedNames::find_group(const std::string& name) {
  return os::find_group(name);
}
Result<std::optional<os::Group>> ListedNames::find_group(std::uint32_t gid) {
  return os::find_group(gid);
}

RunningMachine::RunningMachine(os::CommandRunner& runner, std::filesystem::path settings)
    : programs_(runner), settings_(std::move(settings)) {}

Result<std::optional<std::string>> RunningMachine::running_name() {
  TRY_ASSIGN(const os::CommandResult name, programs_.ask({"hostname"}));
  return std::string(trim(name.out));
}

Status RunningMachine::set_running_name(const std::string& name) {
  return programs_.run({"hostname", name});
}

Status RunningMachine::make_home(const plan::EnsureUser& user) {
  return programs_.run({"mkhomedir_helper", user.name, "0077"});
}

Status RunningMachine::forget_accounts() {
  return flush_account_caches(settings_.parent_path(), programs_);
}

Result<os::CommandResult> RunningMachine::run(const std::vector<std::string>& argv,
                                              std::chrono::seconds limit) {
  return programs_.ask(argv, limit);
}

Result<std::string> RunningMachine::boot_id() { return os::read_boot_id(); }

}  // namespace muster::apply
