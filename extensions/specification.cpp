#include "extensions/specification.h"

#include <algorithm>
#include <format>
#include <map>
#include <set>

#include "core/base/mounts.h"
#include "core/spec/reader.h"
#include "extensions/limits.h"
#include "extensions/packed_path.h"

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
    if (known.insert(text).second) continue;
    findings.push_back({.paths = {path},
                        .message = std::format("{} '{}' comes twice", what, text),
                        .hint = "leave one of them out"});
  }
}

/// Adds a finding for each file that lies below another.
void find_below(const std::vector<std::pair<std::string, std::string>>& files, Findings& findings) {
  for (const auto& [path, file] : files) {
    const auto above = std::ranges::find_if(
        files, [&](const auto& other) { return is_below(file, other.second); });
    if (above == files.end()) continue;
    findings.push_back(
        {.paths = {path},
         .message = std::format("'{}' lies below the file '{}'", file, above->second),
         .hint = "leave one of them out"});
  }
}

Findings validate_rights(const Specification& specification) {
  Findings findings;
  std::vector<std::pair<std::string, std::string>> files;
  for (std::size_t i = 0; i < specification.rights.size(); ++i) {
    const Right& right = specification.rights[i];
    for (std::size_t k = 0; k < right.files.size(); ++k) {
      files.emplace_back(std::format("rights[{}].files[{}]", i, k), right.files[k]);
    }
  }
  find_twice(files, "file", findings);
  find_below(files, findings);
  return findings;
}

Findings validate_hooks(const Specification& specification) {
  Findings findings;
  std::vector<std::pair<std::string, std::string>> hooks;
  for (std::size_t i = 0; i < specification.hooks.size(); ++i) {
    hooks.emplace_back(std::format("hooks[{}]", i), to_string(specification.hooks[i]));
  }
  find_twice(hooks, "hook", findings);
  return findings;
}

Finding at_file(std::size_t index, std::string message, std::string hint) {
  return {.paths = {std::format("files[{}].path", index)},
          .message = std::move(message),
          .hint = std::move(hint)};
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
  for (std::size_t i = 0; i < specification.hooks.size(); ++i) {
    const std::string path = hook_path(specification.hooks[i]);
    const auto found = std::ranges::find(specification.files, path, &PackedFile::path);
    if (found != specification.files.end() && found->executable == Executable::yes) continue;
    findings.push_back({.paths = {std::format("hooks[{}]", i)},
                        .message = std::format("there is no program '{}' in the archive", path),
                        .hint = "put it there below 'content' of the project, and 'chmod +x' it"});
  }
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
    reader.add_findings(validate_hooks(specification));
    if (form == Form::package) reader.add_findings(validate_files(specification));
  }
  std::vector<spec::Diagnostic> problems = reader.finish();
  if (!problems.empty()) return {.specification = std::nullopt, .problems = std::move(problems)};
  return {.specification = std::move(specification), .problems = {}};
}

std::string title(const Specification& specification) {
  return std::format("{}-{}", specification.name, to_string(specification.version));
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
