#pragma once
// How a command speaks: its answer on the standard output, as text for a person or as one JSON
// document for a program; progress and errors on the standard error. Here is also the one place
// that knows whether the outputs took what was written. Not here: tables (table.h), lines that are
// written over (progress_line.h), questions (confirm.h).

#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "core/base/result.h"

namespace muster::cli {

/// Exit statuses of every command.
enum Exit : int { kDone = 0, kFailed = 1, kUsage = 2, kMissing = 3 };

enum class Form { text, json };

/// What this run of the program answers in; text until `set_form`.
Form form();
void set_form(Form form);

/// Prints the answer for a program: one JSON document, and a command has no other, unless it
/// follows what happens and has one for each line.
void print_json(std::string_view document);

/// Prints an answer in the form that was asked for: the document, or the text and a newline.
/// Returns kDone.
int print_answer(const nlohmann::json& document, std::string_view text);

/// Writes out what the standard output still keeps, for whoever follows it. False: nobody takes it.
bool flush_answers();

/// Why a command ends, and with which status.
struct Failure {
  Error error;
  int status = kFailed;

  // An error that nobody gave a status is a plain failure.
  Failure(Error why, int with = kFailed) : error(std::move(why)), status(with) {}
};

/// Prints "muster: message; hint" on the standard error and returns `status`. To a program that has
/// no answer yet the error is the answer: {"error": …, "hint": …, "id": …}; the last is the name of
/// what `muster explain` says of it, empty when there is none.
int report(const Error& error, int status = kFailed);
int report(const Failure& failure);

/// Writes a line on the standard error. One that cannot be written stops nothing: a build does not
/// end because nobody sees how far it is. `finish_output` remembers.
void say(std::string_view line);

/// Writes out what both outputs still keep. Returns `status`, or kFailed in place of kDone when an
/// answer or a line was lost, after saying so. `cause` is the errno of a write that failed before,
/// when it is known.
int finish_output(int status, int cause = 0);

}  // namespace muster::cli
