#include "extensions/package/project.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "core/crypto/hash.h"
#include "core/os/files.h"
#include "core/spec/reader.h"
#include "extensions/limits.h"
#include "extensions/packed_path.h"
#include "extensions/store.h"

namespace muster::package {

using namespace extensions;
namespace {

namespace fs = std::filesystem;

/// What editors, version controls and Python leave in a directory.
bool is_litter(std::string_view name) {
  return name.starts_with('.') || name.ends_with('~') || name.ends_with(".swp") ||
         name.ends_with(".orig") || name.ends_with(".rej");
}

Status check_litter(std::string_view name, const fs::path& here) {
  if (!is_litter(name)) return {};
  return fail(ErrorKind::invalid,
              std::format("'{}' looks like what an editor or a version control leaves",
                          printable(here.string(), 500)),
              "remove it from 'content', or give it another name");
}

/// Errors: a secret key, which everybody would have.
Status check_secret(std::string_view content, const fs::path& here) {
  const std::string_view first = content.substr(0, content.find('\n'));
  if (!first.starts_with("untrusted comment:") || !first.contains("secret key")) return {};
  return fail(ErrorKind::invalid,
              std::format("'{}' is a secret key", printable(here.string(), 500)),
              "move it out of 'content': whoever has the package would have the key");
}

/// Adds what is below a directory. `path`: in the archive, "" for its root.
Status collect(const fs::path& directory, const std::string& path, std::uint64_t& total,
               std::vector<SourceFile>& files) {
  TRY_ASSIGN(const std::vector<std::string> names, os::list_directory(directory));
  for (const std::string& name : names) {
    const fs::path here = directory / name;
    const std::string packed = path.empty() ? name : std::format("{}/{}", path, name);
    // Python writes it where a test imports a module.
    if (name == "__pycache__") continue;
    TRY(check_litter(name, here));
    if (Status fits = check_packed_path(packed); !fits) {
      if (fits.error().hint.empty()) fits.error().hint = "rename it";
      return wrap(std::format("'{}'", printable(here.string(), 500)), std::move(fits).error());
    }
    TRY_ASSIGN(const os::FileState state, os::read_state(here));
    if (state.is_directory) {
      TRY(collect(here, packed, total, files));
      continue;
    }
    if (!state.is_plain) {
      return fail(ErrorKind::invalid,
                  std::format("'{}' is a link, or something else that is no file", here.string()),
                  "an archive has no links and devices: put the file itself there");
    }
    total += state.size;
    if (total > kMostUnpacked || files.size() >= kMostEntries) {
      return fail(
          ErrorKind::invalid, std::format("'{}' makes the extension too large", here.string()),
          std::format("at most {} files of {} bytes together", kMostEntries, kMostUnpacked));
    }
    TRY_ASSIGN(std::string content, os::read_plain_file(here, kMostFile));
    TRY(check_secret(content, here));
    const bool is_program = (state.mode.mode & 0111U) != 0;
    files.push_back({.path = packed,
                     .content = std::move(content),
                     .executable = is_program ? Executable::yes : Executable::no});
  }
  return {};
}

}  // namespace

Result<Project> read_project(const fs::path& directory) {
  const fs::path file = directory / kProjectFile;
  if (os::is_missing(file)) {
    return fail(ErrorKind::absent,
                std::format("'{}' is no project of an extension: it has no {}", directory.string(),
                            kProjectFile),
                "name its directory; 'muster help extensions' shows one");
  }
  Project project;
  TRY_ASSIGN(project.text, os::read_file(file, spec::kMaxFileSize));
  ParseOutcome outcome = parse_specification(project.text, file.string(), Form::project);
  project.specification = std::move(outcome.specification);
  project.problems = std::move(outcome.problems);
  std::uint64_t total = 0;
  const fs::path content = directory / kContentDirectory;
  if (const auto state = os::read_state(content); state && !state->is_directory) {
    return fail(ErrorKind::invalid, std::format("'{}' is no directory", content.string()),
                "a project has its files there, and no link to them");
  }
  TRY(collect(content, "", total, project.files));
  return project;
}

namespace {

/// A program that the kernel cannot start fails only when the extension is installed.
Status check_hooks(const Project& project) {
  if (project.specification->language != Language::shell) return {};
  for (const Hook hook : project.specification->hooks) {
    const auto file = std::ranges::find(project.files, hook_path(hook), &SourceFile::path);
    if (file == project.files.end()) continue;
    const std::string_view line =
        std::string_view(file->content).substr(0, file->content.find('\n'));
    const bool is_script = line.starts_with("#!") && trim(line.substr(2)).starts_with('/');
    if (is_script && !line.ends_with('\r')) continue;
    return fail(ErrorKind::invalid,
                std::format("'{}/{}' cannot be started: its first line is no '#!/bin/sh'",
                            kContentDirectory, file->path),
                line.ends_with('\r') ? "save it with the line ends of Unix"
                                     : "begin it with '#!' and a program's path");
  }
  return {};
}

}  // namespace

Result<Packed> pack(Project project, std::string_view file_name) {
  CHECK(project.specification.has_value());
  TRY(check_hooks(project));
  TRY_ASSIGN(std::string archive, write_archive(std::move(project.files)));
  TRY_ASSIGN(const std::vector<PackedFile> files, list_archive(archive));
  const PackedArchive named{.sha256 = crypto::sha256(archive), .size = archive.size()};
  std::string text = std::move(project.text);
  if (!text.ends_with('\n')) text += '\n';
  const auto own_lines = std::ranges::count(text, '\n');
  text += render_packed(named, files);
  ParseOutcome outcome = parse_specification(text, file_name, Form::package);
  if (outcome.specification) {
    return Packed{.specification = std::move(*outcome.specification),
                  .text = std::move(text),
                  .archive = std::move(archive)};
  }
  if (outcome.problems.front().line > own_lines) {
    return fail(ErrorKind::invalid,
                std::format("'{}' is written in a way to which nothing can be added", file_name),
                "write each key at the start of a line, without '...' at the end");
  }
  return Packed{.problems = std::move(outcome.problems)};
}

}  // namespace muster::package
