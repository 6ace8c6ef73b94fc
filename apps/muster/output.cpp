#include "apps/muster/output.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <format>
#include <string>

#include <nlohmann/json.hpp>

#include "explain/explanations.h"

namespace muster::cli {
namespace {

/// A process has one standard output, so this is the process's.
struct Speech {
  Form form = Form::text;
  bool answered = false;
};

Speech& speech() {
  static Speech one;
  return one;
}

/// Nothing here throws: what could not be written is known at the end.
void write(std::FILE* output, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), output);
}

/// Whether all that was written to it arrived.
bool flush(std::FILE* output) { return std::fflush(output) == 0 && std::ferror(output) == 0; }

const char* hint_of(int cause) {
  if (cause == ENOSPC) return "free some space where it is written to";
  if (cause == EPIPE) return "what reads it ended before the answer did";
  return "";
}

}  // namespace

Form form() { return speech().form; }

void set_form(Form form) { speech().form = form; }

void print_json(std::string_view document) {
  speech().answered = true;
  write(stdout, document);
  write(stdout, "\n");
}

int print_answer(const nlohmann::json& document, std::string_view text) {
  if (form() == Form::json) {
    print_json(document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  } else if (!text.empty()) {
    write(stdout, text);
    write(stdout, "\n");
  }
  return kDone;
}

bool flush_answers() { return flush(stdout); }

int report(const Error& error, int status) {
  say("muster: " + error.text());
  const explain::Explanation* const row = explain::explain_text(error.message);
  if (row != nullptr) say(std::format("muster: 'muster explain {}' says more", row->id));
  if (form() == Form::json && !speech().answered) {
    const nlohmann::json answer = {
        {"error", error.message}, {"hint", error.hint}, {"id", row == nullptr ? "" : row->id}};
    print_json(answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  return status;
}

int report(const Failure& failure) { return report(failure.error, failure.status); }

void say(std::string_view line) { write(stderr, std::string(line) + "\n"); }

int finish_output(int status, int cause) {
  errno = 0;
  const bool answered = flush(stdout);
  if (!answered) {
    const int why = cause != 0 ? cause : errno;
    const Error lost{.message = std::format("cannot write the answer: {}",
                                            why != 0 ? std::strerror(why) : "the output is closed"),
                     .hint = hint_of(why)};
    say("muster: " + lost.text());
  }
  const bool told = flush(stderr);
  return status == kDone && !(answered && told) ? kFailed : status;
}

}  // namespace muster::cli
