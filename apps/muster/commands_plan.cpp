// plan: what a cluster.yaml would build or change, and nothing is touched.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <format>
#include <memory>
#include <optional>
#include <print>

#include <nlohmann/json.hpp>

#include "apps/muster/client.h"
#include "apps/muster/commands.h"
#include "apps/muster/iso_options.h"
#include "apps/muster/plan_changes.h"
#include "apps/muster/progress_line.h"
#include "core/base/text.h"
#include "core/spec/node_names.h"
#include "core/spec/parse.h"
#include "core/spec/settings.h"
#include "head/installed.h"
#include "plans/preview.h"

namespace muster::cli {
namespace {

using nlohmann::json;

/// How much of each file is shown: its name, or all of it.
enum class Depth { names, content };

struct PlanArguments {
  IsoArguments iso;
  bool full = false;
  /// Only the content of this file, on the head or on a node.
  std::string path;
  /// Of which profile the node is; empty: the first.
  std::string profile;
};

struct MediumPlan {
  /// The layers and whether each is there already; or "unknown" and why this machine cannot tell.
  json value;
  /// What went wrong; nothing where a medium is simply not made.
  std::optional<Error> error = {};
};

MediumPlan plan_medium(const iso::BuildOptions& options) {
  const auto elsewhere = [](const std::string& why) {
    return MediumPlan{{{"unknown", why + "; plan the ISO on the machine that builds it"}}};
  };
  if (!std::filesystem::is_directory(options.data)) {
    return elsewhere(std::format("no recipes in '{}'", options.data.string()));
  }
  os::PosixCommandRunner runner;
  const auto plan = iso::plan_iso(runner, options);
  if (!plan && plan.error().cause == iso::BuildError::Cause::machine) {
    return elsewhere(plan.error().message);
  }
  if (!plan) return {{{"unknown", plan.error().text()}}, plan.error()};
  json layers = json::array();
  for (const iso::IsoPlan::Layer& layer : plan->layers) {
    layers.push_back({{"name", layer.plan.name},
                      {"key", layer.plan.key},
                      {"packages", layer.plan.packages},
                      {"kept", layer.kept}});
  }
  return {{{"id", plan->id}, {"layers", std::move(layers)}}};
}

/// What would change on the head that runs here; null where none runs.
Result<json> ask_installed(const spec::ClusterSpec& spec, const std::string& spec_text) {
  if (!head_is_here()) return json();
  TRY_ASSIGN(const spec::ClusterSpec now, head::read_installed_spec());
  return ask_changes(spec, spec_text, now);
}

/// "52 packages: 50 of Muster, 2 of yours".
std::string packages_text(const json& layer, const std::vector<std::string>& own) {
  const std::size_t all = layer.at("packages").size();
  if (all == 0) return {};
  const auto yours = std::ranges::count_if(layer.at("packages"), [&](const json& package) {
    return std::ranges::contains(own, package.get<std::string>());
  });
  if (yours == 0) return std::format("{} packages of Muster", all);
  return std::format("{} packages: {} of Muster, {} of yours", all,
                     all - static_cast<std::size_t>(yours), yours);
}

/// The packages that the file names, wherever.
std::vector<std::string> own_packages(const spec::ClusterSpec& spec) {
  std::vector<std::string> own = spec.head_packages;
  for (const spec::Image& image : spec.images) {
    own.insert(own.end(), image.packages.begin(), image.packages.end());
  }
  return own;
}

void print_settings(const spec::ClusterSpec& spec) {
  constexpr std::size_t kMostShown = 15;
  const auto settings = spec::own_settings(spec);
  std::vector<std::vector<std::string>> rows;
  for (const spec::Setting& setting : settings) {
    if (rows.size() == kMostShown) break;
    rows.push_back({"  " + setting.key, printable(setting.value, 80),
                    std::format("(default: {})", printable(setting.fallback, 80))});
  }
  std::println("{}", settings.empty() ? "settings: the defaults" : "settings of the file:");
  if (!rows.empty()) std::println("{}", render_table(rows));
  if (settings.size() > rows.size()) std::println("  and {} more", settings.size() - rows.size());
  const std::uint64_t room = spec.nodes.addresses.size();
  std::println("room for {} nodes, {} to {}, and for {} machines that nobody knows yet\n", room,
               spec::node_name(spec.nodes, 1), spec::node_name(spec.nodes, room),
               spec.nodes.unknown_addresses.size());
}

void print_medium(const json& medium, const std::vector<std::string>& own) {
  if (medium.contains("unknown")) {
    std::println("ISO: unknown: {}\n", text_of(medium, "unknown"));
    return;
  }
  std::println("ISO {}:", text_of(medium, "id").substr(0, 16));
  std::vector<std::vector<std::string>> rows;
  for (const json& layer : medium.at("layers")) {
    rows.push_back({layer.value("kept", false) ? "  kept" : "  make", text_of(layer, "name"),
                    text_of(layer, "key").substr(0, 16), packages_text(layer, own)});
  }
  std::println("{}", render_table(rows));
}

bool is_secret(const plan::WriteFile& file) { return file.secrecy == plan::Secrecy::secret; }

void print_content(const plan::WriteFile& file) {
  if (is_secret(file)) {
    std::println("    | (secret: only the file on the machine shows it)");
    return;
  }
  for (const std::string& line : lines(file.content))
    std::println("    | {}", printable(line, 4096));
}

void print_plan(const std::string& title, const plan::Plan& plan, Depth depth) {
  std::println("{}: {} steps", title, plan.steps.size());
  for (const plan::Step& step : plan.steps) {
    std::println("  {:8} {}", step.origin, plan::describe(step));
    const auto* const file = std::get_if<plan::WriteFile>(&step);
    if (depth == Depth::content && file != nullptr) print_content(*file);
  }
  std::println("");
}

void print_preview_json(const spec::ClusterSpec& spec, const json& medium,
                        const plans::Preview& preview, const json& changes) {
  json value = {{"cluster", spec.name},
                {"medium", medium},
                {"head_image", plan::to_view(preview.head_image)},
                {"node_image", plan::to_view(preview.node_image)},
                {"head", plan::to_view(preview.head)},
                {"node", plan::to_view(preview.node_plan)},
                {"node_profile", preview.node.profile},
                {"profiles", plans::to_view(preview.other_profiles)}};
  if (!changes.is_null()) value["changes"] = changes;
  print_json(value.dump(2));
}

void print_node(const plans::Preview& preview, Depth depth) {
  const std::string whose = preview.other_profiles.empty()
                                ? "every node"
                                : std::format("nodes of profile '{}'", preview.node.profile);
  print_plan(
      std::format("{} (here {}, {})", whose, preview.node.name, to_string(preview.node.address)),
      preview.node_plan, depth);
}

void print_preview(const spec::ClusterSpec& spec, const plans::Preview& preview, Depth depth) {
  print_plan("in the ISO's head before it starts", preview.head_image, depth);
  print_plan("in every image of nodes", preview.node_image, depth);
  print_plan(std::format("head '{}'", spec.head.hostname), preview.head, depth);
  print_node(preview, depth);
  for (const auto& [profile, differences] : preview.other_profiles) {
    print_list(std::format("nodes of profile '{}', compared with profile '{}'", profile,
                           preview.node.profile),
               plan::to_view(differences));
  }
}

/// The content of one file that the plan writes, and nothing else: the head's before a node's, and
/// that of machines which run before what the ISO has.
int print_file(const plans::Preview& preview, const std::string& path) {
  std::vector<std::string> known;
  for (const plan::Plan* plan :
       {&preview.head, &preview.node_plan, &preview.head_image, &preview.node_image}) {
    for (const plan::Step& step : plan->steps) {
      const auto* const file = std::get_if<plan::WriteFile>(&step);
      if (file == nullptr) continue;
      known.push_back(file->path);
      if (file->path != path) continue;
      if (is_secret(*file)) {
        return report({.message = std::format("cannot show '{}': its content is secret", path),
                       .hint = "root reads the file on the machine"},
                      kUsage);
      }
      std::print("{}", file->content);
      return kDone;
    }
  }
  const auto near = nearest(path, known);
  return report(
      {.message = std::format("no step writes '{}'", printable(path, 4096)),
       .hint = near ? std::format("did you mean '{}'?", *near) : "'muster plan' shows all steps"},
      kUsage);
}

/// On a head what changes is shown in place of the whole, and a node where somebody asks for one.
void print_text(const PlanArguments& arguments, const spec::ClusterSpec& spec, const json& medium,
                const plans::Preview& preview, const json& changes) {
  const Depth depth = arguments.full ? Depth::content : Depth::names;
  print_settings(spec);
  print_medium(medium, own_packages(spec));
  if (changes.is_null()) return print_preview(spec, preview, depth);
  print_changes(changes);
  if (!arguments.profile.empty()) print_node(preview, depth);
}

int run_plan(const PlanArguments& plan_arguments) {
  const IsoArguments& arguments = plan_arguments.iso;
  auto options = read_options(arguments);
  if (!options) return options.error();
  // As it was written, without what extensions need.
  const spec::ClusterSpec written = *spec::parse_cluster(options->spec_text, arguments.file).spec;
  const std::string& profile = plan_arguments.profile;
  auto preview = plans::preview(written, profile.empty() ? written.profiles.front().name : profile);
  if (!preview) return report(preview.error(), kUsage);
  // With what the ISO has for its extensions.
  preview->head_image = options->head_steps;
  preview->node_image = options->image_steps;
  if (!plan_arguments.path.empty()) return print_file(*preview, plan_arguments.path);
  const auto changes = ask_installed(written, options->spec_text);
  if (!changes) return report(changes.error());
  ProgressLine progress;
  if (progress.is_written_over()) {
    options->listener = [&](const iso::ProgressEvent& event) { progress.show(event.text); };
  }
  const MediumPlan medium = plan_medium(*options);
  progress.close();
  if (arguments.json) {
    print_preview_json(written, medium.value, *preview, *changes);
  } else {
    std::println("cluster '{}' as {} describes it\n", written.name, arguments.file);
    print_text(plan_arguments, written, medium.value, *preview, *changes);
  }
  return medium.error ? report(*medium.error) : kDone;
}

}  // namespace

void add_plan(CLI::App& app, Session& session) {
  auto* const verb = app.add_subcommand("plan", "what a cluster.yaml would build or change");
  const auto arguments = std::make_shared<PlanArguments>();
  verb->add_option("file", arguments->iso.file, "the cluster.yaml")
      ->type_name(value::kFile)
      ->capture_default_str();
  verb->add_flag("--full", arguments->full, "show the content of every file");
  verb->add_option("--show", arguments->path, "print this file of the plan and nothing else")
      ->type_name("PATH");
  verb->add_option("--profile", arguments->profile,
                   "whose nodes are shown in full; without it, those of the first profile")
      ->type_name("NAME");
  ExtensionArguments& extensions = arguments->iso.extensions;
  extensions.allow_unsigned = true;
  extensions.if_missing = ExtensionArguments::Missing::told;
  add_extensions_option(*verb, extensions);
  verb->add_flag("--json", arguments->iso.json, "print every layer and step as JSON");
  on_run(*verb, session, [arguments] { return run_plan(*arguments); });
}

}  // namespace muster::cli
