// The questions of nodes: what they are answered, and those that are held until there is an answer.

#include <algorithm>
#include <format>
#include <functional>
#include <iterator>
#include <utility>

#include "operations/operations.h"

namespace muster::operations {
namespace {

/// To a node that asks again after a pause.
std::unexpected<Error> holds_enough() {
  return fail(ErrorKind::busy, "the head holds as many questions as it can", "ask again");
}

/// How long a question of this node is held. Units: milliseconds.
std::int64_t hold_of(const std::string& node_id) {
  constexpr std::size_t kSpread = kHoldMs - kLeastHoldMs + 1;
  return kLeastHoldMs + static_cast<std::int64_t>(std::hash<std::string>()(node_id) % kSpread);
}

}  // namespace

void Operations::hold_at_most(std::size_t questions) {
  const std::scoped_lock lock(mutex_);
  most_held_ = questions;
}

/// Whether a task is of no operation that is kept, or of a try that was given up.
bool Operations::is_unknown(const std::string& node_id, const std::string& task) const {
  const auto operation = operations_.find(operation_of(task));
  if (operation == operations_.end()) return true;
  const auto part = operation->second.parts.find(node_id);
  return part == operation->second.parts.end() || task != task_id(operation->second, part->second);
}

/// What a node is to be told now; what that changes is changed.
task::Offer Operations::collect(const std::string& node_id, const task::Question& question,
                                Now now) {
  std::set<std::string> ids;
  for (const std::string& task : question.has) ids.insert(operation_of(task));
  if (const auto open = open_by_node_.find(node_id); open != open_by_node_.end()) {
    ids.insert(open->second.begin(), open->second.end());
  }
  task::Offer offer;
  for (const std::string& id : ids) {
    const auto found = operations_.find(id);
    if (found == operations_.end() || !found->second.parts.contains(node_id)) continue;
    Operation& operation = found->second;
    const Part& part = operation.parts.at(node_id);
    const std::string present = task_id(operation, part);
    const Answer answer = operations::ask(operation, node_id, question, now);
    if (answer.moves) mark_changed(operation);
    if (answer.gives) offer.tasks.push_back(operation.task(part));
    if (answer.cancels) offer.cancelled.push_back(present);
    forget_part(node_id, operation);
  }
  std::ranges::copy_if(question.has, std::back_inserter(offer.cancelled),
                       [&](const std::string& task) { return is_unknown(node_id, task); });
  return offer;
}

/// A node that is given something has it when the disk has that it is given.
void Operations::give_later(OfferTo answer, task::Offer offer) {
  after_write([answer = std::move(answer), offer = std::move(offer)](const Status& status) mutable {
    if (status) {
      answer(std::move(offer));
    } else {
      answer(std::unexpected(status.error()));
    }
  });
}

/// Whether a held question had an answer.
bool Operations::answer_held(const std::string& node_id, Now now) {
  const auto held = held_.find(node_id);
  if (held == held_.end()) return false;
  task::Offer offer = collect(node_id, held->second.question, now);
  if (offer.empty()) return false;
  give_later(std::move(held->second.answer), std::move(offer));
  held_.erase(held);
  return true;
}

/// Gives free places to nodes that have asked already.
void Operations::answer_waiting(const Operation& operation, Now now) {
  if (!has_free_place(operation)) return;
  for (const auto& [node_id, part] : operation.parts) {
    const bool had_turn = part.state == PartState::waiting && answer_held(node_id, now);
    if (had_turn && !has_free_place(operation)) return;
  }
}

/// Tells all nodes of an operation that was cancelled.
void Operations::answer_all(const Operation& operation, Now now) {
  for (const auto& [node_id, part] : operation.parts) answer_held(node_id, now);
}

/// Whether one node more may be woken now.
bool Operations::may_wake(Now now) {
  const double passed_s = static_cast<double>(now.steady_ms - woken_ms_) / 1000.0;
  woken_ms_ = now.steady_ms;
  may_wake_ = std::min(may_wake_ + passed_s * kMostWoken, kMostWoken / 2.0);
  if (may_wake_ < 1) return false;
  may_wake_ -= 1;
  return true;
}

bool Operations::owes_words() const {
  const std::scoped_lock lock(mutex_);
  return owes_words_;
}

void Operations::say_wanted(const WordOf& word_of, Now now) {
  std::vector<std::pair<OfferTo, std::string>> woken;
  {
    const std::scoped_lock lock(mutex_);
    owes_words_ = false;
    for (auto held = held_.begin(); held != held_.end() && !owes_words_;) {
      const auto next = std::next(held);
      const std::optional<std::string>& known = held->second.question.wanted;
      const auto word = known ? word_of(held->first) : std::nullopt;
      if (word && *word != *known) {
        if (may_wake(now)) {
          woken.emplace_back(std::move(held->second.answer), *word);
          held_.erase(held);
        } else {
          owes_words_ = true;
        }
      }
      held = next;
    }
  }
  for (auto& [answer, word] : woken) {
    exceptions_.run([&] { answer(task::Offer{.wanted = std::move(word)}); });
  }
}

void Operations::ask(const std::string& node_id, task::Question question, const std::string& wanted,
                     Now now, OfferTo answer) {
  OfferTo earlier;
  OfferTo woken;
  OfferTo turned_away;
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = held_.find(node_id); found != held_.end()) {
      earlier = std::move(found->second.answer);
      held_.erase(found);
    }
    const bool differs = question.wanted && *question.wanted != wanted;
    // One that has just started sends a heartbeat anyway.
    if (differs && (question.wanted->empty() || may_wake(now))) {
      woken = std::move(answer);
    } else {
      owes_words_ = owes_words_ || differs;
      held_.emplace(node_id, Held{.question = std::move(question),
                                  .answer = std::move(answer),
                                  .until_ms = now.steady_ms + hold_of(node_id)});
      if (!answer_held(node_id, now) && held_.size() > most_held_) {
        const auto last = held_.find(node_id);
        turned_away = std::move(last->second.answer);
        held_.erase(last);
      }
    }
  }
  if (earlier) earlier(task::Offer());
  // What is to be done comes with the next question.
  if (woken) woken(task::Offer{.wanted = wanted});
  if (turned_away) turned_away(holds_enough());
}

}  // namespace muster::operations
