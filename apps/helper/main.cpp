// muster-helper: the few things on a head that need root. Started by systemd only; it takes no
// request from anybody but a plan file, and refuses what is not on its list.

#include <cstdio>
#include <print>
#include <string_view>

#include "helper/apply_server.h"
#include "helper/prepare.h"
#include "helper/watch.h"

int main(int argc, char** argv) {
  using namespace muster;
  const std::string_view verb = argc == 2 ? argv[1] : "";
  os::PosixCommandRunner runner;
  Status done;
  if (verb == "prepare") {
    done = helper::prepare(runner);
  } else if (verb == "watch") {
    done = helper::watch_networks(runner);
  } else if (verb == "close") {
    done = helper::close_head(runner);
  } else if (verb == "apply") {
    done = helper::serve_apply(runner);
  } else {
    std::println(stderr,
                 "muster-helper: 'prepare', 'watch', 'apply' or 'close'; systemd starts it");
    return 2;
  }
  if (done) return 0;
  std::println(stderr, "muster-helper: {}", done.error().text());
  return 1;
}
