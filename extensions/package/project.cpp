#include "extensions/package/project.h"

#include <format>

#include "core/base/text.h"
#include "core/crypto/hash.h"
#include "core/os/files.h"
#include "core/spec/reader.h"
#include "extensions/limits.h"
#include "extensions/packed_path.h"

namespace muster::package {

using namespace extensions;
namespace {

namespace fs = std::filesystem;

/// Adds what is below a directory. `path`: in the archive, "" for its root.
Status collect(const fs::path& directory, const std::string& path, std::uint64_t& total,
               std::vector<SourceFile>& files) {
  TRY_ASSIGN(const std::vector<std::string> names, os::list_directory(directory));
  for (const std::string& name : names) {
    const fs::path here = directory / name;
    const std::string packed = path.empty() ? name : std::format("{}/{}", path, name);
    if (Status fits = check_packed_path(packed); !fits) {
      return wrap(std::format("'{}'", printable(here.string(), 500)), std::move(fits).error());
    }
    TRY_ASSIGN(const os::FileState state, os::read_state(here));
    if (state.is_directory) {
      TRY(collect(here, packed, total, files));
      continue;
    }
    if (!state.is_plain) {
      return fail(ErrorKind::invalid,
                  std::format("'{}' is neither a file nor a directory", here.string()),
                  "an archive has no links and devices: put the file itself there");
    }
    total += state.size;
    if (total > kMostUnpacked || files.size() >= kMostEntries) {
      return fail(
          ErrorKind::invalid, std::format("'{}' makes the extension too large", here.string()),
          std::format("at most {} files of {} bytes together", kMostEntries, kMostUnpacked));
    }
    TRY_ASSIGN(std::string content, os::read_plain_file(here, kMostFile));
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
                "'muster help extensions' shows one");
  }
  Project project;
  TRY_ASSIGN(project.text, os::read_file(file, spec::kMaxFileSize));
  ParseOutcome outcome = parse_specification(project.text, file.string(), Form::project);
  project.specification = std::move(outcome.specification);
  project.problems = std::move(outcome.problems);
  std::uint64_t total = 0;
  TRY(collect(directory / kContentDirectory, "", total, project.files));
  return project;
}

Result<Packed> pack(Project project) {
  CHECK(project.specification.has_value());
  TRY_ASSIGN(std::string archive, write_archive(std::move(project.files)));
  TRY_ASSIGN(const std::vector<PackedFile> files, list_archive(archive));
  const PackedArchive named{.sha256 = crypto::sha256(archive), .size = archive.size()};
  std::string text = std::move(project.text);
  if (!text.ends_with('\n')) text += '\n';
  text += render_packed(named, files);
  const std::string name = title(*project.specification) + ".yaml";
  ParseOutcome outcome = parse_specification(text, name, Form::package);
  if (!outcome.specification) {
    const spec::Diagnostic& first = outcome.problems.front();
    return fail(ErrorKind::invalid, first.message, first.hint);
  }
  return Packed{.specification = std::move(*outcome.specification),
                .text = std::move(text),
                .archive = std::move(archive)};
}

}  // namespace muster::package
