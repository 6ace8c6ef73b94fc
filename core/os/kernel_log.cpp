#include "core/os/kernel_log.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "core/os/handle.h"

namespace muster::os {

std::vector<std::string> read_kernel_log() {
  const Handle log(open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  std::vector<std::string> records;
  if (!log) return records;
  std::string record(8192, '\0');
  // A driver in trouble may write faster than this reads.
  for (int i = 0; i < 100'000; ++i) {
    const ssize_t size = read(log.get(), record.data(), record.size());
    // EPIPE: records were overwritten meanwhile; the next read goes on behind them.
    if (size < 0 && errno == EPIPE) continue;
    if (size <= 0) return records;
    records.emplace_back(record, 0, static_cast<std::size_t>(size));
  }
  return records;
}

}  // namespace muster::os
