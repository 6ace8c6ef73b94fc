#pragma once
// A lock for each extension: who does something with one waits for nobody who is busy with another.

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace muster::extensions {

/// Threads: every function may be called from several threads.
template <typename Mutex>
class Turns {
 public:
  /// That of this extension; the same for all who ask.
  std::shared_ptr<Mutex> of(const std::string& extension) {
    const std::scoped_lock lock(mutex_);
    auto& turn = turns_[extension];
    if (!turn) turn = std::make_shared<Mutex>();
    return turn;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Mutex>, std::less<>> turns_;
};

}  // namespace muster::extensions
