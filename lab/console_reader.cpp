#include "lab/console_reader.h"

#include <algorithm>
#include <array>

#include "core/os/file_watch.h"
#include "core/os/wait.h"
#include "lab/console.h"
#include "lab/lab.h"

namespace muster::lab {
namespace {

/// Shows whole lines only: a control sequence may still be incomplete at the end of what has come.
class LineFilter {
 public:
  explicit LineFilter(const TextSink& sink) : sink_(sink) {}

  Status add(std::string_view raw) {
    pending_ += raw;
    const std::size_t end = pending_.rfind('\n');
    if (end == std::string::npos) return {};
    TRY(sink_(render_console(std::string_view(pending_).substr(0, end + 1))));
    pending_.erase(0, end + 1);
    return {};
  }

  Status finish() {
    if (pending_.empty()) return {};
    return sink_(render_console(pending_) + "\n");
  }

 private:
  const TextSink& sink_;
  std::string pending_;
};

}  // namespace

Status print_console(const std::filesystem::path& file, const TextSink& sink) {
  TRY_ASSIGN(os::GrowingFile console, os::GrowingFile::open(file));
  LineFilter filter(sink);
  TRY_ASSIGN(const std::string text, console.read());
  TRY(filter.add(text));
  return filter.finish();
}

Status follow_console(const std::filesystem::path& directory, const std::filesystem::path& file,
                      const TextSink& sink) {
  TRY_ASSIGN(os::GrowingFile console, os::GrowingFile::open(file));
  TRY_ASSIGN(LabWatch watch, LabWatch::open(directory));
  LineFilter filter(sink);
  while (true) {
    TRY_ASSIGN(const std::string text, console.read());
    TRY(filter.add(text));
    const std::array descriptors = {console.descriptor(), watch.descriptor()};
    TRY_ASSIGN(const auto ready, os::wait_readable(descriptors));
    if (!std::ranges::contains(ready, watch.descriptor())) continue;
    // The keeper's end is the lab's end, which is what was waited for.
    if (!watch.wait(os::in({}))) return filter.finish();
  }
}

}  // namespace muster::lab
