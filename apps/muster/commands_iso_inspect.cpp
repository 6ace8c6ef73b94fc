// muster iso inspect: what is on an ISO, in a layer or in a tree, and what is wrong with it.

#include <filesystem>
#include <format>
#include <memory>

#include <nlohmann/json.hpp>

#include "apps/muster/commands.h"
#include "apps/muster/iso_options.h"
#include "apps/muster/table.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/os/file_part.h"
#include "iso/apt_sources.h"
#include "iso/inspection.h"

namespace muster::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Findings = std::vector<inspect::Finding>;

Json findings_json(const Findings& findings) {
  Json list = Json::array();
  for (const auto& [message, hint] : findings) {
    list.push_back({{"message", message}, {"hint", hint}});
  }
  return list;
}

Json layer_json(const inspect::LayerReport& layer) {
  return {{"name", layer.name},
          {"files", layer.files},
          {"bytes", layer.bytes},
          {"modules", layer.modules ? Json(*layer.modules) : Json()},
          {"privileged", layer.privileged},
          {"units", layer.units}};
}

Json medium_json(const iso::MediumReport& report) {
  Json document{{"id", report.id},
                {"size", report.size},
                {"files", report.files},
                {"starts", report.starts},
                {"layers", Json::array()},
                {"findings", findings_json(report.findings)},
                {"remarks", findings_json(report.remarks)}};
  for (const auto& [size, layer] : report.layers) {
    document["layers"].push_back(layer_json(layer));
    document["layers"].back()["size"] = size;
  }
  return document;
}

/// Each text on a line below the title. The texts come from whatever was inspected.
std::string headed(std::string_view title, const std::vector<std::string>& texts) {
  constexpr std::size_t kLongest = 2000;
  if (texts.empty()) return {};
  std::string lines = std::format("\n{}:", title);
  for (const std::string& text : texts) lines += "\n  " + printable(text, kLongest);
  return lines;
}

std::string lists_of(const inspect::LayerReport& layer) {
  const std::string name = printable(layer.name);
  return headed(name + ", programs with more rights than who starts them", layer.privileged) +
         headed(name + ", units that systemd starts or may not", layer.units);
}

std::vector<std::string> sentences_of(const Findings& findings) {
  std::vector<std::string> sentences;
  for (const auto& [message, hint] : findings) sentences.push_back(message + "; " + hint);
  return sentences;
}

/// The last lines of each answer: what is worth a look, and what is wrong.
std::string verdict(const std::string& path, const Findings& findings, const Findings& remarks) {
  const std::string looks = headed("worth a look", sentences_of(remarks));
  if (findings.empty()) return std::format("{}\nnothing is wrong with '{}'", looks, path);
  const std::string count = findings.size() == 1
                                ? "one thing is wrong"
                                : std::format("{} things are wrong", findings.size());
  return looks + headed(std::format("{} with '{}'", count, path), sentences_of(findings));
}

std::string medium_text(const iso::MediumReport& report, const std::string& path) {
  std::vector<std::vector<std::string>> rows = {{"LAYER", "SIZE", "UNPACKED", "FILES", "MODULES"}};
  std::string lists;
  for (const auto& [size, layer] : report.layers) {
    rows.push_back({printable(layer.name), human(Bytes{size}), human(Bytes{layer.bytes}),
                    std::to_string(layer.files),
                    layer.modules ? std::to_string(*layer.modules) : "-"});
    lists += lists_of(layer);
  }
  return std::format(
      "{}: {}, {} files, {}\nstarts as: {}\n{}{}{}", path, human(Bytes{report.size}), report.files,
      report.id.empty() ? std::string("without an id") : "id " + printable(report.id),
      join(report.starts, ", "), render_table(rows), lists,
      verdict(path, report.findings, report.remarks));
}

std::string layer_text(const inspect::LayerReport& layer) {
  return std::format("{}: {} in {} files{}{}", layer.name, human(Bytes{layer.bytes}), layer.files,
                     lists_of(layer), verdict(layer.name, layer.findings, layer.remarks));
}

int answer(const Json& document, const std::string& text, const Findings& findings) {
  const int status = print_answer(document, text);
  return status == kDone && !findings.empty() ? kFailed : status;
}

int inspect_tree(os::CommandRunner& runner, const inspect::Tree& tree, const std::string& name) {
  const auto layer =
      inspect::inspect_layer(runner, tree, name, iso::published_addresses(spec::ClusterSpec()));
  if (!layer) return report(layer.error());
  Json document = layer_json(*layer);
  document["findings"] = findings_json(layer->findings);
  document["remarks"] = findings_json(layer->remarks);
  return answer(document, layer_text(*layer), layer->findings);
}

int inspect_iso(os::CommandRunner& runner, const fs::path& iso, const std::string& name) {
  const auto done = iso::inspect_medium(runner, iso);
  if (!done) return report(done.error());
  return answer(medium_json(*done), medium_text(*done, name), done->findings);
}

/// A file, a disk or a directory, also where a link leads to it.
Result<fs::path> find_inspected(const std::string& path) {
  std::error_code error;
  const fs::path found = fs::canonical(path, error);
  const auto status = error ? fs::file_status() : fs::status(found, error);
  if (error) {
    return fail(std::format("cannot read '{}': {}", path, error.message()),
                "name an ISO, a squashfs, a USB stick or a directory");
  }
  if (fs::is_directory(status) || fs::is_regular_file(status) || fs::is_block_file(status)) {
    return found;
  }
  return fail(std::format("'{}' is no file", path),
              "name an ISO, a squashfs, a USB stick or a directory");
}

int run_inspect(const std::string& path) {
  static constexpr std::string_view kSquashfs = "hsqs";
  const auto found = find_inspected(path);
  if (!found) return report(found.error());
  os::PosixCommandRunner runner;
  if (fs::is_directory(*found)) {
    return inspect_tree(runner, {.kind = inspect::Tree::Kind::directory, .path = *found}, path);
  }
  const auto start = os::read_as_far_as_there(*found, {.size = kSquashfs.size()});
  if (!start) return report(start.error());
  if (*start == kSquashfs) return inspect_tree(runner, {.path = *found}, path);
  if (const Status good = check_iso(*found); !good) return report(good.error());
  return inspect_iso(runner, *found, path);
}

}  // namespace

void add_iso_inspect(CLI::App& iso, Session& session) {
  CLI::App& verb = *iso.add_subcommand("inspect", "say what is on an ISO, and what is wrong");
  const auto path = std::make_shared<std::string>(IsoArguments().out);
  verb.add_option("file", *path,
                  "the ISO, or a stick with it, a squashfs, or a directory with a system")
      ->type_name(value::kFile)
      ->capture_default_str();
  add_json(verb);
  on_run(verb, session, [path] { return run_inspect(*path); });
}

}  // namespace muster::cli
