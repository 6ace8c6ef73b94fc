// muster iso: build and verify; the other verbs have files of their own.

#include <format>
#include <memory>
#include <print>

#include <nlohmann/json.hpp>

#include "apps/muster/commands.h"
#include "apps/muster/iso_options.h"
#include "apps/muster/progress_line.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/os/command.h"
#include "iso/builder.h"
#include "iso/inspect/medium_files.h"
#include "iso/inspection.h"

namespace muster::cli {
namespace {

using Json = nlohmann::ordered_json;

/// Shows progress on stderr: as JSON, or as a bar with lines for what ended, or as lines.
class Display {
 public:
  explicit Display(const IsoArguments& arguments)
      : json_(arguments.json), verbose_(arguments.verbose) {}

  void show(const iso::ProgressEvent& event) {
    using Kind = iso::ProgressEvent::Kind;
    const bool is_output = event.kind == Kind::output;
    if (json_) {
      if (!is_output) say(iso::render_json(event));
      return;
    }
    // What the programs write would tear a line that is written over.
    const bool has_bar = line_.is_written_over() && !verbose_;
    if (is_output && !has_bar && !verbose_) return;
    const bool is_preparing = event.kind == Kind::preparing;
    // Nobody reads in a log what took seconds.
    if (is_preparing && !has_bar) return;
    if (has_bar && (is_output || is_preparing || event.kind == Kind::started)) {
      line_.show(iso::render_bar(event, static_cast<int>(line_.width()) - 1));
    } else {
      line_.keep(iso::render_line(event));
    }
  }

  /// Takes the bar away: what follows begins a line.
  void close() { line_.close(); }

 private:
  bool json_;
  bool verbose_;
  ProgressLine line_;
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
  display.close();
  if (!done) return report_build(done.error());
  if (arguments.json) {
    print_json(Json{{"id", done->id},
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
    print_json(Json{{"same", same},
                    {"id", done.again.id},
                    {"sha256", done.sha256},
                    {"sha256_again", done.again.sha256},
                    {"differences", done.differences}}
                   .dump());
  } else if (same) {
    std::println("{}: a second build is the same, bit for bit", medium);
  }
  if (same) return kDone;
  return report({std::format("'{}' differs from what its cluster.yaml builds now; different: {}",
                             medium, join(done.differences, ", ")),
                 std::format("the second build is kept as '{}'; if Debian published something "
                             "since, build again",
                             done.again.out.string())},
                kFailed);
}

/// The specification that an ISO has of itself.
Result<std::string> read_own_spec(const std::filesystem::path& iso) {
  TRY(check_iso(iso));
  os::PosixCommandRunner runner;
  TRY_ASSIGN(const auto files, inspect::list_medium(runner, iso));
  auto text = inspect::read_medium_file(iso, files, iso::kMediumSpec);
  if (text) return text;
  return fail(text.error().message, "name the cluster.yaml that it was built from: --file");
}

std::expected<iso::BuildOptions, int> read_verify_options(const IsoArguments& arguments) {
  if (!arguments.file.empty()) return read_options(arguments);
  const auto text = read_own_spec(arguments.out);
  if (!text) return std::unexpected(report(text.error()));
  if (!arguments.json) {
    say(std::format("building by the cluster.yaml that is on '{}'; --file takes another",
                    arguments.out));
  }
  return read_options(arguments, *text, std::format("{}:{}", arguments.out, iso::kMediumSpec));
}

int verify(const IsoArguments& arguments) {
  auto options = read_verify_options(arguments);
  if (!options) return options.error();
  Display display(arguments);
  options->listener = [&](const iso::ProgressEvent& event) { display.show(event); };
  os::PosixCommandRunner runner;
  const auto done = iso::verify_iso(runner, *options);
  display.close();
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
  ExtensionArguments& extensions = arguments.extensions;
  add_extensions_option(verb, extensions);
  verb.add_flag("--allow-unsigned", extensions.allow_unsigned,
                "take extensions that nobody signed");
  verb.add_flag("--json", arguments.json, "progress on stderr and the result on stdout as JSON");
  verb.add_flag("--verbose", arguments.verbose, "show the output of every program");
}

}  // namespace

void add_iso(CLI::App& app, Session& session) {
  auto* noun = app.add_subcommand("iso", "the ISO that a head boots from");
  noun->require_subcommand(1);
  const auto arguments = std::make_shared<IsoArguments>();

  auto* build_verb = noun->add_subcommand("build", "build the ISO of a cluster.yaml");
  build_verb->add_option("file", arguments->file, "the file that describes the cluster")
      ->type_name(value::kFile)
      ->capture_default_str();
  build_verb
      ->add_option("--locked", arguments->lock,
                   "the lock file of an earlier ISO, whose packages this one must have")
      ->type_name(value::kFile);
  build_verb->add_flag("--without-packages", arguments->without_packages,
                       "make an ISO without Muster: plain Debian");
  build_verb->add_option("-o,--output", arguments->out, "where to write the ISO")
      ->type_name(value::kFile)
      ->capture_default_str();
  add_common(*build_verb, *arguments);
  on_run(*build_verb, session, [arguments] { return build(*arguments); });

  const auto verified = std::make_shared<IsoArguments>(IsoArguments{.file = ""});
  auto* verify_verb = noun->add_subcommand("verify", "build once more and compare bit for bit");
  verify_verb->add_option("output", verified->out, "the ISO that was built")
      ->type_name(value::kFile)
      ->capture_default_str();
  verify_verb
      ->add_option(
          "--file", verified->file,
          "the cluster.yaml that it was built from; without it, the one that is on the ISO")
      ->type_name(value::kFile);
  add_common(*verify_verb, *verified);
  on_run(*verify_verb, session, [verified] { return verify(*verified); });
  add_iso_inspect(*noun, session);
  add_iso_write(*noun, session);
}

}  // namespace muster::cli
