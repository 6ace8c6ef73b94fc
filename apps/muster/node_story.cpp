#include "apps/muster/node_story.h"

#include <algorithm>
#include <cstdint>
#include <format>
#include <vector>

#include "apps/muster/client.h"

namespace muster::cli {
namespace {

using nlohmann::json;

/// The longest bar.
constexpr std::int64_t kBar = 20;

struct Moment {
  std::int64_t time_ms = 0;
  /// Until the next line of the boot; 0 when there is none.
  std::int64_t took_ms = 0;
  std::string kind;
  std::string text;
};

/// The events of the last boot: from the last "boot" event on, or all when it never booted.
std::vector<Moment> last_boot(const json& events) {
  std::vector<Moment> boot;
  for (const json& event : events) {
    if (text_of(event, "kind") == "boot") boot.clear();
    boot.push_back({.time_ms = event.at("time_ms").get<std::int64_t>(),
                    .kind = text_of(event, "kind"),
                    .text = text_of(event, "text")});
  }
  return boot;
}

/// What happens to a node that is ready, a certificate after days, is no part of its boot.
void measure(std::vector<Moment>& boot) {
  for (std::size_t i = 0; i + 1 < boot.size(); ++i) {
    if (boot[i].kind == "stage" && boot[i].text == "ready") return;
    boot[i].took_ms = std::max<std::int64_t>(boot[i + 1].time_ms - boot[i].time_ms, 0);
  }
}

std::string verdict(const json& node) {
  const std::string who = text_of(node, "name").empty() ? "this machine" : text_of(node, "name");
  if (text_of(node, "state") == "discovered") {
    return std::format("{} waits for adoption: 'muster node adopt {}'", who,
                       node.at("hardware").at("macs").at(0).get<std::string>());
  }
  return who + " " + standing_of(node);
}

}  // namespace

std::string standing_of(const json& node) {
  const std::string state = text_of(node, "state");
  const std::string stage = text_of(node, "stage");
  if (state == "failed") {
    return std::format("failed at stage '{}': {}", stage, text_of(node, "reason"));
  }
  if (stage == "reboot") return "is about to reboot";
  const std::string draining = text_of(node, "draining");
  if (state == "ready" && !draining.empty()) {
    return std::format("waits for its jobs, to go down for operation {}", draining);
  }
  if (state == "booting") return std::format("is booting, at stage '{}'", stage);
  return "is " + state;
}

std::string render_story(const json& answer) {
  std::vector<Moment> boot = last_boot(answer.at("events"));
  measure(boot);
  const auto slowest = std::ranges::max_element(boot, {}, &Moment::took_ms);
  const std::int64_t longest = slowest == boot.end() ? 0 : slowest->took_ms;
  const auto now_ms = answer.value("now_ms", std::int64_t{0});
  const bool is_old = std::ranges::any_of(boot, [now_ms](const Moment& line) {
    return date_for(line.time_ms, now_ms) == ShowDate::yes;
  });
  // One line with a date and one without would not stand below each other.
  const ShowDate date = is_old ? ShowDate::yes : ShowDate::no;
  std::string story = verdict(answer.at("node")) + "\n";
  for (const Moment& line : boot) {
    const std::int64_t marks = longest == 0 ? 0 : (line.took_ms * kBar + longest / 2) / longest;
    story +=
        std::format("  {}  {:>7.1f} s  {:{}}  {:10} {}\n", clock_time(line.time_ms, date),
                    static_cast<double>(line.time_ms - boot.front().time_ms) / 1000,
                    std::string(static_cast<std::size_t>(marks), '#'), kBar, line.kind, line.text);
  }
  return story;
}

}  // namespace muster::cli
