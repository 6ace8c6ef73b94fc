#pragma once
// Which kernel modules and firmware files a layer keeps. A list says what a cluster has no use for;
// whatever a kept module needs stays, in spite of the list, so that no list can break a driver.
// Pure.

#include <set>
#include <string>
#include <vector>

#include "iso/inspect/firmware.h"
#include "iso/inspect/modules.h"

namespace muster::iso {

struct ModuleChoice {
  /// Names of the modules that stay.
  std::set<std::string> kept;
  /// Paths of those that go.
  std::vector<std::string> cut;
  /// Paths that the list cuts and that stay, since another module needs them.
  std::vector<std::string> needed;
};

/// `patterns` as in inspect::CutList. What is needed: dependencies, and soft ones where they exist.
ModuleChoice choose_modules(const std::vector<inspect::Module>& modules,
                            const std::vector<std::string>& patterns);

/// The firmware files that go: all that no kept module may ask for and that match none of `kept`,
/// patterns of files that drivers load without naming them.
std::vector<std::string> choose_firmware(const std::vector<inspect::Module>& modules,
                                         const std::set<std::string>& kept_modules,
                                         const inspect::FirmwareFiles& files,
                                         const std::vector<std::string>& kept);

}  // namespace muster::iso
