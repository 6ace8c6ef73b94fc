// muster-exthost: runs the hooks of one extension for the daemon. systemd starts it at the first
// question, as a user that nobody else is, with the rights that muster-extension@.service leaves.

#include <print>
#include <string>
#include <systemd/sd-daemon.h>

#include <CLI/CLI.hpp>

#include "core/base/version.h"
#include "core/os/command.h"
#include "core/os/process.h"
#include "core/os/unix_socket.h"
#include "extensions/host_server.h"
#include "extensions/store.h"

namespace {

using namespace muster;
using namespace std::chrono_literals;

struct Options {
  std::string name;
  std::filesystem::path store = extensions::kStore;
  /// Of tests, which have no systemd.
  std::filesystem::path socket;
};

Result<os::Handle> find_listener(const Options& options) {
  if (!options.socket.empty()) return os::listen_unix(options.socket);
  if (sd_listen_fds(1) == 1) return os::adopt_descriptor(SD_LISTEN_FDS_START);
  return fail("no socket was passed",
              "systemd starts this: 'systemctl start muster-extension@NAME.socket'");
}

Status serve(const Options& options) {
  TRY_ASSIGN(const os::Handle listener, find_listener(options));
  os::PosixCommandRunner runner;
  const auto say = [](const std::string& line) {
    std::println(stderr, "muster-exthost: {}", line);
  };
  return extensions::serve_host(
      runner, listener, {.store = options.store, .name = options.name, .idle = 60s, .say = say});
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Runs the hooks of one extension.", "muster-exthost");
  app.set_version_flag("--version", muster_version());
  Options options;
  app.add_option("name", options.name, "the extension")->required();
  app.add_option("--store", options.store, "the directory of extensions")->capture_default_str();
  app.add_option("--socket", options.socket, "listens there in place of systemd's socket");
  CLI11_PARSE(app, argc, argv);
  const Status done = serve(options);
  if (done) return 0;
  std::println(stderr, "muster-exthost: {}", done.error().text());
  return 1;
}
