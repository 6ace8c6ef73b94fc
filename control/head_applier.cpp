#include "control/head_applier.h"

#include <format>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/json/json.h"

namespace muster::control {
namespace {

using nlohmann::json;

/// Between two looks at a plan that held: somebody may have changed what it says.
constexpr std::int64_t kCheckAgainMs = 240'000;
/// The longest step may take three minutes (core/apply).
constexpr std::int64_t kLongMs = 240'000;

/// The steps that the helper had to make true, as its report names them.
std::vector<std::string> changed_steps(const json& report) {
  std::vector<std::string> steps;
  if (!report.contains("steps")) return steps;
  for (const json& step : report.at("steps")) {
    if (muster::json::text_of(step, "outcome") == "changed")
      steps.push_back(muster::json::text_of(step, "step"));
  }
  return steps;
}

}  // namespace

void HeadApplier::plan_is(Published published, std::int64_t steady_ms) {
  revision_ = published.revision;
  if (published.plan == plan_) {
    // A decision that changes nothing of a plan that does not hold asks for it again, at once.
    const bool again = published.cause == ApplyPace::Cause::decision && !holds_;
    if (again) pace_.changed(ApplyPace::Cause::decision, steady_ms);
    if (again) pause_.reset();
    if (holds_ && revision_ != told_) tell(revision_);
    const std::scoped_lock lock(mutex_);
    if (holds_) tried_ = revision_;
    return;
  }
  plan_ = std::move(published.plan);
  // The helper may have read either of the two.
  is_overtaken_ = true;
  holds_ = false;
  asked_ms_.reset();
  pause_.reset();
  pace_.changed(published.cause, steady_ms);
  const std::scoped_lock lock(mutex_);
  if (!owed_ms_) owed_ms_ = steady_ms;
}

Status HeadApplier::step(Now now) {
  if (helper_) return look(now);
  return is_due(now.steady_ms) ? ask(now) : Status();
}

bool HeadApplier::is_due(std::int64_t steady_ms) const {
  // Nothing was published yet.
  if (plan_.empty()) return false;
  if (holds_) return asked_ms_ && steady_ms - *asked_ms_ >= kCheckAgainMs;
  return pause_.is_due(steady_ms) && pace_.is_due(steady_ms);
}

Status HeadApplier::ask(Now now) {
  asked_ms_ = now.steady_ms;
  auto socket = connect_();
  if (!socket) return lose(socket.error(), now.steady_ms);
  helper_.emplace(std::move(*socket));
  pace_.begun();
  is_check_ = holds_;
  is_overtaken_ = false;
  asked_revision_ = revision_;
  return {};
}

Status HeadApplier::look(Now now) {
  auto line = helper_->poll_line();
  if (line && !*line) return {};
  helper_.reset();
  if (!line) return lose(line.error(), now.steady_ms);
  report_ = std::move(**line);
  take_report(json::parse(report_, nullptr, false), now);
  // A plan that came meanwhile may be what the helper read: it has this transaction, too.
  tell(asked_revision_);
  return {};
}

void HeadApplier::tell(state::Revision revision) {
  told_ = revision;
  if (on_report_) on_report_(json::parse(report_, nullptr, false), revision);
}

/// The helper is not there, or went away: nobody knows whether the plan holds.
Status HeadApplier::lose(Error error, std::int64_t steady_ms) {
  holds_ = false;
  pause_.fail(steady_ms);
  const std::scoped_lock lock(mutex_);
  trouble_ = error.text();
  if (!owed_ms_) owed_ms_ = steady_ms;
  return std::unexpected(std::move(error));
}

void HeadApplier::take_report(const json& report, Now now) {
  const bool succeeded = report.is_object() && report.value("succeeded", json()) == json(true);
  // A plan that came while the helper worked is asked for next.
  holds_ = succeeded && !is_overtaken_;
  if (holds_) pause_.reset();
  if (!succeeded && !is_overtaken_) pause_.fail(now.steady_ms);
  const std::scoped_lock lock(mutex_);
  if (is_check_ && report.is_object()) {
    for (const std::string& step : changed_steps(report)) drift_.note(step, now.wall_ms);
  }
  succeeded_ = succeeded;
  // A report of what failed tells its reasons itself.
  trouble_.clear();
  owed_ms_ = is_overtaken_ ? std::optional(now.steady_ms) : std::nullopt;
  // Who waits for a user does not wait for the nodes that came since.
  tried_ = is_overtaken_ ? asked_revision_ : revision_;
}

state::Revision HeadApplier::tried() const {
  const std::scoped_lock lock(mutex_);
  return tried_;
}

bool HeadApplier::succeeded() const {
  const std::scoped_lock lock(mutex_);
  return succeeded_;
}

Drift HeadApplier::drift() const {
  const std::scoped_lock lock(mutex_);
  return drift_;
}

std::optional<std::string> HeadApplier::delay(std::int64_t steady_ms) const {
  const std::scoped_lock lock(mutex_);
  if (!owed_ms_) return std::nullopt;
  if (!trouble_.empty()) return trouble_;
  const std::int64_t waits_ms = steady_ms - *owed_ms_;
  if (waits_ms < kLongMs) return std::nullopt;
  return std::format("the helper is at work for {} s", waits_ms / 1000);
}

}  // namespace muster::control
