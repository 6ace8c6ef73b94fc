#include "head/installed.h"

#include <format>

#include "core/os/files.h"
#include "core/spec/parse.h"

namespace muster::head {

namespace {

Result<spec::ParseOutcome> parse(std::string_view text, const std::string& file) {
  spec::ParseOutcome outcome = spec::parse_cluster(text, file);
  if (outcome.spec) return outcome;
  return fail(spec::to_string(outcome.problems.front()),
              std::format("'muster spec check {}' shows all problems", file));
}

}  // namespace

Result<spec::ParseOutcome> read_installed_file(const std::filesystem::path& file) {
  TRY_ASSIGN(const std::string text, os::read_file(file));
  return parse(text, file.string());
}

Result<spec::ClusterSpec> parse_installed_spec(std::string_view text) {
  const auto outcome = parse(text, kInstalledSpec);
  if (!outcome) return std::unexpected(outcome.error());
  return outcome->spec.value();
}

Result<spec::ClusterSpec> read_installed_spec(const std::filesystem::path& file) {
  const auto outcome = read_installed_file(file);
  if (!outcome) return std::unexpected(outcome.error());
  return outcome->spec.value();
}

}  // namespace muster::head
