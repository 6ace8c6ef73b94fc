#pragma once
// The steps a plan is made of: plain data that says what shall hold, not how to get there. The head
// and the nodes have the same kinds of steps; core/apply makes them true on the running machine.

#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/base/result.h"
#include "core/plan/kinds/command.h"
#include "core/plan/kinds/directory.h"
#include "core/plan/kinds/file.h"
#include "core/plan/kinds/group.h"
#include "core/plan/kinds/hostname.h"
#include "core/plan/kinds/link.h"
#include "core/plan/kinds/mount.h"
#include "core/plan/kinds/package.h"
#include "core/plan/kinds/remove_directory.h"
#include "core/plan/kinds/remove_file.h"
#include "core/plan/kinds/remove_user.h"
#include "core/plan/kinds/service.h"
#include "core/plan/kinds/unit.h"
#include "core/plan/kinds/unmount.h"
#include "core/plan/kinds/user.h"

namespace muster::plan {

/// All kinds (kind.h).
using AnyStep = std::variant<WriteFile, MakeLink, MakeDirectory, RemoveFile, RemoveDirectory,
                             InstallPackage, EnsureGroup, EnsureUser, RemoveUser, MountFileSystem,
                             Unmount, SetHostname, Unit, Service, RunCommand>;

/// A step and who wants it. Two steps are equal when they say the same, whoever wants them.
struct Step : AnyStep {
  using AnyStep::variant;
  /// A word for people, such as "storage"; empty where nobody said it. It does not travel to the
  /// machine that applies the step.
  std::string origin = {};
};

/// One line for people: "write /etc/hosts (1.2 KiB)". Secrets are not shown.
std::string describe(const Step& step);

/// What the step is about, to match steps of two plans: "file /etc/hosts", "service nginx.service".
std::string subject(const Step& step);

/// Errors (invalid): a member has a value that no such step can have (kind.h).
Status check(const Step& step);

/// The whole step, as it travels to the machine that applies it.
nlohmann::json to_json(const Step& step);

/// The step as people see it: as to_json, with `origin`, and with {"secret": PATH} in the place of
/// a secret content, where PATH is the file that has it on the machine. parse_step takes no such
/// step.
nlohmann::json to_view(const Step& step);

/// The word for each kind of step in JSON.
std::vector<std::string> step_kinds();

/// `place`: what errors call the step, such as "steps[3]". Errors (invalid): unknown kind, missing
/// or unknown member, wrong type, relative or dotted path; each names the member.
Result<Step> parse_step(const nlohmann::json& value, std::string place);

}  // namespace muster::plan
