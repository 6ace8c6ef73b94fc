// The part of the registry that hears of accelerators: what a running node says of its cards, and
// how often that counts.

#include <algorithm>
#include <format>

#include "provisioning/registry.h"
#include "provisioning/registry_detail.h"

namespace muster::provisioning {

using state::Event;

namespace {

/// "2 of 4 accelerators can be given to jobs".
std::string accelerators_text(const std::vector<Accelerator>& cards) {
  const auto usable = std::ranges::count_if(
      cards, [](const Accelerator& card) { return device_for_jobs(card).has_value(); });
  return std::format("{} of {} accelerators can be given to jobs", usable, cards.size());
}

}  // namespace

std::vector<Event> Registry::hear_cards(Node& node, const NodeReport& report, std::int64_t now_ms) {
  if (!report.accelerators) return {};
  CardNews& news = card_news_[node.id];
  news.waiting = CardList{*report.accelerators, report.accelerators_left_out};
  return take_cards(node, news, now_ms);
}

std::vector<Event> Registry::take_cards(Node& node, CardNews& news, std::int64_t now_ms) {
  Hardware& hardware = node.hardware;
  const CardList known = {hardware.accelerators, hardware.left_out.accelerators};
  if (!news.waiting || *news.waiting == known) {
    news.waiting.reset();
    return {};
  }
  const std::int64_t since_ms = news.taken_ms ? now_ms - *news.taken_ms : kBetweenCardsMs;
  // Below zero the head's clock was set back.
  if (since_ms >= 0 && since_ms < kBetweenCardsMs) return {};
  hardware.accelerators = std::move(news.waiting->cards);
  hardware.left_out.accelerators = news.waiting->left_out;
  news = {.taken_ms = now_ms, .waiting = {}};
  ++generation_;
  std::string text = accelerators_text(hardware.accelerators);
  if (hardware.left_out.accelerators != 0) {
    text += std::format("; {} more left out", hardware.left_out.accelerators);
  }
  return {event(node, "hardware", std::move(text), now_ms)};
}

std::vector<Event> Registry::take_waiting_cards(Node& node, std::int64_t now_ms) {
  const auto news = card_news_.find(node.id);
  return news == card_news_.end() ? std::vector<Event>() : take_cards(node, news->second, now_ms);
}

}  // namespace muster::provisioning
