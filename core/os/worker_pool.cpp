#include "core/os/worker_pool.h"

namespace muster::os {
namespace {

/// A request on its way to a worker.
struct Job {
  ServerRequest request;
  Reply reply;
  std::shared_ptr<const AsyncHandler> handler;

  void operator()() { (*handler)(std::move(request), std::move(reply)); }
};

}  // namespace

WorkerPool::WorkerPool(unsigned threads, std::size_t queue_limit) : queue_limit_(queue_limit) {
  CHECK(threads > 0);
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

WorkerPool::~WorkerPool() { end(); }

void WorkerPool::end() {
  const std::lock_guard lock(mutex_);
  ending_ = true;
  changed_.notify_all();
}

void WorkerPool::finish() {
  end();
  for (std::jthread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void WorkerPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
    if (ending_) return;
    auto task = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    exceptions_.run(task);
    // What it holds may answer a request: not under the lock.
    task = nullptr;
    lock.lock();
  }
}

AsyncHandler on_workers(WorkerPool& pool, AsyncHandler handler) {
  auto shared = std::make_shared<const AsyncHandler>(std::move(handler));
  return [&pool, shared = std::move(shared)](ServerRequest request, Reply reply) {
    Job job{.request = std::move(request), .reply = std::move(reply), .handler = shared};
    if (pool.try_run(job)) return;
    job.reply(refusal({.message = "the head has as much work as it can take",
                       .hint = "ask again in a few seconds",
                       .kind = ErrorKind::busy}));
  };
}

}  // namespace muster::os
