#pragma once
// Tasks: what the head wants done on a node once. They travel over the node protocol
// (docs/reference/ node-protocol.md); here are the messages as types, with both directions of each.
// What is parsed comes from the wire and is hostile until it is checked.
//
// Errors of every parse_ function (ErrorKind::invalid): not JSON within the limits of core/json; a
// member that is missing, of another type or out of its bounds, by its name. Members that this
// version does not know are ignored.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace muster::task {

/// Bytes of each output that travel and are kept; what comes after is counted.
inline constexpr std::size_t kMostOutput = std::size_t{64} << 10U;
/// Words of a task, and the bytes of all of them.
inline constexpr std::size_t kMostWords = 1024;
inline constexpr std::size_t kLongestWords = std::size_t{64} << 10U;
/// Units: seconds.
inline constexpr std::uint32_t kLongestTimeout = 7 * 86'400;

struct Task {
  /// A word that no other task has.
  std::string id;
  /// Which of the agent's services does it: "exec", "reboot", "shutdown".
  std::string kind;
  /// What the kind makes of them; of "exec" the program and its arguments, of the others "drain" or
  /// "now".
  std::vector<std::string> words;
  /// It is ended when it takes longer. Units: seconds, from one.
  std::uint32_t timeout_s = 0;
  bool operator==(const Task&) const = default;
};

/// POST /node/v1/tasks: the node asks what it shall do.
struct Question {
  /// A word that the node made at its boot: what an earlier boot was given is lost with it.
  std::string boot;
  /// The kinds that its agent knows.
  std::vector<std::string> kinds;
  /// Ids of tasks of which the node has not told the end yet.
  std::vector<std::string> has;
  /// The last Offer::wanted that it heard, empty at first; none: an agent of a version before it.
  std::optional<std::string> wanted = {};
  bool operator==(const Question&) const = default;
};

/// The answer, which is held back until there is something to say.
struct Offer {
  std::vector<Task> tasks;
  /// Ids of tasks that the node shall end.
  std::vector<std::string> cancelled;
  /// A word for all that its next heartbeat would be answered, when that is another than it heard:
  /// the node sends a heartbeat now.
  std::optional<std::string> wanted = {};
  bool empty() const { return tasks.empty() && cancelled.empty() && !wanted; }
  bool operator==(const Offer&) const = default;
};

/// POST /node/v1/task: how far the node is with a task; the answer is an empty object.
struct Report {
  std::string id;
  /// Whether nothing of it runs any more. What follows is of a task that ended.
  bool has_ended = false;
  /// Why it did not do what it was to do, in a sentence for people; of a task that goes on: what it
  /// waits for. Empty: it ended by itself.
  std::string note = {};
  /// Whether the machine goes down now, because that is the task.
  bool leaves = false;
  /// The program's exit status.
  int status = 0;
  /// The signal that ended the program; 0: none.
  int signal = 0;
  /// Its outputs from their beginning.
  std::string out = {};
  std::string err = {};
  /// Bytes of both that are left out.
  std::uint64_t dropped = 0;

  bool succeeded() const { return has_ended && note.empty() && status == 0 && signal == 0; }
  bool operator==(const Report&) const = default;
};

/// Errors (invalid): no words, too many, too long, or one that no program can be given, because it
/// has a NUL (execve(2)) or is not UTF-8.
Status check_words(const std::vector<std::string>& words);

std::string render_question(const Question& question);
Result<Question> parse_question(std::string_view body);
std::string render_offer(const Offer& offer);
Result<Offer> parse_offer(std::string_view body);
std::string render_report(const Report& report);
Result<Report> parse_report(std::string_view body);

}  // namespace muster::task
