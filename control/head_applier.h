#pragma once
// Has the helper apply the head's plan: when it is asked, what it answered, and how long it owes an
// answer. Never waits for the helper, whose steps may take minutes. Not here: what the plan is, and
// the file that the helper reads it from (publisher.h).

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "control/apply_pace.h"
#include "control/drift.h"
#include "core/base/backoff.h"
#include "core/base/now.h"
#include "core/base/result.h"
#include "core/os/unix_socket.h"
#include "core/state/store.h"

namespace muster::control {

/// Threads: one thread calls plan_is and step; the others may be called from several.
class HeadApplier {
 public:
  /// Connects to the helper, which applies the plan on each connection and answers with a line.
  using Connect = std::function<Result<os::Handle>()>;
  /// What the helper did (apply::to_json) for a plan that contains this transaction.
  using OnReport = std::function<void(const nlohmann::json& report, state::Revision revision)>;
  explicit HeadApplier(Connect connect, OnReport on_report = {})
      : connect_(std::move(connect)), on_report_(std::move(on_report)) {}

  /// A plan, as the helper finds it from now on.
  struct Published {
    std::string plan;
    /// The newest transaction that the plan contains.
    state::Revision revision = 0;
    ApplyPace::Cause cause = ApplyPace::Cause::nodes;
  };
  void plan_is(Published published, std::int64_t steady_ms);

  /// Whether this is the plan already.
  bool has(const std::string& plan) const { return plan == plan_; }

  /// Takes the helper's answer if it is there; else asks the helper when that is due: the plan is
  /// another, did not hold the last time, or was not looked at for minutes.
  /// Errors: the helper is not there, or went away without an answer.
  Status step(Now now);

  /// Whether the helper is at work.
  bool is_at_work() const { return helper_.has_value(); }

  /// All transactions up to this one are in a plan that the helper has tried to make true, well or
  /// not.
  state::Revision tried() const;

  /// Whether all steps of the plan that the helper tried last succeeded.
  bool succeeded() const;

  /// Why the head does not hold what it should, when the helper does not take its plan; nothing
  /// while the helper is at work for a time that is usual.
  std::optional<std::string> delay(std::int64_t steady_ms) const;

  /// What was put right on the head.
  Drift drift() const;

 private:
  Status ask(Now now);
  Status look(Now now);
  void take_report(const nlohmann::json& report, Now now);
  void tell(state::Revision revision);
  bool is_due(std::int64_t steady_ms) const;
  Status lose(Error error, std::int64_t steady_ms);

  Connect connect_;
  OnReport on_report_;
  /// What the helper answered last, and with which transaction that was told.
  std::string report_;
  state::Revision told_ = 0;
  std::string plan_;
  state::Revision revision_ = 0;
  /// The helper made plan_ true.
  bool holds_ = false;
  ApplyPace pace_;
  /// Between two attempts at a plan that does not hold.
  Retry pause_{{.first = std::chrono::seconds(15), .longest = std::chrono::minutes(1)}};
  /// The connection that the helper has not answered yet.
  std::optional<os::LineChannel> helper_;
  /// The newest transaction of the plan that it was asked for.
  state::Revision asked_revision_ = 0;
  /// plan_ came after it was asked.
  bool is_overtaken_ = false;
  /// plan_ held when it was asked: what it changes somebody else changed before.
  bool is_check_ = false;
  /// When it was asked last, by the steady clock; none: not since the plan is this one.
  std::optional<std::int64_t> asked_ms_;

  /// Guards what follows.
  mutable std::mutex mutex_;
  state::Revision tried_ = 0;
  bool succeeded_ = false;
  Drift drift_;
  /// Since when the helper owes an answer, and the last trouble with it.
  std::optional<std::int64_t> owed_ms_;
  std::string trouble_;
};

}  // namespace muster::control
