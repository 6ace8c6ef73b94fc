// muster-exthost: runs the hooks of one extension for the daemon. systemd starts it at the first
// question, as a user that nobody else is, with the rights that muster-extension@.service leaves.

#include <memory>
#include <print>
#include <string>
#include <systemd/sd-daemon.h>

#include <CLI/CLI.hpp>

#include "core/base/version.h"
#include "core/os/command.h"
#include "core/os/process.h"
#include "core/os/unix_socket.h"
#include "extensions/host_server.h"
#include "extensions/python/python_hooks.h"
#include "extensions/store.h"

namespace {

using namespace muster;
using namespace std::chrono_literals;

struct Options {
  std::string name;
  std::filesystem::path store = extensions::kStore;
  /// Of tests, which have no systemd.
  std::filesystem::path socket;
  /// Where Python finds the package `muster`, beside its own modules.
  std::filesystem::path packages = "/usr/lib/python3/dist-packages";
};

Result<os::Handle> find_listener(const Options& options) {
  if (!options.socket.empty()) return os::listen_unix(options.socket);
  if (sd_listen_fds(1) == 1) return os::adopt_descriptor(SD_LISTEN_FDS_START);
  return fail("no socket was passed",
              "systemd starts this: 'systemctl start muster-extension@NAME.socket'");
}

std::unique_ptr<extensions::HookRunner> runner_of(extensions::Language language,
                                                  os::CommandRunner& programs,
                                                  const Options& options) {
  if (language == extensions::Language::python) {
    return std::make_unique<python::PythonHooks>(options.packages);
  }
  return std::make_unique<extensions::ShellHooks>(programs);
}

Status serve(const Options& options) {
  TRY_ASSIGN(const extensions::Installed extension,
             extensions::read_installed(options.store, options.name));
  TRY_ASSIGN(const os::Handle listener, find_listener(options));
  os::PosixCommandRunner programs;
  const auto runner = runner_of(extension.specification.language, programs, options);
  const auto say = [](const std::string& line) {
    std::println(stderr, "muster-exthost: {}", line);
  };
  return extensions::serve_host(*runner, extension, listener,
                                {.store = options.store, .idle = 60s, .say = say});
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Runs the hooks of one extension.", "muster-exthost");
  app.set_version_flag("--version", muster_version());
  Options options;
  app.add_option("name", options.name, "the extension")->required();
  app.add_option("--store", options.store, "the directory of extensions")->capture_default_str();
  app.add_option("--socket", options.socket, "listens there in place of systemd's socket");
  app.add_option("--packages", options.packages, "the directory of Python's package 'muster'")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const Status done = serve(options);
  if (done) return 0;
  std::println(stderr, "muster-exthost: {}", done.error().text());
  return 1;
}
