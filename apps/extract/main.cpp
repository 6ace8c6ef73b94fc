// muster-extract: reads an extension's archive on its standard input and writes the files that are
// in it to its standard output (extensions/package/extracted.h). It gives up all rights before it
// looks at the first byte, so a defect of a library that reads archives gives nothing to who made
// the archive. `muster ext` starts it.

#include <cstdio>
#include <new>
#include <print>
#include <string_view>
#include <unistd.h>

#include "core/os/confine.h"
#include "core/os/files.h"
#include "extensions/limits.h"
#include "extensions/package/archive.h"
#include "extensions/package/extracted.h"

namespace {

using namespace muster;

Status extract(package::Dots dots) {
  TRY_ASSIGN(const std::string packed, os::read_file("/dev/stdin", extensions::kMostArchive));
  TRY(os::confine({}));
  package::FrameWriter frames([](std::string_view bytes) -> Status {
    if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size()) return {};
    return fail("what was read cannot be passed on");
  });
  TRY(package::read_archive(packed, frames, dots));
  if (std::fflush(stdout) == 0) return {};
  return fail("what was read cannot be passed on");
}

}  // namespace

int main(int argc, char** argv) {
  // Archives of 2006 (extensions/package/gex.h).
  const bool with_dots = argc == 2 && std::string_view(argv[1]) == "--dots";
  Status done;
  try {
    done = extract(with_dots ? package::Dots::allowed : package::Dots::refused);
  } catch (const std::bad_alloc&) {
    done = fail("it takes more memory than an archive of an extension may");
  }
  if (!done) {
    std::println(stderr, "{}\n{}", done.error().message, done.error().hint);
    std::fflush(stderr);
  }
  // A sanitizer would look for leaks in ways that are given up.
  _exit(done ? 0 : 1);
}
