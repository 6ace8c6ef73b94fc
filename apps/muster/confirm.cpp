#include "apps/muster/confirm.h"

#include <cstdio>
#include <format>
#include <print>
#include <string>
#include <unistd.h>

#include "apps/muster/output.h"
#include "core/base/text.h"
#include "core/os/answer.h"

namespace muster::cli {
namespace {

/// Whether somebody sees the question and can answer.
bool is_somebody_there() { return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1; }

int tell(const Deed& deed) {
  if (form() == Form::json) {
    nlohmann::json answer = deed.answer;
    answer["dry_run"] = true;
    print_json(answer.dump());
  } else {
    std::println("would {}: {}", deed.what, deed.consequence);
  }
  return kDone;
}

bool is_yes(std::string_view answer) {
  const std::string word = lower(trim(answer));
  return word == "y" || word == "yes";
}

}  // namespace

void ConfirmOptions::add_to(CLI::App& verb) {
  verb.add_flag("--yes", yes, "do not ask");
  verb.add_flag("--dry-run", dry_run, "say what would be done, and do nothing");
}

std::optional<int> stop_before(const Deed& deed, const ConfirmOptions& options) {
  if (options.dry_run) return tell(deed);
  if (options.yes) return std::nullopt;
  if (!is_somebody_there()) {
    return report(
        {.message = std::format("cannot ask whether to {}: there is no terminal", deed.what),
         .hint = "add --yes to do it without a question; --dry-run says what it does"},
        kUsage);
  }
  const std::string question = std::format("{}? {} [y/N] ", deed.what, deed.consequence);
  std::fwrite(question.data(), 1, question.size(), stderr);
  std::fflush(stderr);
  const auto answer = os::read_answer(STDIN_FILENO);
  if (answer && is_yes(*answer)) return std::nullopt;
  return report({.message = "nothing was done: the answer was not 'y'", .hint = ""});
}

}  // namespace muster::cli
