#include "iso/module_choice.h"

#include <map>

namespace muster::iso {

ModuleChoice choose_modules(const std::vector<inspect::Module>& modules,
                            const std::vector<std::string>& patterns) {
  ModuleChoice choice;
  std::map<std::string, const inspect::Module*> by_name;
  std::set<std::string> listed;
  std::vector<const inspect::Module*> to_follow;
  for (const auto& module : modules) {
    by_name[module.name] = &module;
    if (!inspect::cutting_pattern(patterns, module.path).empty()) {
      listed.insert(module.name);
    } else if (choice.kept.insert(module.name).second) {
      to_follow.push_back(&module);
    }
  }
  while (!to_follow.empty()) {
    const auto* module = to_follow.back();
    to_follow.pop_back();
    for (const auto* names : {&module->depends, &module->soft}) {
      for (const auto& name : *names) {
        const auto found = by_name.find(name);
        if (found == by_name.end() || !choice.kept.insert(name).second) continue;
        to_follow.push_back(found->second);
      }
    }
  }
  for (const auto& module : modules) {
    if (!listed.contains(module.name)) continue;
    (choice.kept.contains(module.name) ? choice.needed : choice.cut).push_back(module.path);
  }
  return choice;
}

std::vector<std::string> choose_firmware(const std::vector<inspect::Module>& modules,
                                         const std::set<std::string>& kept_modules,
                                         const inspect::FirmwareFiles& files,
                                         const std::vector<std::string>& kept) {
  std::set<std::string> patterns(kept.begin(), kept.end());
  for (const auto& module : modules) {
    if (!kept_modules.contains(module.name)) continue;
    patterns.insert(module.firmware.begin(), module.firmware.end());
  }
  std::set<std::string> staying;
  for (const auto& pattern : patterns) staying.merge(inspect::firmware_named(files, pattern));
  std::vector<std::string> going;
  for (const auto& [file, target] : files) {
    if (!staying.contains(file)) going.push_back(file);
  }
  return going;
}

}  // namespace muster::iso
