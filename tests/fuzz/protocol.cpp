// Promises of the messages between node and head, for any bytes: a body is read or refused with a
// reason of kind invalid; what was read is rendered and read again without loss, and is within the
// bounds that its users rely on.

#include "provisioning/protocol.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/plan/plan.h"
#include "core/task/task.h"
#include "tests/fuzz/harness.h"

namespace {

using namespace muster;
using namespace muster::provisioning;

/// `render` of what `parse` gave is read as the same.
template <typename Parse, typename Render>
auto read(std::string_view body, Parse parse, Render render) {
  const auto message = parse(body);
  if (message) {
    CHECK(parse(render(*message)) == message);
  } else {
    CHECK(message.error().kind == ErrorKind::invalid && fuzz::is_explained(message.error()));
  }
  return message;
}

bool is_word(std::string_view text, std::size_t most) {
  return text.size() <= most &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

void check_boot(std::string_view body) {
  read(body, parse_discover_request, render_discover_request);
  const auto stage = read(body, parse_stage_request, render_stage_request);
  if (stage) {
    CHECK(stage->report.progress >= 0 && stage->report.progress <= 100);
    CHECK(stage->report.console.size() <= 20 && is_word(stage->session, 64));
  }
  const auto answer = read(body, parse_discover_answer, render_discover_answer);
  const auto* const boot = answer ? std::get_if<BootAnswer>(&answer->decision) : nullptr;
  if (boot != nullptr) {
    CHECK(is_host_label(boot->node_name) && !boot->layers.empty() && is_word(boot->token, 256));
  }
  read(body, parse_enrol_request, render_certificate_request);
  read(body, parse_renew_request, render_certificate_request);
  read(body, parse_certificate_answer, render_certificate_answer);
}

void check_node(std::string_view body) {
  const auto beat = read(body, parse_heartbeat_request, render_heartbeat_request);
  if (beat && beat->agent) CHECK(beat->agent->steps.size() <= 256);
  const auto wanted = read(body, parse_heartbeat_answer, render_heartbeat_answer);
  if (wanted) CHECK(!wanted->generation.empty() && is_word(wanted->reboot, 64));
  const auto report = parse_node_report(body);
  if (report) {
    CHECK(is_word(report->stage, 64) && is_word(report->generation, 128));
    CHECK(report->failure.size() <= 4003 && report->console.size() <= 20);
    NodeReport again = *report;
    // A report names the cards that it has, and the reader counts those that it left out.
    again.accelerators_left_out = 0;
    CHECK(parse_node_report(render_node_report(*report)) == again);
  }
  read(body, parse_refusal, render_refusal);
}

void check_tasks(std::string_view body) {
  const auto question = read(body, task::parse_question, task::render_question);
  if (question) CHECK(is_word(question->boot, 64) && question->has.size() <= 256);
  const auto offer = read(body, task::parse_offer, task::render_offer);
  if (offer) {
    for (const task::Task& one : offer->tasks) {
      CHECK(task::check_words(one.words) && one.timeout_s > 0 && is_word(one.id, 64));
    }
  }
  const auto report = read(body, task::parse_report, task::render_report);
  if (report) {
    CHECK(report->note.size() <= 1003 && report->out.size() <= 3 * task::kMostOutput);
    CHECK(report->status >= 0 && report->status <= 255 && report->signal <= 64);
  }
}

void check_plan_answer(std::string_view body) {
  const auto answer = parse_plan_answer(body, "0.1.0");
  if (!answer) return CHECK(fuzz::is_explained(answer.error()));
  CHECK(!answer->generation.empty() && is_word(answer->generation, 128));
  if (!answer->plan) CHECK(fuzz::is_explained(answer->plan.error()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body = fuzz::text_of(data, size);
  check_boot(body);
  check_node(body);
  check_tasks(body);
  check_plan_answer(body);
  return 0;
}
