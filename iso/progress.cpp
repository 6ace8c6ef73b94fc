#include "iso/progress.h"

#include <algorithm>
#include <cmath>
#include <format>

#include <nlohmann/json.hpp>

namespace muster::iso {
namespace {

constexpr double kTypicalSeconds = 20;

std::string_view kind_name(ProgressEvent::Kind kind) {
  switch (kind) {
    case ProgressEvent::Kind::preparing:
      return "preparing";
    case ProgressEvent::Kind::started:
      return "started";
    case ProgressEvent::Kind::finished:
      return "finished";
    case ProgressEvent::Kind::reused:
      return "reused";
    case ProgressEvent::Kind::output:
      return "output";
    case ProgressEvent::Kind::warning:
      return "warning";
  }
  return "";
}

std::string cut(std::string text, int width) {
  if (width > 0) text.resize(std::min(text.size(), static_cast<std::size_t>(width)));
  return text;
}

}  // namespace

Timeline::Timeline(std::vector<Stage> stages, Durations expected)
    : stages_(std::move(stages)), expected_(std::move(expected)) {}

double Timeline::expected_of(std::size_t index) const {
  const auto found = expected_.find(stages_[index].id);
  return found == expected_.end() ? kTypicalSeconds : std::max(found->second, 0.1);
}

ProgressEvent Timeline::at(ProgressEvent::Kind kind, std::size_t index, double elapsed) const {
  double before = 0;
  double total = 0;
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    total += expected_of(i);
    if (i < index) before += expected_of(i);
  }
  const bool over = kind == ProgressEvent::Kind::finished;
  // A stage that takes longer than ever before is nearly done, never more than done.
  const double here = over ? expected_of(index) : std::min(elapsed, expected_of(index) * 0.98);
  const double done = total > 0 ? (before + here) / total : 1;
  return {.kind = kind,
          .stage = stages_[index],
          .number = static_cast<int>(index) + 1,
          .count = static_cast<int>(stages_.size()),
          .done = done,
          .left = std::max(0.0, total - before - here),
          .took = over ? elapsed : 0,
          .text = {}};
}

std::string render_time(double seconds) {
  const auto whole = static_cast<long>(std::lround(seconds));
  return std::format("{}:{:02}", whole / 60, whole % 60);
}

std::string render_bar(const ProgressEvent& event, int width) {
  constexpr int kCells = 24;
  const int filled = std::clamp(static_cast<int>(event.done * kCells), 0, kCells);
  if (event.kind == ProgressEvent::Kind::preparing) return cut(event.text, width);
  const auto text = std::format(
      "[{}{}] {:3.0f} %  {}/{} {}, {} left", std::string(static_cast<std::size_t>(filled), '#'),
      std::string(static_cast<std::size_t>(kCells - filled), '.'), event.done * 100, event.number,
      event.count, event.stage.title, render_time(event.left));
  return cut(text, width);
}

std::string render_line(const ProgressEvent& event) {
  switch (event.kind) {
    case ProgressEvent::Kind::started:
      return std::format("{}/{} {} ({} left)", event.number, event.count, event.stage.title,
                         render_time(event.left));
    case ProgressEvent::Kind::finished:
      return std::format("{}/{} {}: {:.1f} s", event.number, event.count, event.stage.title,
                         event.took);
    case ProgressEvent::Kind::reused:
      return std::format("{}: unchanged", event.stage.title);
    case ProgressEvent::Kind::warning:
      return std::format("warning: {}", event.text);
    case ProgressEvent::Kind::preparing:
    case ProgressEvent::Kind::output:
      return event.text;
  }
  return {};
}

std::string render_json(const ProgressEvent& event) {
  nlohmann::ordered_json json{{"event", kind_name(event.kind)}, {"stage", event.stage.id}};
  if (event.count > 0) {
    json["number"] = event.number;
    json["count"] = event.count;
    json["done"] = std::round(event.done * 1000) / 1000;
    json["seconds_left"] = std::lround(event.left);
  }
  if (event.kind == ProgressEvent::Kind::finished) json["seconds"] = event.took;
  if (!event.text.empty()) json["text"] = event.text;
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string render_durations(const Durations& durations) {
  return nlohmann::json(durations).dump(1) + "\n";
}

Durations parse_durations(std::string_view text) {
  Durations durations;
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return durations;
  for (const auto& [id, seconds] : json.items()) {
    if (seconds.is_number()) durations[id] = seconds.get<double>();
  }
  return durations;
}

}  // namespace muster::iso
