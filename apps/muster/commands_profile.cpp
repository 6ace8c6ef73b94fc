// profile list: what nodes can boot as.

#include <print>

#include "apps/muster/client.h"
#include "apps/muster/commands.h"
#include "core/base/text.h"
#include "core/base/units.h"

namespace muster::cli {
namespace {

using nlohmann::json;

int list_profiles() {
  const auto answer = call_head("GET", "/v1/profiles");
  if (!answer) return report(answer.error());
  if (form() == Form::json) {
    print_json(answer->dump(2));
    return kDone;
  }
  std::vector<std::vector<std::string>> rows = {
      {"PROFILE", "NODES", "IMAGE", "SIZE", "KERNEL ARGUMENTS"}};
  for (const json& profile : answer->at("profiles")) {
    const auto words = profile.at("kernel_arguments").get<std::vector<std::string>>();
    rows.push_back({text_of(profile, "name"), std::to_string(profile.value("nodes", 0)),
                    text_of(profile, "image"),
                    human(Bytes{profile.value("image_size", std::uint64_t{0})}), join(words, " ")});
  }
  std::print("{}", render_table(rows));
  return kDone;
}

}  // namespace

void add_profile(CLI::App& app, Session& session) {
  CLI::App* const noun = app.add_subcommand("profile", "what nodes can boot as");
  noun->require_subcommand(1);
  CLI::App& list = *noun->add_subcommand("list", "the profiles, their images and their nodes");
  add_json(list);
  on_run_at_head(list, session, list_profiles);
}

}  // namespace muster::cli
