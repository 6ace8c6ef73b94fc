// ext log: what the host of an extension said.

#include <format>
#include <memory>

#include <nlohmann/json.hpp>

#include "apps/muster/client.h"
#include "apps/muster/commands_ext.h"
#include "core/base/text.h"
#include "core/spec/rules.h"
#include "extensions/store.h"

namespace muster::cli {
namespace {

using nlohmann::json;

constexpr int kLines = 100;

/// Errors: the journal cannot be read.
Result<std::vector<std::string>> read_journal(const std::string& unit, int lines) {
  os::PosixCommandRunner runner;
  TRY_ASSIGN(const os::CommandResult run,
             runner.run({.argv = {"journalctl", "--quiet", "--no-pager", "--output=short-iso",
                                  std::format("--lines={}", lines), "--unit=" + unit}}));
  if (run.status != 0) {
    return fail(std::format("journalctl ended with status {}: {}", run.status,
                            printable(trim(run.err), 500)),
                "members of the groups 'adm' and 'systemd-journal' may read it, and root");
  }
  std::vector<std::string> said;
  for (const std::string& line : split(run.out, '\n')) {
    if (!line.empty()) said.push_back(printable(line, 8000));
  }
  return said;
}

int show_log(const std::string& name, int lines) {
  if (!spec::is_name(name)) return report(extensions::no_extension(name), kUsage);
  const auto said = read_journal(extensions::unit_of(name, "service"), lines);
  if (!said) return report(said.error());
  const std::string words =
      said->empty() ? std::format("the host of '{}' said nothing", name) : join(*said, "\n");
  return print_answer({{"extension", name}, {"lines", *said}}, words);
}

}  // namespace

void add_ext_log(CLI::App& noun, Session& session) {
  CLI::App& verb = *noun.add_subcommand("log", "what an extension's host said, from the journal");
  const auto name = std::make_shared<std::string>();
  const auto lines = std::make_shared<int>(kLines);
  add_extension_name(verb, *name);
  verb.add_option("-n,--lines", *lines, "so many lines from the end")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  add_json(verb);
  on_run(verb, session, [name, lines] { return show_log(*name, *lines); });
}

}  // namespace muster::cli
