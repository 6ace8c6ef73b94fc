#include "extensions/package/gex.h"

#include <algorithm>
#include <array>
#include <format>
#include <map>

#include "core/base/text.h"
#include "core/os/files.h"
#include "core/spec/reader.h"
#include "core/spec/rules.h"
#include "extensions/limits.h"
#include "extensions/package/extracted.h"
#include "extensions/packed_path.h"
#include "extensions/values.h"

namespace muster::package {

using namespace extensions;
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kInstall = "hooks/install";

/// The members by their keys.
std::map<std::string, std::string*, std::less<>> members_of(Gex& gex) {
  return {{"package-name", &gex.name},
          {"package-description", &gex.description},
          {"package-maintainer", &gex.maintainer},
          {"package-contents", &gex.contents},
          {"package-exec", &gex.exec},
          {"application-register", &gex.application},
          {"hpc-register", &gex.hpc}};
}

constexpr std::array<std::string_view, 4> kNeeded = {"package-name", "package-description",
                                                     "package-maintainer", "package-contents"};

/// Why a value cannot be one of a package of today.
Status check_value(std::string_view key, const std::string& value) {
  if (key == "package-name") {
    if (auto name = kExtensionName.parse(spec::as_name(value)); !name) {
      return std::unexpected(name.error());
    }
  }
  if (key != "package-maintainer") return {};
  const auto maintainer = kMaintainer.parse(value);
  return maintainer ? Status() : std::unexpected(maintainer.error());
}

/// Reads lines of `key: value`.
class GexReader {
 public:
  explicit GexReader(std::string_view file) : file_(file) {}

  GexOutcome read(std::string_view text) {
    members_ = members_of(outcome_.gex);
    for (const std::string& each : split(text, '\n')) {
      ++line_;
      const std::string_view line = trim(each);
      if (!line.empty() && !line.starts_with('#')) read_line(line);
    }
    line_ = 1;
    for (const std::string_view key : kNeeded) {
      if (!found_.contains(std::string(key)))
        add(std::format("{} is missing", key), "add its line");
    }
    if (!outcome_.gex.application.empty() && !outcome_.gex.hpc.empty()) {
      add("it has both application-register and hpc-register", "leave one of them out");
    }
    return std::move(outcome_);
  }

 private:
  void add(std::string message, std::string hint) {
    outcome_.problems.push_back({.file = file_,
                                 .line = line_,
                                 .column = 1,
                                 .message = std::move(message),
                                 .hint = std::move(hint)});
  }
  void read_line(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      return add(std::format("'{}' is no line of 'key: value'", printable(line, 80)), "correct it");
    }
    const std::string key(trim(line.substr(0, colon)));
    const std::string value(trim(line.substr(colon + 1)));
    const auto member = members_.find(key);
    if (member == members_.end()) {
      return add(std::format("unknown key '{}'", printable(key, 80)), "leave it out");
    }
    if (!found_.emplace(key, value).second) {
      return add(std::format("'{}' comes twice", key), "leave one of them out");
    }
    if (value.empty() || printable(value, value.size()) != value) {
      return add(std::format("{} has no value that can be read", key), "write a text");
    }
    if (const Status fits = check_value(key, value); !fits) {
      return add(std::format("{}: {}", key, fits.error().message), fits.error().hint);
    }
    *member->second = value;
  }

  std::string file_;
  int line_ = 0;
  GexOutcome outcome_;
  std::map<std::string, std::string*, std::less<>> members_;
  std::map<std::string, std::string, std::less<>> found_;
};

/// In quotes of YAML's.
std::string yaml_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string specification_of(const Gex& gex) {
  constexpr std::size_t kMost = 120;
  const bool fits = gex.description.size() <= kMost;
  const std::string summary = fits ? gex.description : printable(gex.description, kMost - 3);
  return std::format(
      "schema: 1\nname: {}\nversion: 0.0.0\napi: 1\ntype: {}\nlanguage: shell\nsummary: {}\n"
      "maintainer: {}\nlicense: LicenseRef-unknown\nhooks: [install]\n",
      yaml_text(spec::as_name(gex.name)), gex.application.empty() ? "tool" : "application",
      yaml_text(summary), yaml_text(gex.maintainer));
}

/// The hook that runs the program where it expects to be.
std::string hook_of(const Gex& gex) {
  return std::format("#!/bin/sh\ncd \"$(dirname \"$0\")/..\" && exec \"./{}\"\n", gex.exec);
}

Status check_program(const Gex& gex, const std::vector<SourceFile>& files) {
  TRY(check_packed_path(gex.exec));
  const auto program = std::ranges::find(files, gex.exec, &SourceFile::path);
  if (program == files.end()) {
    return fail(ErrorKind::invalid, std::format("the archive has no program '{}'", gex.exec),
                "package-exec names it; without that line it is 'runme'");
  }
  if (program->executable == Executable::no) {
    return fail(ErrorKind::invalid, std::format("'{}' in the archive is not executable", gex.exec),
                "pack it again with 'chmod +x'");
  }
  if (std::ranges::contains(files, kInstall, &SourceFile::path)) {
    return fail(ErrorKind::invalid, std::format("the archive has a file '{}'", kInstall),
                "give it another name");
  }
  return {};
}

/// Errors: no plain name of a file beside the .gex.
Result<fs::path> archive_of(const Gex& gex, const fs::path& file) {
  const fs::path name = gex.contents;
  if (name == name.filename() && name.extension() == ".tgz") return file.parent_path() / name;
  return fail(
      ErrorKind::invalid,
      std::format("package-contents '{}' is no .tgz beside it", printable(gex.contents, 200)),
      "write the name of the file alone");
}

}  // namespace

GexOutcome parse_gex(std::string_view text, std::string_view file_name) {
  return GexReader(file_name).read(text);
}

bool is_gex(const fs::path& file) { return file.extension() == ".gex"; }

Result<Project> read_gex(os::CommandRunner& runner, const fs::path& extract, const fs::path& file) {
  TRY_ASSIGN(const std::string text, os::read_plain_file(file, spec::kMaxFileSize));
  GexOutcome outcome = parse_gex(text, file.string());
  Project project;
  project.problems = std::move(outcome.problems);
  if (!project.problems.empty()) return project;
  const Gex& gex = outcome.gex;
  TRY_ASSIGN(const fs::path tgz, archive_of(gex, file));
  TRY_ASSIGN(const std::string archive, os::read_plain_file(tgz, kMostArchive));
  TRY_ASSIGN(const std::string frames,
             run_extract(runner, extract, tgz.string(), archive, Dots::allowed));
  TRY_ASSIGN(project.files, parse_unlisted(frames));
  if (Status there = check_program(gex, project.files); !there) {
    return wrap(std::format("'{}'", tgz.string()), std::move(there).error());
  }
  project.files.push_back(
      {.path = std::string(kInstall), .content = hook_of(gex), .executable = Executable::yes});
  project.text = specification_of(gex);
  ParseOutcome parsed = parse_specification(project.text, file.string(), Form::project);
  project.specification = std::move(parsed.specification);
  project.problems = std::move(parsed.problems);
  return project;
}

}  // namespace muster::package
