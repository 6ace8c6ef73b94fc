#include "apps/muster/progress_line.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>

#include "apps/muster/output.h"
#include "apps/muster/table.h"

namespace muster::cli {
namespace {

constexpr std::size_t kUsualWidth = 80;

void write(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

ProgressLine::ProgressLine() {
  const char* const name = std::getenv("TERM");
  const std::string_view terminal = name == nullptr ? "" : name;
  if (isatty(STDERR_FILENO) != 1 || terminal.empty() || terminal == "dumb") return;
  winsize size{};
  const bool told = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  width_ = told ? size.ws_col : kUsualWidth;
}

void ProgressLine::show(std::string_view text) {
  if (!is_written_over()) return say(text);
  // A line that is wider than the terminal would not be written over.
  write("\r\x1b[K" + cut_to(text, width_ - 1));
  open_ = true;
}

void ProgressLine::keep(std::string_view text) {
  close();
  say(text);
}

void ProgressLine::close() {
  if (open_) write("\r\x1b[K");
  open_ = false;
}

}  // namespace muster::cli
