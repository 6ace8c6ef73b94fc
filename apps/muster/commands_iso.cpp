// muster iso: build and verify.

#include <cstdio>
#include <format>
#include <memory>
#include <print>
#include <sys/ioctl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "apps/muster/commands.h"
#include "apps/muster/iso_options.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/os/command.h"
#include "iso/builder.h"

namespace muster::cli {
namespace {

using Json = nlohmann::ordered_json;

/// Shows progress on stderr: a bar that is drawn over on a terminal, lines elsewhere.
class Display {
 public:
  explicit Display(const IsoArguments& arguments)
      : json_(arguments.json), verbose_(arguments.verbose) {
    winsize size{};
    if (!json_ && !verbose_ && isatty(STDERR_FILENO) == 1 &&
        ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0) {
      width_ = size.ws_col > 0 ? size.ws_col : 80;
    }
  }

  void show(const iso::ProgressEvent& event) {
    using Kind = iso::ProgressEvent::Kind;
    if (json_) {
      if (event.kind != Kind::output) std::println(stderr, "{}", iso::render_json(event));
      return;
    }
    if (event.kind == Kind::output && width_ == 0 && !verbose_) return;
    const bool bar = width_ > 0 && (event.kind == Kind::output || event.kind == Kind::started);
    if (width_ > 0) std::print(stderr, "\r\x1b[K");
    if (bar) {
      std::print(stderr, "{}", iso::render_bar(event, width_ - 1));
    } else {
      std::println(stderr, "{}", iso::render_line(event));
    }
    std::fflush(stderr);
  }

 private:
  bool json_;
  bool verbose_;
  int width_ = 0;
};

void print_report(const iso::BuildReport& report) {
  std::println("{}: {}, {}", report.out.string(), human(Bytes{report.size}),
               report.outcome == iso::BuildReport::Outcome::unchanged ? "unchanged" : "built");
  std::println("  sha256 {}", report.sha256);
  std::println("  a node fetches {} for its image{}", human(Bytes{report.image_size}),
               report.node_boot_size == 0
                   ? std::string()
                   : std::format(" and {} to boot", human(Bytes{report.node_boot_size})));
}

int report_build(const iso::BuildError& error) {
  return report(error, error.cause == iso::BuildError::Cause::machine ? kMissing : kFailed);
}

int build(const IsoArguments& arguments) {
  auto options = read_options(arguments);
  if (!options) return options.error();
  Display display(arguments);
  options->listener = [&](const iso::ProgressEvent& event) { display.show(event); };
  os::PosixCommandRunner runner;
  const auto done = iso::build_iso(runner, *options);
  if (!done) return report_build(done.error());
  if (arguments.json) {
    std::println("{}", Json{{"id", done->id},
                            {"sha256", done->sha256},
                            {"size", done->size},
                            {"image_size", done->image_size},
                            {"node_boot_size", done->node_boot_size}}
                           .dump());
  } else {
    print_report(*done);
  }
  return kDone;
}

/// Says what differs, on stdout too where a program reads it; the status to end with.
int report_verified(const IsoArguments& arguments, const std::string& medium,
                    const iso::VerifyReport& done) {
  const bool same = done.differences.empty();
  if (arguments.json) {
    std::println("{}", Json{{"same", same},
                            {"id", done.again.id},
                            {"sha256", done.sha256},
                            {"sha256_again", done.again.sha256},
                            {"differences", done.differences}}
                           .dump());
  } else if (same) {
    std::println("{}: a second build is the same, bit for bit", medium);
  }
  if (same) return kDone;
  return report({std::format("'{}' is not what its inputs make now; different: {}", medium,
                             join(done.differences, ", ")),
                 std::format("the second build is kept as '{}'; if Debian published something "
                             "since, build again",
                             done.again.out.string())},
                kFailed);
}

int verify(const IsoArguments& arguments) {
  auto options = read_options(arguments);
  if (!options) return options.error();
  Display display(arguments);
  options->listener = [&](const iso::ProgressEvent& event) { display.show(event); };
  os::PosixCommandRunner runner;
  const auto done = iso::verify_iso(runner, *options);
  if (!done) return report_build(done.error());
  return report_verified(arguments, options->out.string(), *done);
}

void add_common(CLI::App& verb, IsoArguments& arguments) {
  verb.add_option("--data", arguments.data,
                  "directory with layers/ (default: MUSTER_DATA, or beside this program)")
      ->type_name(value::kDirectory);
  verb.add_option("--packages", arguments.packages, "directory with Muster's own packages")
      ->type_name(value::kDirectory);
  verb.add_option("--cache", arguments.cache, "directory for layers and downloads")
      ->type_name(value::kDirectory);
  verb.add_flag("--json", arguments.json, "progress on stderr and the result on stdout as JSON");
  verb.add_flag("--verbose", arguments.verbose, "show the output of every program");
}

}  // namespace

void add_iso(CLI::App& app, Session& session) {
  auto* noun = app.add_subcommand("iso", "the bootable medium of a head");
  noun->require_subcommand(1);
  const auto arguments = std::make_shared<IsoArguments>();

  auto* build_verb =
      noun->add_subcommand("build", "build the medium that a specification describes");
  build_verb->add_option("file", arguments->file, "specification of the cluster")
      ->type_name(value::kFile)
      ->capture_default_str();
  build_verb->add_option("-o,--output", arguments->out, "where the medium is written")
      ->type_name(value::kFile)
      ->capture_default_str();
  add_common(*build_verb, *arguments);
  on_run(*build_verb, session, [arguments] { return build(*arguments); });

  auto* verify_verb = noun->add_subcommand("verify", "build once more and compare bit for bit");
  verify_verb->add_option("output", arguments->out, "the medium that was built")
      ->type_name(value::kFile)
      ->capture_default_str();
  verify_verb->add_option("--file", arguments->file, "its specification")
      ->type_name(value::kFile)
      ->capture_default_str();
  add_common(*verify_verb, *arguments);
  on_run(*verify_verb, session, [arguments] { return verify(*arguments); });
}

}  // namespace muster::cli
