#pragma once
// What a room's steps may be about on a machine, as data: the union of these lists is what root
// lets the head's daemon ask for, so each says as little as its room needs.

#include <string>
#include <string_view>
#include <vector>

#include "core/plan/step.h"

namespace muster::plan {

/// Patterns (is_like) of what may be mounted. Of the options the whole text counts.
struct OwnMounts {
  std::string type;
  std::vector<std::string> sources;
  std::vector<std::string> targets;
  std::vector<std::string> options;
};

struct Owns {
  /// Files, by their whole path.
  std::vector<std::string> files = {};
  /// Directories in which each of the cluster's people has a file of the same name.
  std::vector<std::string> files_of_people = {};
  /// Directories, by their whole path.
  std::vector<std::string> directories = {};
  /// Directories with all plain files and directories in them.
  std::vector<std::string> trees = {};
  /// Links, with where they lead.
  std::vector<MakeLink> links = {};
  /// Units of systemd.
  std::vector<std::string> units = {};
  /// Packages of the distribution.
  std::vector<std::string> packages = {};
  /// Commands, to the word.
  std::vector<RunCommand> commands = {};
  std::vector<OwnMounts> mounts = {};
  /// Accounts of the system by name, number and shell; others are not compared.
  std::vector<EnsureUser> accounts = {};
  /// Keys of slurm.conf whose values come from elsewhere than the room that writes the file.
  std::vector<std::string> scheduler_keys = {};
  /// Whether the accounts of the cluster's people are this room's.
  bool people = false;
  bool host_name = false;
};

/// Adds what another room owns, or another part of the same.
void append(Owns& owns, Owns more);

/// Whether a text is what a pattern says, in which "*" stands for one or more characters but '/'
/// and ',' and, as its first one, '.': one name in a directory, one value of an option.
bool is_like(std::string_view text, std::string_view pattern);

}  // namespace muster::plan
