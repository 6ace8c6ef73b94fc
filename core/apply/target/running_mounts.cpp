#include "core/apply/bound.h"
#include "core/apply/target/running_machine.h"
#include "core/base/text.h"

namespace muster::apply {

Result<std::string> RunningMounts::mounted_at(const std::string& directory) {
  TRY_ASSIGN(const os::CommandResult now,
             programs_.ask({"findmnt", "--noheadings", "--output", "SOURCE,FSTYPE", "--mountpoint",
                            directory}));
  return now.status == 0 ? std::string(trim(now.out)) : std::string();
}

Result<std::vector<Mount>> RunningMounts::list() {
  TRY_ASSIGN(const std::string text, os::read_file("/proc/self/mountinfo"));
  return parse_mounts(text);
}

bool RunningMounts::is_same_directory(const std::string& a, const std::string& b) {
  std::error_code error;
  return std::filesystem::equivalent(a, b, error);
}

bool RunningMounts::is_safe_to_bind(const std::string& top, const std::string& place) {
  return leads_through_root_alone(top, place) && is_mounted_here(place);
}

Status RunningMounts::mount(const plan::MountFileSystem& step) {
  return programs_.run(
      {"mount", "-t", step.type, "-o", step.options, "--", step.source, step.target});
}

Status RunningMounts::make_slave(const std::string& directory) {
  return programs_.run({"mount", "--make-rslave", "--", directory});
}

Status RunningMounts::unmount(const std::string& directory, Below below) {
  std::vector<std::string> argv = {"umount"};
  if (below == Below::all) argv.emplace_back("--recursive");
  argv.insert(argv.end(), {"--", directory});
  return programs_.run(std::move(argv));
}

}  // namespace muster::apply
