#include "extensions/specification.h"

#include <algorithm>
#include <array>
#include <format>
#include <iterator>
#include <map>
#include <set>

#include "core/base/mounts.h"
#include "core/base/text.h"
#include "core/spec/reader.h"
#include "extensions/limits.h"
#include "extensions/packed_path.h"
#include "extensions/settings.h"

namespace muster::extensions {
namespace {

using spec::Finding;
using spec::Findings;

constexpr std::string_view kPacks = "'muster ext pack' writes it into the package";

std::optional<std::string> answer_of_project(std::string_view section, std::string_view key) {
  if (section.empty() && (key == "archive" || key == "files")) return std::string(kPacks);
  return std::nullopt;
}

/// Adds a finding for each text that comes twice. `path`: of the one with a number.
void find_twice(const std::vector<std::pair<std::string, std::string>>& texts,
                std::string_view what, Findings& findings) {
  std::set<std::string> known;
  for (const auto& [path, text] : texts) {
    // One that cannot be read is told already.
    if (text.empty() || known.insert(text).second) continue;
    findings.push_back({.paths = {path},
                        .message = std::format("{} '{}' comes twice", what, text),
                        .hint = "leave one of them out"});
  }
}

/// Adds a finding for each path that lies below a file.
void find_below(const std::vector<std::pair<std::string, std::string>>& paths,
                const std::vector<std::pair<std::string, std::string>>& files, Findings& findings) {
  for (const auto& [path, file] : paths) {
    const auto above = std::ranges::find_if(files, [&](const auto& other) {
      return !other.second.empty() && is_below(file, other.second);
    });
    if (above == files.end()) continue;
    findings.push_back(
        {.paths = {path},
         .message = std::format("'{}' lies below the file '{}'", file, above->second),
         .hint = "leave one of them out"});
  }
}

/// Adds each text with the path of its place.
void add_each(const std::vector<std::string>& texts, const std::string& path,
              std::vector<std::pair<std::string, std::string>>& all) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    all.emplace_back(std::format("{}[{}]", path, i), texts[i]);
  }
}

/// What is asked for in one place.
struct Asked {
  std::vector<std::pair<std::string, std::string>> files;
  std::vector<std::pair<std::string, std::string>> paths;
  std::vector<std::pair<std::string, std::string>> units;
  /// Of slurm.conf.
  std::vector<std::pair<std::string, std::string>> keys;
};

Asked asked_in(const Specification& specification, Place place) {
  Asked asked;
  for (std::size_t i = 0; i < specification.rights.size(); ++i) {
    const Right& right = specification.rights[i];
    if (right.place != place) continue;
    const std::string path = std::format("rights[{}]", i);
    add_each(right.files, path + ".files", asked.files);
    add_each(right.files, path + ".files", asked.paths);
    add_each(right.directories, path + ".directories", asked.paths);
    add_each(right.units, path + ".units", asked.units);
    add_each(right.scheduler, path + ".scheduler", asked.keys);
  }
  return asked;
}

/// A file of a unit is asked for with the unit: the unit is what belongs to somebody.
void find_without_unit(const Asked& asked, Findings& findings) {
  for (const auto& [path, file] : asked.paths) {
    const std::string unit = unit_of_file(file);
    if (unit.empty() ||
        std::ranges::contains(asked.units, unit, [](const auto& each) { return each.second; })) {
      continue;
    }
    findings.push_back({.paths = {path},
                        .message = std::format("'{}' changes what the unit '{}' is", file, unit),
                        .hint = std::format("add '{}' to 'units' of the same place", unit)});
  }
}

bool asks_for_something(const Right& right) {
  return std::ranges::any_of(std::array{&Right::files, &Right::directories, &Right::units,
                                        &Right::commands, &Right::packages, &Right::scheduler},
                             [&](const auto asked) { return !(right.*asked).empty(); });
}

Findings validate_rights(const Specification& specification) {
  Findings findings;
  for (const Place place : {Place::node, Place::head}) {
    const Asked asked = asked_in(specification, place);
    find_twice(asked.paths, "path", findings);
    find_below(asked.paths, asked.files, findings);
    find_twice(asked.units, "unit", findings);
    find_twice(asked.keys, "key", findings);
    find_without_unit(asked, findings);
  }
  for (std::size_t i = 0; i < specification.rights.size(); ++i) {
    const Right& right = specification.rights[i];
    if (specification.language == Language::shell && !right.commands.empty()) {
      findings.push_back({.paths = {std::format("rights[{}].commands", i)},
                          .message = "hooks in shell run no programs on nodes",
                          .hint = "write the extension in Python, or leave 'commands' out"});
    }
    if (right.place == Place::head && !right.commands.empty()) {
      findings.push_back({.paths = {std::format("rights[{}].commands", i)},
                          .message = "an extension runs no programs on the head",
                          .hint = "write 'place: node', or leave 'commands' out"});
    }
    if (right.place == Place::node && !right.scheduler.empty()) {
      findings.push_back({.paths = {std::format("rights[{}].scheduler", i)},
                          .message = "nodes have the head's slurm.conf",
                          .hint = "write 'place: head', or leave 'scheduler' out"});
    }
    if (asks_for_something(right)) continue;
    findings.push_back({.paths = {std::format("rights[{}]", i)},
                        .message = "it asks for nothing",
                        .hint = "add 'files', 'directories', 'units', 'commands', 'packages' or "
                                "'scheduler', or leave it out"});
  }
  return findings;
}

/// A finding about a setting.
Finding at_setting(std::size_t index, std::string_view key, std::string message, std::string hint) {
  return {.paths = {std::format("settings[{}].{}", index, key)},
          .message = std::move(message),
          .hint = std::move(hint)};
}

void validate_setting(const Setting& setting, std::size_t index, Findings& findings) {
  const bool is_choice = setting.type == SettingType::choice;
  if (is_choice == setting.choices.empty()) {
    findings.push_back(
        at_setting(index, "type", is_choice ? "it has no choices" : "only a choice has choices",
                   is_choice ? "add 'choices'" : "write 'type: choice', or leave 'choices' out"));
  }
  const bool is_bounded = setting.minimum || setting.maximum;
  if (is_bounded && setting.type != SettingType::integer) {
    findings.push_back(at_setting(index, "type", "only an integer has a minimum and a maximum",
                                  "write 'type: integer', or leave them out"));
  }
  if (setting.minimum && setting.maximum && *setting.minimum > *setting.maximum) {
    findings.push_back(at_setting(index, "minimum", "the minimum is more than the maximum",
                                  "write the smaller number here"));
    return;
  }
  const auto value = parse_setting(setting, setting.fallback);
  if (value || (is_choice && setting.choices.empty())) return;
  findings.push_back(at_setting(index, "default", value.error().message, value.error().hint));
}

Findings validate_settings(const Specification& specification) {
  Findings findings;
  std::vector<std::pair<std::string, std::string>> names;
  for (std::size_t i = 0; i < specification.settings.size(); ++i) {
    names.emplace_back(std::format("settings[{}].name", i), specification.settings[i].name);
    validate_setting(specification.settings[i], i, findings);
  }
  find_twice(names, "setting", findings);
  return findings;
}

Findings validate_hooks(const Specification& specification, Form form) {
  Findings findings;
  // A package that was made before this rule is a package still.
  if (specification.hooks.empty() && form == Form::project) {
    findings.push_back({.paths = {"hooks"},
                        .message = "it is asked nothing, and so does nothing",
                        .hint = "write 'hooks: [configure]'"});
  }
  std::vector<std::pair<std::string, std::string>> hooks;
  for (std::size_t i = 0; i < specification.hooks.size(); ++i) {
    hooks.emplace_back(std::format("hooks[{}]", i), to_string(specification.hooks[i]));
  }
  find_twice(hooks, "hook", findings);
  return findings;
}

/// Verbs without who does them, and the other way round.
Findings validate_verbs(const Specification& specification) {
  Findings findings;
  std::vector<std::pair<std::string, std::string>> names;
  for (std::size_t i = 0; i < specification.verbs.size(); ++i) {
    names.emplace_back(std::format("verbs[{}].name", i), specification.verbs[i].name);
  }
  find_twice(names, "verb", findings);
  const bool has_run = std::ranges::contains(specification.hooks, Hook::run);
  if (has_run && names.empty()) {
    findings.push_back({.paths = {"hooks"},
                        .message = "the hook 'run' is asked verbs, and there are none",
                        .hint = "add 'verbs', or leave 'run' out"});
  }
  if (!has_run && !names.empty()) {
    findings.push_back(
        {.paths = {"verbs"}, .message = "nobody does these verbs", .hint = "add 'run' to 'hooks'"});
  }
  return findings;
}

Finding at_file(std::size_t index, std::string message, std::string hint) {
  return {.paths = {std::format("files[{}].path", index)},
          .message = std::move(message),
          .hint = std::move(hint)};
}

/// The forms in which Python finds the module `extension`, in the order in which it looks.
constexpr std::array<std::string_view, 4> kModules = {
    "extension/__init__.py", "extension/__init__.pyc", "extension.py", "extension.pyc"};

/// A Python extension has its module once.
Findings validate_module(const Specification& specification) {
  std::vector<std::string> found;
  for (const std::string_view module : kModules) {
    if (std::ranges::contains(specification.files, module, &PackedFile::path)) {
      found.emplace_back(module);
    }
  }
  if (found.size() == 1) return {};
  const std::string message =
      found.empty() ? "there is no module 'extension.py' in the archive"
                    : std::format("{} are all the module 'extension'", join(found, ", "));
  return {{.paths = {"language"},
           .message = message,
           .hint = found.empty() ? "put it there below 'content' of the project"
                                 : "leave only one of them there"}};
}

/// A shell extension has a program for each hook.
Findings validate_programs(const Specification& specification) {
  Findings findings;
  for (std::size_t i = 0; i < specification.hooks.size(); ++i) {
    const std::string path = hook_path(specification.hooks[i]);
    const auto found = std::ranges::find(specification.files, path, &PackedFile::path);
    if (found != specification.files.end() && found->executable == Executable::yes) continue;
    const bool is_there = found != specification.files.end();
    findings.push_back(
        {.paths = {std::format("hooks[{}]", i)},
         .message = is_there ? std::format("'{}' is not executable", path)
                             : std::format("there is no program '{}' in the archive", path),
         .hint = is_there ? std::format("'chmod +x content/{}'", path)
                          : "put it there below 'content' of the project, and 'chmod +x' it"});
  }
  return findings;
}

Findings validate_entry(const Specification& specification) {
  return specification.language == Language::python ? validate_module(specification)
                                                    : validate_programs(specification);
}

Findings validate_files(const Specification& specification) {
  Findings findings;
  PackedPaths paths;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < specification.files.size(); ++i) {
    const PackedFile& file = specification.files[i];
    total += file.size;
    if (const Status added = paths.add(file.path, PackedPaths::Kind::file); !added) {
      findings.push_back(at_file(i, added.error().message, "pack it again"));
    }
  }
  if (total > kMostUnpacked) {
    findings.push_back({.paths = {"files"},
                        .message = std::format("its files have {} bytes together", total),
                        .hint = std::format("at most {} are taken", kMostUnpacked)});
  }
  std::ranges::move(validate_entry(specification), std::back_inserter(findings));
  return findings;
}

/// Each other extension once, and none that is this one.
Findings validate_others(const Specification& specification) {
  Findings findings;
  std::vector<std::pair<std::string, std::string>> names = {{"name", specification.name}};
  const auto add = [&](const std::vector<OtherExtension>& others, std::string_view key) {
    for (std::size_t i = 0; i < others.size(); ++i) {
      names.emplace_back(std::format("{}[{}].extension", key, i), others[i].name);
    }
  };
  add(specification.requirements, "requires");
  add(specification.conflicts, "conflicts");
  find_twice(names, "extension", findings);
  return findings;
}

}  // namespace

ParseOutcome parse_specification(std::string_view text, std::string_view file_name, Form form) {
  spec::Table table{.fields = specification_fields(form)};
  if (form == Form::project) table.answer_to_key = answer_of_project;
  spec::Reader reader(table, file_name);
  Specification specification;
  if (reader.read_text(text, &specification)) {
    reader.add_findings(validate_rights(specification));
    reader.add_findings(validate_settings(specification));
    reader.add_findings(validate_others(specification));
    reader.add_findings(validate_hooks(specification, form));
    reader.add_findings(validate_verbs(specification));
    if (form == Form::package) reader.add_findings(validate_files(specification));
  }
  std::vector<spec::Diagnostic> problems = reader.finish();
  if (!problems.empty()) return {.specification = std::nullopt, .problems = std::move(problems)};
  return {.specification = std::move(specification), .problems = {}};
}

std::string unit_of_file(std::string_view path) {
  static constexpr std::array<std::string_view, 3> kPlaces = {
      "/etc/systemd/system/", "/usr/lib/systemd/system/", "/usr/local/lib/systemd/system/"};
  static constexpr std::array<std::string_view, 3> kDirectories = {".d", ".wants", ".requires"};
  const auto place =
      std::ranges::find_if(kPlaces, [&](std::string_view each) { return path.starts_with(each); });
  if (place == kPlaces.end()) return {};
  std::string_view name = path.substr(place->size());
  name = name.substr(0, name.find('/'));
  for (const std::string_view ending : kDirectories) {
    if (name.ends_with(ending)) name.remove_suffix(ending.size());
  }
  return std::string(name);
}

std::string title(const Specification& specification) {
  return std::format("{}-{}", specification.name, to_string(specification.version));
}

bool is_told(const Specification& specification, Reads what) {
  return std::ranges::contains(specification.reads, what);
}

std::string hook_path(Hook hook) { return std::format("hooks/{}", to_string(hook)); }

std::string render_packed(const PackedArchive& archive, const std::vector<PackedFile>& files) {
  std::string text = std::format("archive:\n  sha256: {}\n  size: {}\nfiles:{}\n", archive.sha256,
                                 archive.size, files.empty() ? " []" : "");
  for (const PackedFile& file : files) {
    text += std::format("  - path: \"{}\"\n    size: {}\n", file.path, file.size);
    if (file.executable == Executable::yes) text += "    executable: yes\n";
    text += std::format("    sha256: {}\n", file.sha256);
  }
  return text;
}

}  // namespace muster::extensions
