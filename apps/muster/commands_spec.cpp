// The noun `spec`: checks a cluster.yaml, and prints what is known of its fields.

#include <cstdio>
#include <memory>
#include <print>
#include <string>

#include <nlohmann/json.hpp>

#include "apps/muster/commands.h"
#include "apps/plans/preview.h"
#include "core/os/files.h"
#include "core/spec/json.h"
#include "core/spec/reference.h"

namespace muster::cli {
namespace {

struct CheckOptions {
  std::string file = "cluster.yaml";
  bool json = false;
};

/// Errors: the file cannot be read.
Result<spec::ParseOutcome> parse_file(const std::string& file) {
  TRY_ASSIGN(const std::string text, os::read_file(file));
  return plans::parse_cluster(text, file);
}

int check(const CheckOptions& options) {
  const auto outcome = parse_file(options.file);
  if (!outcome) return report(outcome.error(), kUsage);
  const auto& problems = outcome->problems;
  if (options.json) {
    std::println("{}", spec::to_json(options.file, problems).dump(2));
    return problems.empty() ? kDone : kUsage;
  }
  for (const spec::Diagnostic& problem : problems) {
    std::println(stderr, "{}", spec::to_string(problem));
  }
  if (!problems.empty()) return kUsage;
  std::println("{}: valid: cluster '{}' with its head at {}", options.file, outcome->spec->name,
               to_string(outcome->spec->head.address));
  return kDone;
}

int explain(const std::string& path) {
  const auto text = spec::explain_field(path);
  if (!text) return report(text.error(), kUsage);
  std::print("{}", *text);
  return kDone;
}

void add_check(CLI::App& noun, Session& session) {
  CLI::App* verb = noun.add_subcommand("check", "report everything that is wrong with a file");
  auto options = std::make_shared<CheckOptions>();
  verb->add_option("file", options->file, "the file to check")
      ->type_name(value::kFile)
      ->capture_default_str();
  verb->add_flag("--json", options->json, "print the problems as JSON");
  on_run(*verb, session, [options] { return check(*options); });
}

void add_explain(CLI::App& noun, Session& session) {
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
  add_explain(*noun, session);
  add_schema(*noun, session);
  add_reference(*noun, session);
}

}  // namespace muster::cli
