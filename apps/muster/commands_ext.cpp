// The noun `ext`: list and show, and what its other verbs share.

#include "apps/muster/commands_ext.h"

#include <algorithm>
#include <format>
#include <iterator>

#include <nlohmann/json.hpp>

#include "apps/muster/client.h"
#include "apps/muster/shipped_extensions.h"
#include "apps/muster/table.h"
#include "core/base/text.h"
#include "core/os/files.h"
#include "core/os/process.h"
#include "core/spec/json.h"
#include "extensions/package/gex.h"
#include "extensions/store.h"

namespace muster::cli {
namespace {

using nlohmann::json;

/// muster-extract, beside this program: as packages install both, or as they were compiled.
Result<std::filesystem::path> find_extract() {
  TRY_ASSIGN(const std::filesystem::path own, os::read_own_program());
  const auto above = own.parent_path().parent_path();
  for (const char* const place : {"libexec/muster/muster-extract", "extract/muster-extract"}) {
    if (!os::is_missing(above / place)) return above / place;
  }
  return fail("there is no program 'muster-extract' beside this one",
              "install the package 'muster' again");
}

/// Where root puts public keys that are believed on this machine.
constexpr const char* kKeyDirectory = "/etc/muster/extension-keys";

std::string signed_by(const json& extension) {
  const std::string signer = text_of(extension, "signer");
  return signer.empty() ? "UNSIGNED" : signer;
}

std::string state_of(const json& extension) {
  if (is_set(extension, "damaged")) return "damaged";
  if (is_set(extension, "disabled")) return "disabled";
  if (!text_of(extension, "error").empty()) return "failed";
  return is_set(extension, "active") ? "active" : "waiting";
}

int list_extensions() {
  const auto answer = call_head("GET", "/v1/extensions");
  if (!answer) return report(answer.error());
  std::vector<std::vector<std::string>> rows = {
      {"EXTENSION", "VERSION", "TYPE", "STATE", "SIGNED BY", "SUMMARY"}};
  for (const json& each : answer->at("extensions")) {
    if (is_set(each, "damaged")) {
      rows.push_back({text_of(each, "name"), "-", "-", state_of(each), "-", "-"});
      continue;
    }
    rows.push_back({text_of(each, "name"), text_of(each, "version"), text_of(each, "type"),
                    state_of(each), signed_by(each), text_of(each, "summary")});
  }
  if (rows.size() == 1) {
    return print_answer(*answer, "no extension is installed; 'muster ext install FILE' does that");
  }
  return print_answer(*answer, trim(render_table(rows)));
}

/// Lines of what one kind of right has, such as "may write".
std::string rights_text(const json& extension, const char* words, const char* kind) {
  std::string text;
  for (const json& right : extension.at("rights")) {
    if (!right.contains(kind)) continue;
    for (const json& what : right.at(kind)) {
      text += sheet_line(
          text.empty() ? words : "",
          std::format("{} {} ({})", printable(what.get<std::string>(), 255),
                      text_of(right, "place") == "head" ? "on the head" : "on every node",
                      text_of(right, "reason")));
    }
  }
  return text;
}

std::string settings_text(const json& extension) {
  std::string text;
  if (!extension.contains("settings")) return text;
  for (const json& setting : extension.at("settings")) {
    const std::string value = text_of(setting, "value");
    const bool is_default = value == text_of(setting, "default");
    text += sheet_line(text.empty() ? "settings" : "",
                       std::format("{} = {}{} ({})", text_of(setting, "name"),
                                   value.empty() ? "\"\"" : printable(value, 200),
                                   is_default ? ", the default" : "", text_of(setting, "about")));
  }
  return text;
}

std::string verbs_text(const json& extension) {
  std::string text;
  for (const json& verb : extension.value("verbs", json::array())) {
    text += sheet_line(text.empty() ? "verbs" : "",
                       std::format("{} ({})", text_of(verb, "name"), text_of(verb, "about")));
  }
  return text;
}

std::string scheduler_text(const json& extension) {
  std::string text;
  const json settings = extension.value("scheduler", json::object());
  for (const auto& each : settings.items()) {
    const std::string value = each.value().is_string() ? each.value().get<std::string>() : "";
    text += sheet_line(text.empty() ? "has set" : "", std::format("{}={}", each.key(), value));
  }
  if (is_set(extension, "scheduler_waits")) {
    text += sheet_line("slurm.conf", "waits for the extension's steps on the head");
  }
  return text;
}

std::string sheet_of(const json& extension) {
  if (is_set(extension, "damaged")) {
    return sheet_line("extension", text_of(extension, "name")) + sheet_line("state", "damaged") +
           sheet_line("error", text_of(extension, "error"));
  }
  const auto line = [&](const char* key, const char* member) {
    return sheet_line(key, or_dash(text_of(extension, member)));
  };
  std::string text =
      line("extension", "name") + line("version", "version") + line("type", "type") +
      line("summary", "summary") + line("maintainer", "maintainer") + line("license", "license") +
      sheet_line("signed by", signed_by(extension)) +
      sheet_line("installed",
                 clock_time(extension.value("installed_ms", std::int64_t{0}), ShowDate::yes)) +
      sheet_line("state", state_of(extension)) + rights_text(extension, "may write", "files") +
      rights_text(extension, "owns all in", "directories") +
      rights_text(extension, "may run", "units") + rights_text(extension, "commands", "commands") +
      rights_text(extension, "may set", "scheduler") + settings_text(extension);
  text += scheduler_text(extension) + verbs_text(extension);
  const std::string error = text_of(extension, "error");
  if (!error.empty()) text += sheet_line("error", error);
  const json failures = extension.value("failures", json::object());
  for (const auto& [hook, why] : failures.items()) {
    if (why.is_string()) text += sheet_line("failed", printable(why.get<std::string>(), 2000));
  }
  const std::string said = text_of(extension, "said");
  if (!said.empty()) text += sheet_line("it said", said);
  return text;
}

int show_extension(const std::string& name) {
  const auto answer = call_head("GET", "/v1/extensions");
  if (!answer) return report(answer.error());
  const json found = find_extension(*answer, name);
  if (found.is_null()) return report(extensions::no_extension(name), kUsage);
  return print_answer(found, trim(sheet_of(found)));
}

}  // namespace

void add_extension_name(CLI::App& verb, std::string& name) {
  verb.add_option("extension", name, "its name")->type_name(value::kExtension)->required();
}

bool is_set(const json& extension, const char* flag) {
  return extension.contains(flag) && extension.at(flag) == true;
}

json find_extension(const json& answer, const std::string& name) {
  if (!answer.contains("extensions")) return json();
  for (const json& each : answer.at("extensions")) {
    if (each.is_object() && text_of(each, "name") == name) return each;
  }
  return json();
}

namespace {

Error is_unsigned(const std::filesystem::path& file) {
  return {.message = std::format("'{}' is not signed: anybody may have made it",
                                 printable(file.string(), 4096)),
          .hint =
              "get the signed one; 'ext install --allow-unsigned' takes it all the same, and "
              "'ext check' without --key looks at it"};
}

/// The files of a package; a pair of 2006 as the package that it is today.
std::expected<package::PackageFiles, PackageProblems> read_files(
    os::CommandRunner& runner, const std::filesystem::path& program,
    const std::filesystem::path& file) {
  if (!package::is_gex(file)) {
    auto files = package::read_package(file);
    if (files) return std::move(*files);
    return std::unexpected(PackageProblems{.problems = {}, .error = files.error()});
  }
  auto project = package::read_gex(runner, program, file);
  if (!project) return std::unexpected(PackageProblems{.problems = {}, .error = project.error()});
  if (!project->specification) {
    return std::unexpected(
        PackageProblems{.problems = std::move(project->problems), .error = std::nullopt});
  }
  auto packed = package::pack(std::move(*project), file.string());
  if (!packed) return std::unexpected(PackageProblems{.problems = {}, .error = packed.error()});
  if (!packed->problems.empty()) {
    return std::unexpected(
        PackageProblems{.problems = std::move(packed->problems), .error = std::nullopt});
  }
  // As if somebody had packed it so, beside the old one.
  return package::PackageFiles{
      .path = file.parent_path() / (extensions::title(packed->specification) + ".yaml"),
      .specification = std::move(packed->text),
      .signature = std::nullopt,
      .archive = std::move(packed->archive)};
}

}  // namespace

std::expected<CheckedPackage, PackageProblems> check_package(
    os::CommandRunner& runner, const std::filesystem::path& specification,
    const std::vector<package::TrustedKey>& keys, Unsigned if_unsigned) {
  const auto failed = [](Error error) {
    return std::unexpected(PackageProblems{.problems = {}, .error = std::move(error)});
  };
  const auto program = find_extract();
  if (!program) return failed(program.error());
  // Nobody signs one of those: nothing of it is read.
  if (package::is_gex(specification) && if_unsigned == Unsigned::refused) {
    return failed(is_unsigned(specification));
  }
  auto files = read_files(runner, *program, specification);
  if (!files) return std::unexpected(std::move(files).error());
  auto signer = package::verify_package(*files, keys);
  if (!signer) return failed(signer.error());
  if (!*signer) {
    const auto ours = is_shipped(*files);
    if (!ours) return failed(ours.error());
    if (*ours) *signer = package::Signer{};
  }
  if (!*signer && if_unsigned == Unsigned::refused) return failed(is_unsigned(specification));
  auto outcome = extensions::parse_specification(files->specification, specification.string(),
                                                 extensions::Form::package);
  if (!outcome.specification) {
    return std::unexpected(
        PackageProblems{.problems = std::move(outcome.problems), .error = std::nullopt});
  }
  if (const Status same = package::check_archive(*files, *outcome.specification); !same) {
    return failed(same.error());
  }
  auto content = package::extract_package(runner, *program, *files, *outcome.specification);
  if (!content) return failed(content.error());
  return CheckedPackage{.files = std::move(*files),
                        .specification = std::move(*outcome.specification),
                        .content = std::move(*content),
                        .signer = std::move(*signer)};
}

int report(const PackageProblems& problems, const std::filesystem::path& file) {
  if (problems.error) return report(*problems.error, kUsage);
  if (form() == Form::json) {
    print_json(spec::to_json(file.string(), problems.problems).dump(2));
    return kUsage;
  }
  for (const spec::Diagnostic& problem : problems.problems) say(spec::to_string(problem));
  return kUsage;
}

Result<std::vector<package::TrustedKey>> read_all_keys(
    const std::vector<std::filesystem::path>& files) {
  TRY_ASSIGN(std::vector<package::TrustedKey> keys, package::read_keys(files));
  TRY_ASSIGN(std::vector<package::TrustedKey> known, package::read_keys_in(kKeyDirectory));
  std::ranges::move(known, std::back_inserter(keys));
  return keys;
}

std::string signer_words(const std::optional<package::Signer>& signer) {
  if (!signer) return "unsigned";
  if (!signer->key) return "which comes with Muster";
  return std::format("signed by {}", package::to_string(*signer));
}

void add_ext(CLI::App& app, Session& session) {
  CLI::App* const noun =
      app.add_subcommand("ext", "extensions: what others add to Muster, and how it is made");
  noun->require_subcommand(1);
  CLI::App& list = *noun->add_subcommand("list", "the extensions of this head");
  add_json(list);
  on_run_at_head(list, session, list_extensions);
  CLI::App& show = *noun->add_subcommand("show", "all that is known of an extension");
  const auto name = std::make_shared<std::string>();
  add_extension_name(show, *name);
  add_json(show);
  on_run_at_head(show, session, [name] { return show_extension(*name); });
  add_ext_project(*noun, session);
  add_ext_author(*noun, session);
  add_ext_change(*noun, session);
  add_ext_configure(*noun, session);
  add_ext_run(*noun, session);
  add_ext_catalogue(*noun, session);
  add_ext_log(*noun, session);
}

}  // namespace muster::cli
