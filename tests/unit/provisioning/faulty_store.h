#pragma once
// A store in memory whose disk fails, or takes its time, when a test says so.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <new>

#include "core/state/store.h"

namespace muster::provisioning {

/// Threads: as Store; the test's own functions from any thread.
class FaultyStore : public state::Store {
 public:
  enum class Disk {
    good,
    /// Takes nothing.
    full,
    /// A commit waits until the disk is another again.
    stuck,
    /// Takes it and says that it failed.
    lying,
    /// An exception ends the commit.
    throwing
  };

  void become(Disk disk) {
    const std::scoped_lock lock(mutex_);
    disk_ = disk;
    changed_.notify_all();
  }
  /// How many commits were tried.
  int commits() const {
    const std::scoped_lock lock(mutex_);
    return commits_;
  }
  /// Waits until a commit has come to a stuck disk.
  void wait_until_stuck() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }

  using Store::commit;
  Result<state::Revision> commit(const state::Transaction& transaction,
                                 state::Durability durability) override {
    std::unique_lock lock(mutex_);
    ++commits_;
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return disk_ != Disk::stuck; });
    --waiting_;
    const auto failure =
        fail("cannot write the state: no space left on device", "delete something");
    if (disk_ == Disk::full) return failure;
    if (disk_ == Disk::throwing) throw std::bad_alloc();
    const auto done = store_->commit(transaction, durability);
    if (disk_ == Disk::lying) return failure;
    return done;
  }
  Result<std::optional<state::Document>> find(std::string_view kind,
                                              std::string_view key) override {
    return store_->find(kind, key);
  }
  Result<std::vector<state::Document>> list(std::string_view kind) override {
    return store_->list(kind);
  }
  Result<std::optional<state::Changes>> changes_since(state::Revision revision) override {
    return store_->changes_since(revision);
  }
  std::optional<Error> trouble() override { return std::nullopt; }
  Status copy_to(const std::string& path) override { return store_->copy_to(path); }
  Result<std::vector<state::Event>> events(std::string_view subject, std::size_t limit) override {
    return store_->events(subject, limit);
  }
  Result<std::vector<state::Event>> events_after(std::uint64_t id, std::size_t limit) override {
    return store_->events_after(id, limit);
  }
  std::uint64_t newest_event() const override { return store_->newest_event(); }
  Result<state::Revision> revision() override { return store_->revision(); }

 private:
  std::unique_ptr<state::Store> store_ = state::make_memory_store();
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Disk disk_ = Disk::good;
  int commits_ = 0;
  int waiting_ = 0;
};

}  // namespace muster::provisioning
