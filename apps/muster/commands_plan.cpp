// plan: what a specification would build or change, and nothing is touched.

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
#include "apps/plans/preview.h"
#include "core/base/text.h"
#include "provisioning/head/installed.h"

namespace muster::cli {
namespace {

using nlohmann::json;

struct MediumPlan {
  /// The layers and whether each is there already; or "unknown" and why this machine cannot tell.
  json value;
  /// What went wrong; nothing where a medium is simply not made.
  std::optional<Error> error = {};
};

MediumPlan plan_medium(const iso::BuildOptions& options) {
  const auto elsewhere = [](const std::string& why) {
    return MediumPlan{{{"unknown", why + "; the medium is planned where it is built"}}};
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

/// The keys of cluster.yaml that are in the medium and differ: a head cannot follow them by itself.
std::vector<std::string> medium_keys(const spec::ClusterSpec& now, const spec::ClusterSpec& then) {
  std::vector<std::string> keys;
  const auto compare = [&keys](const char* key, bool same) {
    if (!same) keys.emplace_back(key);
  };
  compare("release", now.release == then.release);
  compare("kernel", now.kernel == then.kernel);
  compare("firmware", now.firmware == then.firmware);
  compare("head.locale", now.head.locale == then.head.locale);
  compare("head.time_zone", now.head.time_zone == then.head.time_zone);
  compare("head.packages", now.head_packages == then.head_packages);
  compare("images", now.images == then.images);
  return keys;
}

/// What would change on the head that runs here; null where none runs.
Result<json> ask_head(const spec::ClusterSpec& spec, const std::string& spec_text) {
  if (!head_is_here()) return json();
  TRY_ASSIGN(json changes, call_head("POST", "/v1/plan", {{"spec", spec_text}}));
  TRY_ASSIGN(const spec::ClusterSpec now, head::read_installed_spec());
  changes["medium"] = medium_keys(now, spec);
  return changes;
}

void print_medium(const json& medium) {
  if (medium.contains("unknown")) {
    std::println("medium: unknown: {}\n", text_of(medium, "unknown"));
    return;
  }
  std::println("medium {}:", text_of(medium, "id").substr(0, 16));
  std::vector<std::vector<std::string>> rows;
  for (const json& layer : medium.at("layers")) {
    const std::size_t packages = layer.at("packages").size();
    rows.push_back({layer.value("kept", false) ? "  kept" : "  make", text_of(layer, "name"),
                    text_of(layer, "key").substr(0, 16),
                    packages == 0 ? "" : std::format("{} packages named", packages)});
  }
  std::println("{}", render_table(rows));
}

void print_plan(const std::string& title, const plan::Plan& plan) {
  std::println("{}: {} steps", title, plan.steps.size());
  for (const plan::Step& step : plan.steps) std::println("  {}", plan::describe(step));
  std::println("");
}

void print_changes(const std::string& title, const json& changes) {
  std::println("{}: {}", title, changes.empty() ? "nothing changes" : "");
  for (const json& change : changes) {
    std::println("  {:8} {}", text_of(change, "kind"), text_of(change, "what"));
  }
}

void print_json(const spec::ClusterSpec& spec, const json& medium, const plans::Preview& preview,
                const json& changes) {
  json value = {{"cluster", spec.name},
                {"medium", medium},
                {"head", plan::to_json(preview.head)},
                {"node", plan::to_json(preview.node_plan)}};
  if (!changes.is_null()) value["changes"] = changes;
  cli::print_json(value.dump(2));
}

void print_text(const spec::ClusterSpec& spec, const json& medium, const plans::Preview& preview,
                const json& changes) {
  print_medium(medium);
  if (!changes.is_null()) {
    print_changes("changes on this head", changes.at("head"));
    print_changes("changes on every node", changes.at("node"));
    const auto keys = changes.at("medium").get<std::vector<std::string>>();
    if (!keys.empty()) std::println("needs another medium, for: {}", join(keys, ", "));
    return;
  }
  print_plan(std::format("head '{}'", spec.head.hostname), preview.head);
  print_plan(
      std::format("every node (here {}, {})", preview.node.name, to_string(preview.node.address)),
      preview.node_plan);
}

int run_plan(const IsoArguments& arguments) {
  const auto options = read_options(arguments);
  if (!options) return options.error();
  const auto preview = plans::preview(options->spec);
  if (!preview) return report(preview.error(), kUsage);
  const auto changes = ask_head(options->spec, options->spec_text);
  if (!changes) return report(changes.error());
  const MediumPlan medium = plan_medium(*options);
  if (arguments.json) {
    print_json(options->spec, medium.value, *preview, *changes);
  } else {
    std::println("cluster '{}' as {} describes it\n", options->spec.name, arguments.file);
    print_text(options->spec, medium.value, *preview, *changes);
  }
  return medium.error ? report(*medium.error) : kDone;
}

}  // namespace

void add_plan(CLI::App& app, Session& session) {
  auto* const verb = app.add_subcommand("plan", "what a specification would build or change");
  const auto arguments = std::make_shared<IsoArguments>();
  verb->add_option("file", arguments->file, "the specification")
      ->type_name(value::kFile)
      ->capture_default_str();
  verb->add_flag("--json", arguments->json, "print every layer and step as JSON");
  on_run(*verb, session, [arguments] { return run_plan(*arguments); });
}

}  // namespace muster::cli
