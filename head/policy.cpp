#include "head/policy.h"

#include <algorithm>
#include <format>
#include <map>

#include "core/base/mounts.h"
#include "core/spec/rules.h"
#include "core/spec/system_accounts.h"

namespace muster::head {
namespace {

using plan::is_like;
using plan::OwnMounts;
using plan::Owns;

/// A person's name, as a specification may have it: none of the system, and nothing that a list of
/// names or a path would read as something else.
bool is_person(const std::string& name) {
  return spec::is_user_name(name) && !spec::is_system_account(name);
}

bool is_any_like(const std::string& text, const std::vector<std::string>& patterns) {
  return std::ranges::any_of(patterns,
                             [&](const std::string& pattern) { return is_like(text, pattern); });
}

bool is_person_account(const plan::EnsureUser& user) {
  return is_person(user.name) && spec::is_full_name(user.full_name) && user.shell == "/bin/bash" &&
         spec::is_person_uid(user.uid);
}

/// Whether a step is about something that is owned.
struct IsOwned {
  const Owns& owns;

  bool operator()(const plan::WriteFile& s) const {
    const bool is_plain = (s.mode & ~0666U) == 0;
    return is_plain && (std::ranges::contains(owns.files, s.path) || is_file_of_person(s.path) ||
                        is_in_tree(s.path));
  }
  bool is_file_of_person(const std::string& path) const {
    return std::ranges::any_of(owns.files_of_people, [&](const std::string& directory) {
      return path.starts_with(directory + "/") && is_person(path.substr(directory.size() + 1));
    });
  }
  bool is_in_tree(const std::string& path) const {
    return std::ranges::any_of(owns.trees,
                               [&](const std::string& tree) { return is_below(path, tree); });
  }
  bool operator()(const plan::MakeDirectory& s) const {
    return std::ranges::contains(owns.directories, s.path) ||
           std::ranges::contains(owns.trees, s.path) || is_in_tree(s.path);
  }
  bool operator()(const plan::MakeLink& s) const { return std::ranges::contains(owns.links, s); }
  bool operator()(const plan::InstallPackage& s) const {
    return std::ranges::contains(owns.packages, s.name);
  }
  bool operator()(const plan::RunCommand& s) const {
    return std::ranges::contains(owns.commands, s);
  }
  bool operator()(const plan::EnsureUser& s) const {
    const bool is_own = std::ranges::any_of(owns.accounts, [&](const plan::EnsureUser& own) {
      return own.name == s.name && own.uid == s.uid && own.shell == s.shell;
    });
    return (is_own || (owns.people && is_person_account(s))) && s.home == "/home/" + s.name;
  }
  bool operator()(const plan::MountFileSystem& s) const {
    return std::ranges::any_of(owns.mounts, [&](const OwnMounts& own) {
      return own.type == s.type && is_any_like(s.source, own.sources) &&
             is_any_like(s.target, own.targets) && is_any_like(s.options, own.options);
    });
  }
  bool operator()(const plan::SetHostname&) const { return owns.host_name; }
  bool operator()(const plan::Service& s) const {
    return std::ranges::contains(owns.units, s.unit);
  }
  bool operator()(const plan::Unit& s) const {
    return s.state != plan::Unit::State::masked && std::ranges::contains(owns.units, s.unit);
  }
  // A person's group comes with the person, and the helper itself finds who left and which files
  // are left of them. What else there may be nobody owns.
  bool operator()(const auto&) const { return false; }
};

/// What somebody owns, in words that are the same for the same thing.
std::vector<std::string> things_of(const Owns& owns) {
  std::vector<std::string> things;
  const auto add = [&](std::string_view kind, const std::vector<std::string>& names) {
    for (const std::string& name : names) things.push_back(std::format("{} {}", kind, name));
  };
  add("file", owns.files);
  add("files in", owns.files_of_people);
  add("directory", owns.directories);
  add("directory", owns.trees);
  // A path stands for one thing, file or link.
  for (const plan::MakeLink& link : owns.links) add("file", {link.path});
  add("unit", owns.units);
  add("package", owns.packages);
  add("line of slurm.conf", owns.scheduler_keys);
  for (const plan::RunCommand& command : owns.commands) add("command", {command.name});
  for (const OwnMounts& mounts : owns.mounts) add("mount at", mounts.targets);
  for (const plan::EnsureUser& account : owns.accounts) add("account", {account.name});
  if (owns.people) things.emplace_back("accounts of people");
  if (owns.host_name) things.emplace_back("host name");
  return things;
}

/// Every path that somebody owns by its whole name.
std::vector<std::string> paths_of(const Owns& owns) {
  std::vector<std::string> paths = owns.files;
  for (const plan::MakeLink& link : owns.links) paths.push_back(link.path);
  paths.insert(paths.end(), owns.files_of_people.begin(), owns.files_of_people.end());
  paths.insert(paths.end(), owns.directories.begin(), owns.directories.end());
  paths.insert(paths.end(), owns.trees.begin(), owns.trees.end());
  for (const OwnMounts& mounts : owns.mounts) {
    paths.insert(paths.end(), mounts.targets.begin(), mounts.targets.end());
  }
  return paths;
}

/// What of one owner lies in a tree of another; empty: nothing.
std::string shared_by_tree(const Owns& owns, const Owns& other) {
  if (other.trees.empty()) return {};
  for (const std::string& path : paths_of(owns)) {
    const bool is_tree = std::ranges::contains(other.trees, path);
    if (is_tree || IsOwned{other}.is_in_tree(path)) return "what is in " + path;
  }
  return {};
}

/// What of one owner another owns by a pattern; empty: nothing.
std::string shared_by_pattern(const Owns& owns, const Owns& other) {
  std::vector<std::string> files = owns.files;
  for (const plan::MakeLink& link : owns.links) files.push_back(link.path);
  for (const std::string& file : files) {
    if (IsOwned{other}.is_file_of_person(file)) return "file " + file;
  }
  for (const OwnMounts& mounts : owns.mounts) {
    for (const std::string& target : mounts.targets) {
      const auto takes = [&](const OwnMounts& others) {
        return is_any_like(target, others.targets);
      };
      if (std::ranges::any_of(other.mounts, takes)) return "mount at " + target;
    }
  }
  return {};
}

Error two_owners(std::string_view thing, std::string_view first, std::string_view second) {
  return {.message = std::format("{} belongs to '{}' and to '{}'", thing, first, second),
          .hint = "let one of them plan it"};
}

}  // namespace

Result<Policy> Policy::make(std::vector<Owner> owners) {
  std::map<std::string, std::string> owned;
  for (const Owner& owner : owners) {
    for (const std::string& thing : things_of(owner.owns)) {
      const auto [known, is_new] = owned.emplace(thing, owner.origin);
      if (!is_new && known->second != owner.origin) {
        return std::unexpected(two_owners(thing, known->second, owner.origin));
      }
    }
    for (const Owner& other : owners) {
      if (&other == &owner) continue;
      const std::string shared = shared_by_pattern(owner.owns, other.owns);
      if (!shared.empty()) return std::unexpected(two_owners(shared, other.origin, owner.origin));
      const std::string inside = shared_by_tree(owner.owns, other.owns);
      if (!inside.empty()) return std::unexpected(two_owners(inside, other.origin, owner.origin));
    }
  }
  return Policy(std::move(owners));
}

Status Policy::check(const plan::Plan& plan) const {
  for (const plan::Step& step : plan.steps) {
    const bool may = std::ranges::any_of(owners_, [&](const Owner& owner) {
      const bool is_its_own = step.origin.empty() || step.origin == owner.origin;
      return is_its_own && std::visit(IsOwned{owner.owns}, step);
    });
    if (may) continue;
    return fail(std::format("the head's plan wants more than it may: {}", plan::describe(step)),
                "nothing was applied; when cluster.yaml was changed since musterd started, "
                "'muster apply'; else look at 'journalctl -u musterd'");
  }
  return {};
}

std::optional<std::string> Policy::owner_of(const plan::Step& step) const {
  for (const Owner& owner : owners_) {
    if (std::visit(IsOwned{owner.owns}, static_cast<const plan::AnyStep&>(step))) {
      return owner.origin;
    }
  }
  return std::nullopt;
}

std::optional<std::string> Policy::setter_of(std::string_view scheduler_key) const {
  const auto found = std::ranges::find_if(owners_, [&](const Owner& owner) {
    return std::ranges::contains(owner.owns.scheduler_keys, scheduler_key);
  });
  return found == owners_.end() ? std::nullopt : std::optional(found->origin);
}

std::vector<std::string> Policy::units() const {
  std::vector<std::string> all;
  for (const Owner& owner : owners_) {
    all.insert(all.end(), owner.owns.units.begin(), owner.owns.units.end());
  }
  return all;
}

}  // namespace muster::head
