#pragma once
// The workers of all extensions (extension_worker.h): who has one, and what they say.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "control/extension_worker.h"

namespace muster::control {

/// Threads: every function may be called from several threads.
class ExtensionWork {
 public:
  /// `working` and `why_idle`: those of Extensions.
  ExtensionWork(ExtensionWorker::World world,
                std::function<std::vector<extensions::Installed>()> working,
                std::function<Error(const std::string& extension)> why_idle)
      : world_(std::move(world)), working_(std::move(working)), why_idle_(std::move(why_idle)) {}
  /// Waits for the workers, which give up what they wait for.
  ~ExtensionWork() = default;
  ExtensionWork(const ExtensionWork&) = delete;
  ExtensionWork& operator=(const ExtensionWork&) = delete;

  /// Gives workers to those that are new, and wakes them when something happened. Never waits.
  /// Called every half second.
  void pass_time();
  /// Nobody waits for a host any more: who waits is answered so. Waits for the workers.
  void end();

  /// ExtensionWorker::run_verb. Errors: also why_idle.
  void run_verb(const std::string& extension, const std::string& verb,
                std::vector<std::string> words, std::string by, ExtensionWorker::Answer answer);

  /// By the names of extensions.
  std::map<std::string, ExtensionReport, std::less<>> reports() const;
  /// Of all extensions, in the order of their names.
  std::vector<Metric> metrics() const;
  /// What they find wrong, and which of their hooks failed.
  std::vector<Problem> problems() const;
  /// The exceptions of all workers that there ever were.
  os::CaughtExceptions::Seen exceptions() const;

 private:
  using Workers = std::map<std::string, std::shared_ptr<ExtensionWorker>, std::less<>>;
  std::vector<std::shared_ptr<ExtensionWorker>> all() const;
  void look_who_works();
  void let_go(const std::shared_ptr<ExtensionWorker>& worker);

  const ExtensionWorker::World world_;
  const std::function<std::vector<extensions::Installed>()> working_;
  const std::function<Error(const std::string& extension)> why_idle_;
  mutable std::mutex mutex_;
  bool has_ended_ = false;
  Workers workers_;
  /// Those that end: nobody waits for their threads.
  std::vector<std::shared_ptr<ExtensionWorker>> leaving_;
  std::uint64_t seen_decisions_ = 0;
  std::uint64_t seen_event_ = 0;
  /// Of workers that are gone.
  os::CaughtExceptions::Seen past_;
  /// Of threads that did not start.
  os::CaughtExceptions exceptions_;
  bool is_short_ = false;
};

}  // namespace muster::control
