#pragma once
// What kinds that are about a path have in common.

#include <filesystem>
#include <string>

#include "core/apply/former.h"
#include "core/base/result.h"

namespace muster::apply {

struct Ids {
  int uid = -1;
  int gid = -1;
};

/// The numbers of an owner. Errors: there is no such name; nobody knows now.
Result<Ids> find_ids(const std::string& owner, const std::string& group);

bool is_same(const os::FileMode& a, const os::FileMode& b);

/// What is at a path.
Sight see_path(const std::string& path);

/// Removes an empty directory. False: it is not empty, or no directory.
bool remove_if_empty(const std::filesystem::path& directory);

/// Removes the empty directories that were made for `path`, up to the topmost one; none when that
/// is empty.
void remove_parents(const std::filesystem::path& path, const std::filesystem::path& topmost);

/// Removes a directory that a plan made; one that has something in it is somebody's by now, and
/// stays.
bool remove_made_directory(const std::string& path, const Former& former);

}  // namespace muster::apply
