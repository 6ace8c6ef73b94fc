#pragma once
// Boot menus of a medium: what their entries load, and whether it is there.

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "iso/inspect/finding.h"

namespace muster::inspect {

struct MenuEntry {
  std::string title;
  /// Paths on the medium; empty when the entry loads no kernel.
  std::string kernel;
  std::string arguments = {};
  /// In the order in which the kernel gets them.
  std::vector<std::string> initrds;
  bool operator==(const MenuEntry&) const = default;
};

/// The entries of grub.cfg, as Muster writes it.
std::vector<MenuEntry> parse_grub_menu(std::string_view text);

/// The entries of isolinux.cfg, as Muster writes it.
std::vector<MenuEntry> parse_isolinux_menu(std::string_view text);

/// What is wrong with the menu that is called `name`: no entry starts the system; files that are
/// not among `files`; microcode that is on the medium and is not loaded, or not before all others
/// (the kernel looks for it in the first archives only: its Documentation/arch/x86/microcode).
std::vector<Finding> find_menu_faults(const std::string& name,
                                      const std::vector<MenuEntry>& entries,
                                      const std::set<std::string>& files);

/// The start of an image of microcode as the kernel finds it: an archive that is not compressed,
/// with the file of one maker of processors.
bool is_microcode(std::string_view start);

}  // namespace muster::inspect
