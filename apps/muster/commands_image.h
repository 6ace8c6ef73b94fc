#pragma once
// The verbs of the noun "image" that live in a file of their own.

#include "apps/muster/commands.h"

namespace muster::cli {

inline constexpr const char* kImageHelp =
    "an image's name, its id (six digits or more of it), or both as NAME@ID";

/// image add, set, remove: root's.
void add_image_change(CLI::App& noun, Session& session);

}  // namespace muster::cli
