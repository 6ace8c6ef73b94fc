#pragma once
// What kinds that are about a path have in common.

#include <string>

#include "core/apply/former.h"
#include "core/base/result.h"

namespace muster::apply {

/// The mode of a file or directory whose owner is told by name. Errors: there is no such name;
/// nobody knows now.
Result<os::FileMode> find_mode(Names& names, std::uint32_t mode, const std::string& owner,
                               const std::string& group);

bool is_same(const os::FileMode& a, const os::FileMode& b);

/// What is at a path.
Sight see_path(const Files& files, const std::string& path);

/// Removes the empty directories that were made for `path`, up to the topmost one; none when that
/// is empty.
void remove_parents(Files& files, const std::string& path, const std::string& topmost);

/// Removes a directory that a plan made; one that has something in it is somebody's by now, and
/// stays.
bool remove_made_directory(Files& files, const std::string& path, const Former& former);

}  // namespace muster::apply
