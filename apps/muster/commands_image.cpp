// image list, show: what nodes run and what they boot next. The verbs that change images are in
// commands_image_change.cpp.

#include "apps/muster/commands_image.h"

#include <format>
#include <memory>
#include <print>

#include "apps/muster/client.h"
#include "core/base/node_set.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "provisioning/catalogue.h"

namespace muster::cli {
namespace {

using nlohmann::json;
using provisioning::kShortId;

std::string short_id(const json& image) { return text_of(image, "id").substr(0, kShortId); }

/// How many nodes a node set of the head's has.
std::string nodes_in(const json& image, const char* member) {
  const auto nodes = parse_node_set(text_of(image, member));
  return std::to_string(nodes ? nodes->size() : 0);
}

std::string source_of(const json& image) {
  if (!image.value("available", false)) return "no longer here";
  const std::string origin = text_of(image, "origin");
  if (!origin.empty()) return printable(origin, 60);
  return image.value("kept", false) ? "ISO, and added" : "ISO";
}

std::string size_of(const json& image) {
  const auto size = image.value("size", std::uint64_t{0});
  return size == 0 ? "-" : human(Bytes{size});
}

std::string added_of(const json& image) {
  const auto added = image.value("added_ms", std::int64_t{0});
  return added == 0 ? "-" : clock_time(added, ShowDate::yes);
}

std::string profiles_of(const json& image) {
  return or_dash(join(image.at("profiles").get<std::vector<std::string>>(), ","));
}

/// What to do about nodes that run something else than after a restart; empty: nothing.
std::string outdated_hint(const json& answer) {
  const std::string nodes = text_of(answer, "outdated");
  if (nodes.empty()) return {};
  return std::format(
      "{}: a restart gives another image or profile; 'muster node reboot @outdated --rolling 10%' "
      "restarts them when their jobs have ended\n",
      nodes);
}

/// A choice outlives the ISO that it was made beside.
std::string chosen_hint(const json& answer) {
  std::string text;
  for (const json& image : answer.at("images")) {
    if (!image.value("chosen", false)) continue;
    const std::string name = text_of(image, "name");
    text += std::format(
        "{}@{} was chosen, and stays when the head starts from another ISO; 'muster image set {} "
        "iso' takes that of the ISO\n",
        name, short_id(image), name);
  }
  return text;
}

int list_images() {
  const auto answer = call_head("GET", "/v1/images");
  if (!answer) return report(answer.error());
  std::vector<std::vector<std::string>> rows = {
      {"IMAGE", "ID", "SIZE", "FROM", "ADDED", "PROFILES", "RUN IT", "BOOT IT"}};
  for (const json& image : answer->at("images")) {
    rows.push_back({or_dash(text_of(image, "name")), short_id(image), size_of(image),
                    source_of(image), added_of(image), profiles_of(image),
                    nodes_in(image, "running"), nodes_in(image, "boots")});
  }
  return print_answer(*answer,
                      trim(render_table(rows) + chosen_hint(*answer) + outdated_hint(*answer)));
}

std::string sheet(const json& image) {
  std::string text = std::format("{}@{}\n", text_of(image, "name"), short_id(image));
  text += sheet_line("id", text_of(image, "id"));
  text += sheet_line("from", source_of(image));
  if (image.value("added_ms", std::int64_t{0}) != 0) text += sheet_line("added", added_of(image));
  for (const json& file : image.at("files")) {
    text += sheet_line(text_of(file, "kind"),
                       std::format("{}  {}", text_of(file, "sha256"),
                                   human(Bytes{file.value("size", std::uint64_t{0})})));
  }
  text +=
      sheet_line("arguments",
                 or_dash(join(image.at("kernel_arguments").get<std::vector<std::string>>(), " ")));
  text += sheet_line("profiles", profiles_of(image));
  text += sheet_line("run it", or_dash(text_of(image, "running")));
  return text + sheet_line("boot it", or_dash(text_of(image, "boots")));
}

int show_image(const std::string& word) {
  const auto answer = call_head("GET", "/v1/images");
  if (!answer) return report(answer.error());
  json found = json::array();
  std::string text;
  for (const json& image : answer->at("images")) {
    if (!provisioning::is_named(word, text_of(image, "name"), text_of(image, "id"))) continue;
    found.push_back(image);
    text += sheet(image);
  }
  if (found.empty()) {
    return report({.message = std::format("this head has no image '{}'", printable(word, 80)),
                   .hint = "'muster image list' shows names and ids"},
                  kUsage);
  }
  return print_answer({{"images", std::move(found)}}, trim(text));
}

}  // namespace

void add_image(CLI::App& app, Session& session) {
  CLI::App* const noun = app.add_subcommand("image", "what nodes boot");
  noun->require_subcommand(1);
  CLI::App& list = *noun->add_subcommand(
      "list", "the images, with the numbers of nodes that run and that boot each");
  add_json(list);
  on_run_at_head(list, session, list_images);
  const auto word = std::make_shared<std::string>();
  CLI::App& show =
      *noun->add_subcommand("show", "the images of one name, or one image: files and nodes");
  show.add_option("image", *word, kImageHelp)->type_name(value::kImage)->required();
  add_json(show);
  on_run_at_head(show, session, [word] { return show_image(*word); });
  add_image_change(*noun, session);
}

}  // namespace muster::cli
