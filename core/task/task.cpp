#include "core/task/task.h"

#include <format>

#include <nlohmann/json.hpp>

#include "core/json/message.h"
#include "core/task/words.h"

namespace muster::task {
namespace {

using json::Members;
using json::Problems;
using json::Value;

constexpr std::size_t kLongestWord = 64;
constexpr std::size_t kLongestWanted = 256;
constexpr std::size_t kMostKinds = 64;
/// Of one node at a time.
constexpr std::size_t kMostTasks = 256;
constexpr std::size_t kLongestNote = 1000;
/// A byte that is not UTF-8 travels as the three of U+FFFD.
constexpr std::size_t kLongestText = 3 * kMostOutput;
/// Each of a task's words travels as at most six bytes for one.
constexpr json::Limits kOfferLimits = {.bytes = std::size_t{64} << 20U, .depth = 8};
constexpr std::uint64_t kHighestStatus = 255;
constexpr std::uint64_t kHighestSignal = 64;
constexpr std::uint64_t kMostDropped = std::uint64_t{1} << 52U;

Task read_task(const Value& value, Problems& problems) {
  Members members(value, problems, "tasks");
  return {.id = members.word("id", kLongestWord),
          .kind = members.word("kind", kLongestWord),
          .words = read_words(members, problems),
          .timeout_s = static_cast<std::uint32_t>(members.number("timeout_s", 1, kLongestTimeout))};
}

std::vector<std::string> read_ids(Members& members, const char* name) {
  return members.find_words(name, kMostTasks, kLongestWord).value_or(std::vector<std::string>());
}

}  // namespace

std::vector<std::string> read_words(Members& members, Problems& problems) {
  std::vector<std::string> words;
  for (const Value& word : members.list("words")) {
    if (word.is_string()) {
      words.push_back(word.get<std::string>());
    } else {
      problems.add(members.path("words"), "has a member that is not a text");
    }
  }
  if (const Status good = check_words(words); !good) {
    problems.add(members.path("words"), good.error().message);
  }
  return words;
}

Status check_words(const std::vector<std::string>& words) {
  if (words.empty() || words.front().empty()) return fail(ErrorKind::invalid, "is empty");
  if (words.size() > kMostWords) {
    return fail(ErrorKind::invalid, std::format("has more than {} words", kMostWords));
  }
  std::size_t bytes = 0;
  for (const std::string& word : words) {
    bytes += word.size() + 1;
    if (word.contains('\0')) return fail(ErrorKind::invalid, "has a NUL character");
  }
  if (bytes > kLongestWords) {
    return fail(ErrorKind::invalid, std::format("is longer than {} bytes", kLongestWords));
  }
  return {};
}

std::string render_question(const Question& question) {
  Value value = {{"boot", question.boot}, {"kinds", question.kinds}, {"has", question.has}};
  if (question.wanted) value["wanted"] = *question.wanted;
  return json::render(value);
}

Result<Question> parse_question(std::string_view body) {
  return json::parse_message(body, [](Members& members, Problems&) {
    return Question{.boot = members.word("boot", kLongestWord),
                    .kinds = members.find_words("kinds", kMostKinds, kLongestWord)
                                 .value_or(std::vector<std::string>()),
                    .has = read_ids(members, "has"),
                    .wanted = members.find_word("wanted", kLongestWanted)};
  });
}

std::string render_offer(const Offer& offer) {
  Value tasks = Value::array();
  for (const Task& task : offer.tasks) {
    tasks.push_back({{"id", task.id},
                     {"kind", task.kind},
                     {"words", task.words},
                     {"timeout_s", task.timeout_s}});
  }
  Value value = {{"tasks", std::move(tasks)}, {"cancelled", offer.cancelled}};
  if (offer.wanted) value["wanted"] = *offer.wanted;
  return json::render(value);
}

Result<Offer> parse_offer(std::string_view body) {
  return json::parse_message(
      body,
      [](Members& members, Problems& problems) {
        Offer offer;
        for (const Value& value : members.list("tasks")) {
          offer.tasks.push_back(read_task(value, problems));
        }
        offer.cancelled = read_ids(members, "cancelled");
        offer.wanted = members.find_word("wanted", kLongestWanted);
        return offer;
      },
      kOfferLimits);
}

std::string render_report(const Report& report) {
  return json::render({{"id", report.id},
                       {"ended", report.has_ended},
                       {"note", report.note},
                       {"leaves", report.leaves},
                       {"status", report.status},
                       {"signal", report.signal},
                       {"out", report.out},
                       {"err", report.err},
                       {"dropped", report.dropped}});
}

Result<Report> parse_report(std::string_view body) {
  return json::parse_message(body, [](Members& members, Problems&) {
    return Report{
        .id = members.word("id", kLongestWord),
        .has_ended = members.find_flag("ended").value_or(false),
        .note = members.find_shown("note", kLongestNote).value_or(""),
        .leaves = members.find_flag("leaves").value_or(false),
        .status = static_cast<int>(members.find_number("status", 0, kHighestStatus).value_or(0)),
        .signal = static_cast<int>(members.find_number("signal", 0, kHighestSignal).value_or(0)),
        .out = members.find_text("out", kLongestText).value_or(""),
        .err = members.find_text("err", kLongestText).value_or(""),
        .dropped = members.find_number("dropped", 0, kMostDropped).value_or(0)};
  });
}

}  // namespace muster::task
