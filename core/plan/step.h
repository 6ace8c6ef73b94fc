#pragma once
// The steps a plan is made of: plain data that says what shall hold, not how to get there. The head
// and the nodes have the same kinds of steps; core/apply makes them true on the running machine.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/base/result.h"

namespace muster::plan {

/// Secret content is in a plan that travels to its machine, and in no view of the plan: none is
/// printed, logged, answered to an administrator or shown in a diff.
enum class Secrecy { open, secret };

/// A regular file with exactly this content.
struct WriteFile {
  std::string path;
  std::string content;
  std::uint32_t mode = 0644;
  std::string owner = "root";
  std::string group = "root";
  Secrecy secrecy = Secrecy::open;
  bool operator==(const WriteFile&) const = default;
};

struct MakeDirectory {
  std::string path;
  std::uint32_t mode = 0755;
  std::string owner = "root";
  std::string group = "root";
  /// What becomes of owner and mode of a directory that is there already.
  enum class Existing { correct, keep } existing = Existing::correct;
  bool operator==(const MakeDirectory&) const = default;
};

/// No file or link of this name. Directories are left alone.
struct RemoveFile {
  std::string path;
  bool operator==(const RemoveFile&) const = default;
};

struct EnsureGroup {
  std::string name;
  std::uint32_t gid = 0;
  bool operator==(const EnsureGroup&) const = default;
};

/// A login account with these numbers; its primary group has the same name and number.
struct EnsureUser {
  std::string name;
  std::uint32_t uid = 0;
  std::string full_name;
  std::string home;
  std::string shell = "/bin/bash";
  /// Whether the home directory is made here (on the head) or comes by a mount (on nodes).
  enum class Home { make, mounted } make_home = Home::mounted;
  bool operator==(const EnsureUser&) const = default;
};

/// No account of this name and number; its home and files are kept. One of another number is
/// somebody else's.
struct RemoveUser {
  std::string name;
  std::uint32_t uid = 0;
  bool operator==(const RemoveUser&) const = default;
};

/// A file system mounted at `target`, as mount(8) names them.
struct MountFileSystem {
  std::string source;
  std::string target;
  std::string type;
  std::string options = "defaults";
  bool operator==(const MountFileSystem&) const = default;
};

struct SetHostname {
  std::string name;
  bool operator==(const SetHostname&) const = default;
};

/// A systemd unit in a wanted state.
struct Service {
  std::string unit;
  enum class State { running, stopped } state = State::running;
  /// What is done when a file named in `watches` was changed by this plan.
  enum class OnChange { restart, reload, nothing } on_change = OnChange::restart;
  std::vector<std::string> watches = {};
  /// Files whose change takes a restart, whatever `on_change` says.
  std::vector<std::string> restart_watches = {};
  bool operator==(const Service&) const = default;
};

using AnyStep = std::variant<WriteFile, MakeDirectory, RemoveFile, EnsureGroup, EnsureUser,
                             RemoveUser, MountFileSystem, SetHostname, Service>;

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
