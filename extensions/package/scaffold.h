#pragma once
// A new project of an extension, which works at once: it can be tested, packed and installed as it
// is. Pure.

#include <string>
#include <vector>

#include "extensions/specification.h"

namespace muster::package {

struct ScaffoldFile {
  /// Below the project's directory.
  std::string path;
  std::string content;
  extensions::Executable executable = extensions::Executable::no;
};

/// `name`: as a specification has it.
std::vector<ScaffoldFile> scaffold(const std::string& name, extensions::Type type,
                                   extensions::Language language);

}  // namespace muster::package
