#include "control/extension_conflicts.h"

#include <format>
#include <string>
#include <vector>

#include "core/base/mounts.h"
#include "plans/head_rights.h"

namespace muster::control {
namespace {

/// The path that a step is about; empty: none.
std::string path_of(const plan::Step& step) {
  const std::string subject = plan::subject(step);
  const std::size_t start = subject.find(" /");
  return start == std::string::npos ? std::string() : subject.substr(start + 1);
}

/// The unit of systemd that a step is about; empty: none.
std::string unit_of(const plan::Step& step) {
  if (const auto* const unit = std::get_if<plan::Unit>(&step)) return unit->unit;
  if (const auto* const service = std::get_if<plan::Service>(&step)) return service->unit;
  return plans::unit_written_by(step);
}

/// What a step is about.
struct About {
  const plan::Step* step = nullptr;
  std::string path;
  std::string unit;
  bool is_directory = false;
};

std::vector<About> about(const plan::Plan& plan) {
  std::vector<About> all;
  for (const plan::Step& step : plan.steps) {
    const bool is_file = std::holds_alternative<plan::WriteFile>(step) ||
                         std::holds_alternative<plan::MakeLink>(step);
    all.push_back(
        {.step = &step, .path = path_of(step), .unit = unit_of(step), .is_directory = !is_file});
  }
  return all;
}

/// Whether a file would have to be a directory, or a directory a file, for both to be there; or the
/// other one lies in what belongs to this one.
bool is_in_the_way(const About& own, const About& other) {
  if (own.path.empty() || other.path.empty()) return false;
  if (own.path == other.path) return own.is_directory != other.is_directory;
  return is_below(other.path, own.path) || (!other.is_directory && is_below(own.path, other.path));
}

Status check_two(const About& own, const About& other) {
  if (other.step->origin == own.step->origin) return {};
  if (is_in_the_way(own, other)) {
    return fail(ErrorKind::conflict,
                std::format("{} of '{}' leaves no place for {} of '{}'", plan::subject(*own.step),
                            own.step->origin, plan::subject(*other.step), other.step->origin));
  }
  if (own.unit.empty() || own.unit != other.unit) return {};
  return fail(ErrorKind::conflict, std::format("{} belongs to '{}', and '{}' wants it too",
                                               other.unit, other.step->origin, own.step->origin));
}

}  // namespace

Status check_beside(const plan::Plan& steps, const plan::Plan& whole) {
  const std::vector<About> others = about(whole);
  for (const About& own : about(steps)) {
    for (const About& other : others) TRY(check_two(own, other));
  }
  return {};
}

}  // namespace muster::control
