// ext new, test: an author's project. They need no head.

#include <cstdlib>
#include <format>
#include <memory>
#include <print>

#include <nlohmann/json.hpp>

#include "apps/muster/commands_ext.h"
#include "core/base/text.h"
#include "core/os/files.h"
#include "extensions/package/scaffold.h"
#include "extensions/settings.h"
#include "extensions/store.h"
#include "extensions/values.h"

namespace muster::cli {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

/// ENDED of sdk/python/muster/testing.py.
constexpr int kPassed = 40;

struct ProjectOptions {
  std::string name;
  std::string type = "tool";
  std::string language = "python";
  std::string directory = ".";
};

struct NewProject {
  std::string name;
  extensions::Type type = extensions::Type::tool;
  extensions::Language language = extensions::Language::python;
  fs::path directory;
};

/// Errors: a word is none of its kind; something is there already.
Result<NewProject> read_options(const ProjectOptions& options) {
  NewProject project;
  TRY_ASSIGN(project.name, extensions::kExtensionName.parse(options.name));
  TRY_ASSIGN(project.type, extensions::kExtensionType.parse(options.type));
  TRY_ASSIGN(project.language, extensions::kLanguage.parse(options.language));
  project.directory = (fs::path(options.directory) / project.name).lexically_normal();
  if (os::is_missing(project.directory)) return project;
  return fail(ErrorKind::conflict,
              std::format("'{}' is there already", printable(project.directory.string(), 4096)),
              "choose another name, or another place with --directory");
}

Status write_project(const NewProject& project) {
  for (const package::ScaffoldFile& file :
       package::scaffold(project.name, project.type, project.language)) {
    const std::uint32_t mode = file.executable == extensions::Executable::yes ? 0755 : 0644;
    TRY(os::write_file(project.directory / file.path, file.content, {.mode = mode}));
  }
  return {};
}

int make_project(const ProjectOptions& options) {
  const auto project = read_options(options);
  if (!project) return report(project.error(), kUsage);
  if (const Status written = write_project(*project); !written) return report(written.error());
  const std::string place = printable(project->directory.string(), 4096);
  return print_answer({{"project", project->directory.string()}},
                      std::format("made {0}: 'muster ext test {0}' tries it, 'muster ext pack {0}' "
                                  "packs it",
                                  place));
}

json settings_json(const extensions::Specification& specification) {
  json settings = json::array();
  for (const extensions::Setting& setting : specification.settings) {
    settings.push_back(
        {{"name", setting.name},
         {"type", to_string(setting.type)},
         {"default", extensions::parse_setting(setting, setting.fallback).value_or(json())},
         {"choices", setting.choices},
         {"minimum", setting.minimum.value_or(extensions::kSettingNumber.type.minimum)},
         {"maximum", setting.maximum.value_or(extensions::kSettingNumber.type.maximum)}});
  }
  return settings;
}

json words_of(const auto& values) {
  json words = json::array();
  for (const auto value : values) words.push_back(to_string(value));
  return words;
}

/// What sdk/python/muster/testing.py is told of the project.
std::string describe(const extensions::Specification& specification) {
  json verbs = json::array();
  for (const extensions::Verb& verb : specification.verbs) verbs.push_back({{"name", verb.name}});
  return json{{"name", specification.name},
              {"version", to_string(specification.version)},
              {"language", to_string(specification.language)},
              {"settings", settings_json(specification)},
              {"hooks", words_of(specification.hooks)},
              {"reads", words_of(specification.reads)},
              {"verbs", verbs},
              {"rights", extensions::rights_json(specification.rights)}}
      .dump();
}

/// What the tests need of the caller's environment.
std::map<std::string, std::string> environment_of(const extensions::Specification& specification) {
  std::map<std::string, std::string> environment = {
      {"MUSTER_TEST_SPECIFICATION", describe(specification)},
      {"PYTHONDONTWRITEBYTECODE", "1"},
      {"PYTHONUNBUFFERED", "1"}};
  // Where the author keeps other modules, or this very package while it is not installed.
  if (const char* const path = std::getenv("PYTHONPATH")) environment["PYTHONPATH"] = path;
  return environment;
}

int test_project(const fs::path& directory) {
  const auto packed = pack_project(directory);
  if (!packed) return packed.error();
  os::PosixCommandRunner runner;
  const auto run = runner.run({.argv = {"/usr/bin/python3", "-m", "muster.testing"},
                               .cwd = directory,
                               .env = environment_of(packed->specification),
                               .on_line = [](std::string_view line) {
                                 if (form() == Form::text)
                                   std::println("{}", printable(line, 4000));
                               }});
  const bool passed = run && run->status == kPassed;
  if (!run) {
    return report({.message = run.error().message, .hint = "the tests need the package 'python3'"});
  }
  if (form() == Form::json) {
    const json answer = {{"passed", passed}, {"said", run->out + run->err}};
    print_json(answer.dump(2, ' ', false, json::error_handler_t::replace));
  }
  return passed ? kDone : kFailed;
}

}  // namespace

void add_ext_project(CLI::App& noun, Session& session) {
  const auto options = std::make_shared<ProjectOptions>();
  CLI::App& make =
      *noun.add_subcommand("new", "makes a project of an extension that works at once");
  make.add_option("name", options->name, "what the extension is called")->required();
  make.add_option("--type", options->type, "application, library or tool")->capture_default_str();
  make.add_option("--language", options->language, "python or shell")->capture_default_str();
  make.add_option("--directory", options->directory, "where the project's directory is made")
      ->type_name(value::kDirectory)
      ->capture_default_str();
  add_json(make);
  on_run(make, session, [options] { return make_project(*options); });
  CLI::App& test = *noun.add_subcommand(
      "test", "runs the tests of a project, in a cluster that is simulated in memory");
  const auto place = std::make_shared<std::string>(".");
  test.add_option("project", *place, "the directory of the project")
      ->type_name(value::kDirectory)
      ->capture_default_str();
  add_json(test);
  on_run(test, session, [place] { return test_project(*place); });
}

}  // namespace muster::cli
