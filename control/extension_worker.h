#pragma once
// What one extension is asked and told beside its steps: which nodes became ready, failed or left,
// its ticks, how it is (`health`), its figures (`metrics`), and the verbs that people run. A thread
// for each extension, so that one which hangs keeps no other waiting.
//
// Turns of nodes (provisioning/node_turns.h) are told in their order and at least once: what was
// told last is in the store as a document of kind "extension-heard". One that was told nothing yet
// is told first which nodes are ready.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "control/decisions.h"
#include "control/extension_reports.h"
#include "control/problem.h"
#include "core/base/backoff.h"
#include "core/json/document.h"
#include "core/os/caught_exceptions.h"
#include "extensions/hosts.h"
#include "provisioning/node_turns.h"

namespace muster::control {

/// Threads: every function may be called from several threads.
class ExtensionWorker {
 public:
  /// What all extensions have in common.
  struct World {
    Decisions& decisions;
    extensions::Hosts& hosts;
    /// Whether this extension is to be asked: not when it is disabled, does not work or is gone.
    std::function<bool(const extensions::Grant& grant)> is_asked;
    /// What its hooks are told now. Errors: it is not to be asked.
    std::function<Result<nlohmann::json>(const extensions::Installed& extension)> told;
    /// A node as hooks are told of it, by its id; null: there is none with a name.
    std::function<nlohmann::json(const std::string& id)> describe;
    /// Waits until readers see the nodes as the log says. Errors: the disk.
    std::function<Status()> show_written;
    /// The nodes that are ready, as `describe` has them.
    std::function<nlohmann::json()> ready_nodes;
    /// Does what a hook calls for. Errors: for the hook.
    std::function<Result<nlohmann::json>(const extensions::Grant& grant, const std::string& call,
                                         const nlohmann::json& arguments,
                                         const std::function<bool()>& is_unwanted)>
        on_call;
  };

  /// Whether an extension has anything of this.
  static bool is_needed(const extensions::Specification& specification);

  ExtensionWorker(const World& world, extensions::Installed extension);
  /// Waits for its thread, which gives up what it waits for.
  ~ExtensionWorker();
  ExtensionWorker(const ExtensionWorker&) = delete;
  ExtensionWorker& operator=(const ExtensionWorker&) = delete;

  const extensions::Grant& grant() const { return extension_.grant; }
  /// Gives up what it waits for, and does nothing more.
  void end();
  bool has_ended() const { return has_ended_; }
  /// Looks for turns of nodes now.
  void wake();

  using Answer = std::move_only_function<void(Result<VerbAnswer>)>;
  /// Has the extension do a verb. `answer` is called once, also when the worker ends. `words`: what
  /// people wrote behind it. Errors: there is no such verb (absent); as many wait as may (busy).
  void run_verb(const std::string& verb, std::vector<std::string> words, std::string by,
                Answer answer);

  /// What hooks said of the cluster, and which hooks failed.
  ExtensionReport report() const;
  std::vector<Metric> metrics() const;
  os::CaughtExceptions::Seen exceptions() const { return exceptions_.seen(); }

 private:
  struct Job {
    std::string verb;
    std::vector<std::string> words;
    std::string by;
    Answer answer;
    /// When somebody asked for it.
    std::int64_t asked_ms = 0;
  };
  /// A hook that is asked again and again.
  struct Round {
    extensions::Hook hook;
    std::int64_t every_ms = 0;
    std::int64_t next_ms = 0;
  };
  /// What a new extension is told first.
  struct First {
    std::uint64_t event = 0;
    nlohmann::json nodes = nlohmann::json::array();
    std::size_t told = 0;
  };
  /// Turns of one kind, one after the other in the log.
  struct Batch {
    extensions::Hook hook = extensions::Hook::nodes_ready;
    nlohmann::json nodes = nlohmann::json::array();
    std::uint64_t last = 0;
  };

  void work(const std::stop_token& stop);
  void take_turn(const std::stop_token& stop);
  bool listens() const;
  bool has(extensions::Hook hook) const;
  std::int64_t next_due_ms() const;

  std::optional<Job> next_job();
  void do_job(Job job);
  Result<VerbAnswer> do_verb(const Job& job);

  void do_rounds();
  void do_round(Round& round);

  void tell_turns();
  Status tell_next(bool& is_all_told);
  Status tell_first();
  std::size_t most_told() const;
  Result<Batch> find_batch();
  nlohmann::json told_node(const provisioning::NodeTurn& turn, const state::Event& event) const;
  Status read_heard();
  void write_heard();
  Status tell(extensions::Hook hook, const nlohmann::json& nodes);

  Result<nlohmann::json> ask(extensions::Hook hook, const nlohmann::json& more);
  void note_said(const std::string& said);
  void note_failure(std::string_view what, const Status& done);

  const World& world_;
  const extensions::Installed extension_;
  std::vector<Round> rounds_;
  // Of the thread:
  /// The id of the last event that was looked at; none: it was told nothing yet.
  std::optional<std::uint64_t> heard_;
  bool is_heard_read_ = false;
  std::optional<First> first_;
  std::uint64_t written_ = 0;
  int failures_ = 0;
  std::int64_t tell_ms_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Job> jobs_;
  bool is_woken_ = true;
  ExtensionReport report_;
  std::vector<Metric> metrics_;
  std::atomic<bool> has_ended_ = false;
  std::stop_source stop_;
  os::CaughtExceptions exceptions_;
  std::jthread thread_;
};

}  // namespace muster::control
