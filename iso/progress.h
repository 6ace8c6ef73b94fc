#pragma once
// How far a build is: which stages it has, which are done, and how long the rest will take, judged
// by how long each took the last time. Pure, but for the listener.

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace muster::iso {

/// One stretch of work a person can name.
struct Stage {
  std::string id;
  std::string title;
};

/// Seconds a stage took, by its id.
using Durations = std::map<std::string, double>;

/// Something to show.
struct ProgressEvent {
  /// preparing: before it is known which stages there are; `text` says what is done.
  enum class Kind { preparing, started, finished, reused, output, warning } kind = Kind::started;
  Stage stage;
  /// Which stage of how many; from 1.
  int number = 0;
  int count = 0;
  /// Share of the whole work that is done when the event comes, 0 to 1.
  double done = 0;
  /// Expected time to the end of the whole. Units: seconds.
  double left = 0;
  /// How long a finished stage took. Units: seconds.
  double took = 0;
  /// A line of output, or a warning.
  std::string text = {};
};

using Listener = std::function<void(const ProgressEvent&)>;

/// Counts stages against what they are expected to take.
class Timeline {
 public:
  /// `stages` are those that will run, in order; one never seen is taken to last a typical time.
  Timeline(std::vector<Stage> stages, Durations expected);

  /// The event for stage `index` at `elapsed` seconds into it.
  ProgressEvent at(ProgressEvent::Kind kind, std::size_t index, double elapsed) const;

 private:
  double expected_of(std::size_t index) const;

  std::vector<Stage> stages_;
  Durations expected_;
};

/// A line for a terminal: bar, percent, stage, time left, or what is prepared; at most `width`
/// columns.
std::string render_bar(const ProgressEvent& event, int width);

/// A line for a log.
std::string render_line(const ProgressEvent& event);

/// One JSON object on one line.
std::string render_json(const ProgressEvent& event);

/// "1:05" for 65 seconds.
std::string render_time(double seconds);

std::string render_durations(const Durations& durations);
/// Nothing when the text is not what render_durations wrote: the estimate is then a guess.
Durations parse_durations(std::string_view text);

}  // namespace muster::iso
