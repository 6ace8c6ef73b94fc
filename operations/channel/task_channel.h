#pragma once
// The channel on which the head tells a running node what to do: the node asks, the head holds the
// question until there is something to do, and the outcome goes back by a message of its own.

#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/base/result.h"
#include "core/task/agent_service.h"
#include "core/task/link.h"
#include "core/task/task.h"
#include "operations/channel/task_record.h"

namespace muster::channel {

/// Tasks that run at once on a node; more are refused.
inline constexpr std::size_t kMostTasksAtOnce = 64;

/// What a channel uses of the agent that it is of. Both are called from the channel's threads.
struct ChannelOptions {
  std::function<void(const std::string&)> say;
  /// The head would answer a heartbeat otherwise than it did: task::Offer::wanted.
  std::function<void()> on_wanted;
};

/// Asks and does, in threads of its own, until it is destroyed; what runs then is ended.
/// Owns: the threads; `link` and `services` must live longer.
class TaskChannel {
 public:
  TaskChannel(const task::Link& link, std::vector<task::AgentService*> services, TaskRecord record,
              ChannelOptions options);
  ~TaskChannel();
  TaskChannel(const TaskChannel&) = delete;
  TaskChannel& operator=(const TaskChannel&) = delete;

 private:
  struct Running {
    std::string id;
    task::AgentService* service = nullptr;
    bool has_ended = false;
    bool is_cancelled = false;
    std::jthread thread;
  };

  void run(const std::stop_token& stop);
  void take_up();
  task::Question question();
  bool begin(const task::Task& task);
  void start(const std::string& id, task::AgentService* service,
             std::function<task::Report()> work);
  void finish(const task::Report& report, const std::stop_token& stop);
  bool take(const task::Offer& offer, bool was_held);
  void note_wanted(const std::string& wanted);
  bool end(const std::string& id);
  void end_all();
  void collect();
  task::AgentService* service_of(const std::string& kind) const;

  const task::Link& link_;
  std::vector<task::AgentService*> services_;
  ChannelOptions options_;
  /// The last Offer::wanted. Of the thread that asks.
  std::string wanted_;
  std::mutex mutex_;
  TaskRecord record_;
  std::list<Running> running_;
  /// The last member: it uses all others.
  std::jthread thread_;
};

}  // namespace muster::channel
