#include "apps/muster/pager.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <print>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>
#include <vector>

#include "core/base/text.h"
#include "core/os/process.h"

namespace muster::cli {
namespace {

/// Whether a person at a terminal sees only the end of the text.
bool is_too_long(std::string_view text) {
  winsize size{};
  const bool shown = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 &&
                     ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0;
  return shown && std::ranges::count(text, '\n') >= size.ws_row;
}

std::vector<std::string> pager_words() {
  const char* const chosen = std::getenv("PAGER");
  std::vector<std::string> words = split(chosen == nullptr ? "" : chosen, ' ');
  std::erase(words, "");
  return words.empty() ? std::vector<std::string>{"less"} : words;
}

}  // namespace

void show_long(std::string_view text) {
  if (is_too_long(text)) {
    std::fflush(stdout);
    // It returns when there is no such program: the text is then shown as it is.
    os::become_reader_of(text, pager_words());
  }
  std::print("{}", text);
}

}  // namespace muster::cli
