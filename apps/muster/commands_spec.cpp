// The noun `spec`: checks a cluster.yaml, and prints what is known of its fields.

#include <cstdio>
#include <memory>
#include <print>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/muster/commands.h"
#include "apps/muster/spec_file.h"
#include "core/base/text.h"
#include "core/spec/json.h"
#include "core/spec/reference.h"
#include "core/spec/remarks.h"

namespace muster::cli {
namespace {

struct CheckOptions {
  std::vector<std::string> files = {"cluster.yaml"};
  bool strict = false;
  bool json = false;
};

/// For who wants no surprises, a remark is a problem.
void make_strict(spec::ParseOutcome& outcome) {
  outcome.problems.insert(outcome.problems.end(), outcome.remarks.begin(), outcome.remarks.end());
  outcome.remarks.clear();
  spec::sort_by_place(outcome.problems);
}

void print_outcome(const std::string& file, const spec::ParseOutcome& outcome) {
  for (const spec::Diagnostic& problem : outcome.problems) {
    say(spec::to_string(problem));
  }
  print_remarks(outcome);
  if (!outcome.problems.empty()) return;
  std::println("{}: {}: cluster '{}' with its head at {}", printable(file, 4096),
               spec::valid_text(outcome.remarks.size()), outcome.spec->name,
               to_string(outcome.spec->head.address));
}

/// One file gives one answer, several give a list.
void print_answers(const std::vector<nlohmann::json>& answers) {
  print_json(answers.size() == 1 ? answers.front().dump(2) : nlohmann::json(answers).dump(2));
}

int check(const CheckOptions& options) {
  std::vector<nlohmann::json> answers;
  int status = kDone;
  for (const std::string& file : options.files) {
    const auto text = read_spec_text(file);
    if (!text) {
      status = kUsage;
      say("muster: " + text.error().text());
      answers.push_back({{"file", printable(file, 4096)},
                         {"error", text.error().message},
                         {"hint", text.error().hint}});
      continue;
    }
    spec::ParseOutcome outcome = check_spec(*text, file, cache_directory(""));
    if (options.strict) make_strict(outcome);
    if (!outcome.problems.empty()) status = kUsage;
    answers.push_back(spec::to_json(file, outcome.problems, outcome.remarks));
    if (!options.json) print_outcome(file, outcome);
  }
  if (options.json) print_answers(answers);
  return status;
}

int explain(const std::string& path) {
  const auto text = spec::explain_field(path);
  if (!text) return report(text.error(), kUsage);
  std::print("{}", *text);
  return kDone;
}

void add_check(CLI::App& noun, Session& session) {
  CLI::App* verb =
      noun.add_subcommand("check", "report everything that is wrong with a file, or remarkable");
  auto options = std::make_shared<CheckOptions>();
  verb->add_option("file", options->files, "the files to check; '-' is the standard input")
      ->type_name(value::kFile)
      ->expected(0, -1)
      ->default_str("cluster.yaml");
  verb->add_flag("--strict", options->strict, "take remarks for problems");
  verb->add_flag("--json", options->json, "print problems and remarks as JSON");
  on_run(*verb, session, [options] { return check(*options); });
}

void add_spec_explain(CLI::App& noun, Session& session) {
  CLI::App* verb = noun.add_subcommand("explain", "what a key means and what may be written");
  auto path = std::make_shared<std::string>();
  verb->add_option("key", *path, "such as head.address")->type_name(value::kKey)->required();
  on_run(*verb, session, [path] { return explain(*path); });
}

void add_schema(CLI::App& noun, Session& session) {
  CLI::App* verb = noun.add_subcommand("schema", "list all keys with their types and defaults");
  auto as_json = std::make_shared<bool>(false);
  verb->add_flag("--json", *as_json, "print a JSON Schema (draft 2020-12)");
  on_run(*verb, session, [as_json] {
    std::print("{}", *as_json ? spec::render_json_schema() : spec::render_field_list());
    return kDone;
  });
}

void add_reference(CLI::App& noun, Session& session) {
  CLI::App* verb = noun.add_subcommand("reference", "print the manual of all keys as Markdown");
  auto man = std::make_shared<bool>(false);
  verb->add_flag("--man", *man, "print it as a manual page for man(1)");
  on_run(*verb, session, [man] {
    std::print("{}", *man ? spec::render_manual_page() : spec::render_reference());
    return kDone;
  });
}

}  // namespace

void add_spec(CLI::App& app, Session& session) {
  CLI::App* noun = app.add_subcommand("spec", "check and explain cluster.yaml");
  noun->require_subcommand(1);
  add_check(*noun, session);
  add_spec_explain(*noun, session);
  add_schema(*noun, session);
  add_reference(*noun, session);
}

}  // namespace muster::cli
