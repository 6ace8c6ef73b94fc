#include "apps/muster/progress_line.h"

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/os/handle.h"

namespace muster::cli {
namespace {

/// The standard error is a terminal of 20 columns that calls itself `name`.
class Terminal {
 public:
  explicit Terminal(const char* name) : ours_(posix_openpt(O_RDWR | O_NOCTTY)) {
    grantpt(ours_.get());
    unlockpt(ours_.get());
    const os::Handle theirs(open(ptsname(ours_.get()), O_RDWR | O_NOCTTY));
    const winsize size{.ws_row = 24, .ws_col = 20, .ws_xpixel = 0, .ws_ypixel = 0};
    ioctl(theirs.get(), TIOCSWINSZ, &size);
    dup2(theirs.get(), STDERR_FILENO);
    setenv("TERM", name, 1);
  }
  ~Terminal() { dup2(before_.get(), STDERR_FILENO); }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// All that was written; nothing can be written afterwards. A terminal that nobody writes to any
  /// more ends what is read of it with an error (EIO).
  std::string shown() const {
    dup2(before_.get(), STDERR_FILENO);
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t count = 1; count > 0;) {
      count = read(ours_.get(), buffer.data(), buffer.size());
      if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  os::Handle before_{dup(STDERR_FILENO)};
  os::Handle ours_;
};

std::string show_two(const char* name) {
  const Terminal terminal(name);
  ProgressLine line;
  line.show("fetching 10 % of a long list of packages");
  line.keep("fetched");
  return terminal.shown();
}

TEST(ProgressLine, is_written_over_on_a_terminal_and_never_wider) {
  EXPECT_EQ(show_two("xterm"), "\r\x1b[Kfetching 10 % of a…\r\x1b[Kfetched\r\n");
}

TEST(ProgressLine, is_a_line_of_its_own_on_a_terminal_that_knows_no_escape_sequences) {
  for (const char* name : {"dumb", ""}) {
    EXPECT_EQ(show_two(name), "fetching 10 % of a long list of packages\r\nfetched\r\n") << name;
  }
}

TEST(ProgressLine, is_not_written_over_where_nobody_looks) {
  const os::Handle before(dup(STDERR_FILENO));
  const os::Handle nobody(open("/dev/null", O_WRONLY));
  dup2(nobody.get(), STDERR_FILENO);
  setenv("TERM", "xterm", 1);
  EXPECT_FALSE(ProgressLine().is_written_over());
  dup2(before.get(), STDERR_FILENO);
}

}  // namespace
}  // namespace muster::cli
