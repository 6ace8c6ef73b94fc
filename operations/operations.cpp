#include "operations/operations.h"

#include <algorithm>
#include <format>
#include <future>
#include <utility>

#include "core/base/node_set.h"
#include "core/base/text.h"
#include "core/os/random.h"
#include "operations/operation_document.h"

namespace muster::operations {
namespace {

/// Operation::words of what goes down when its jobs have ended.
const std::vector<std::string> kDrainFirst = {"drain"};

std::unexpected<Error> no_operation(const std::string& id) {
  return fail(ErrorKind::absent, std::format("there is no operation '{}'", printable(id, 64)),
              "'muster operation list' shows them");
}

Operation made(const Wish& wish, Now now) {
  Operation operation{.id = os::random_hex(kIdLength / 2),
                      .kind = wish.kind,
                      .words = wish.words,
                      .timeout_s = wish.timeout_s,
                      .at_once = wish.at_once,
                      .retries = wish.retries,
                      .by = wish.by,
                      .reason = wish.reason,
                      .begun_ms = now.wall_ms};
  if (wish.deadline_s != 0) {
    operation.deadline_ms = now.wall_ms + std::int64_t{wish.deadline_s} * 1000;
  }
  for (const Target& target : wish.targets) {
    operation.parts.insert_or_assign(target.id,
                                     Part{.node = target.name, .since_ms = now.steady_ms});
  }
  complete(operation, now);
  for (const Target& target : wish.targets) {
    if (!target.obstacle.empty()) mark_unreachable(operation, target.id, target.obstacle, now);
  }
  return operation;
}

}  // namespace

Result<std::unique_ptr<Operations>> Operations::open(state::Store& store, Now now) {
  std::unique_ptr<Operations> operations(new Operations(store));
  TRY(operations->load(now));
  operations->writer_ = std::thread([raw = operations.get()] { raw->run(); });
  return operations;
}

Status Operations::load(Now now) {
  TRY_ASSIGN(const std::vector<state::Document> documents, store_.list(kOperationDocument.name));
  for (const state::Document& document : documents) {
    auto operation = parse_operation(document.key, document.value, now);
    if (!operation) {
      damaged_.push_back(operation.error());
      continue;
    }
    for (const auto& [node_id, part] : operation->parts) {
      if (!part.has_ended()) open_by_node_[node_id].insert(operation->id);
    }
    operations_.insert_or_assign(document.key, std::move(*operation));
  }
  return {};
}

Operations::~Operations() {
  std::vector<Watching> watchers;
  std::map<std::string, Held> held;
  {
    const std::scoped_lock lock(mutex_);
    watchers = std::exchange(watching_, {});
    held = std::exchange(held_, {});
    ends_ = true;
    changed_.notify_all();
  }
  if (writer_.joinable()) writer_.join();
  tell(std::move(watchers));
  for (auto& [node_id, question] : held) {
    exceptions_.run([&] { question.answer(task::Offer()); });
  }
}

/// Anybody of the group muster can begin as many as they like.
void Operations::note(const Operation& operation, std::int64_t time_ms, std::string text) {
  batch_.events.push_back({.time_ms = time_ms,
                           .subject = operation.id,
                           .kind = kEventKind,
                           .text = std::move(text),
                           .retention = state::Retention::passing});
}

void Operations::mark_changed(const Operation& operation) {
  batch_.changed.insert(operation.id);
  if (operation.has_ended()) note(operation, operation.ended_ms, told_end(operation));
  is_due_ = true;
  changed_.notify_all();
}

void Operations::after_write(Done done) {
  batch_.waiting.push_back(std::move(done));
  is_due_ = true;
  changed_.notify_all();
}

/// Waits for everything that was changed so far.
Status Operations::wait_for_write(std::unique_lock<std::mutex>& lock) {
  std::promise<Status> written;
  after_write([&written](const Status& status) { written.set_value(status); });
  lock.unlock();
  Status status = written.get_future().get();
  lock.lock();
  return status;
}

/// A node goes down for one operation at a time: the second would take its restart for a failure,
/// or give the node back to the scheduler while the first waits for its jobs. What goes down now
/// does not wait for anybody.
Status Operations::check_goes_down_once(const Wish& wish) const {
  if (!goes_down(wish.kind) || wish.words == std::vector<std::string>{"now"}) return {};
  for (const auto& [id, operation] : operations_) {
    if (operation.has_ended() || !goes_down(operation.kind)) continue;
    std::vector<std::string> names;
    for (const Target& target : wish.targets) {
      if (!target.obstacle.empty()) continue;
      const auto part = operation.parts.find(target.id);
      if (part != operation.parts.end() && !part->second.has_ended()) names.push_back(target.name);
    }
    if (names.empty()) continue;
    const std::string cancel =
        operation.is_cancelled ? ""
                               : std::format(", or end it with 'muster operation cancel {}'", id);
    return fail(ErrorKind::conflict,
                std::format("operation {} ({}) has not ended for {}", id, operation.kind,
                            printable(fold_names(names), 200)),
                std::format("wait for it with 'muster operation watch {}'{}; nothing was begun", id,
                            cancel));
  }
  return {};
}

Result<std::string> Operations::begin(const Wish& wish, Now now) {
  if (wish.targets.empty()) return fail(ErrorKind::invalid, "no node is named");
  if (const Status good = task::check_words(wish.words); !good) {
    return fail(ErrorKind::invalid, "the command " + good.error().message);
  }
  if (wish.retries != 0 && goes_down(wish.kind)) {
    return fail(ErrorKind::invalid, "a restart is not tried again");
  }
  std::unique_lock lock(mutex_);
  TRY(check_goes_down_once(wish));
  forget_oldest();
  Operation operation = made(wish, now);
  const std::string id = operation.id;
  note(operation, operation.begun_ms, told_begin(operation));
  mark_changed(operations_.insert_or_assign(id, std::move(operation)).first->second);
  if (const Status written = wait_for_write(lock); !written) {
    remove(id);
    return std::unexpected(written.error());
  }
  if (const auto found = operations_.find(id); found != operations_.end()) {
    for (const auto& [node_id, part] : found->second.parts) {
      if (!part.has_ended()) open_by_node_[node_id].insert(id);
    }
    answer_waiting(found->second, now);
  }
  return id;
}

Status Operations::cancel(const std::string& id, Now now) {
  std::unique_lock lock(mutex_);
  const auto found = operations_.find(id);
  if (found == operations_.end()) return no_operation(id);
  Operation& operation = found->second;
  if (operation.has_ended()) {
    return fail(ErrorKind::conflict, std::format("operation {} has ended", printable(id, 64)));
  }
  if (operations::cancel(operation, "", now)) mark_changed(operation);
  std::vector<std::string> node_ids;
  for (const auto& [node_id, part] : operation.parts) node_ids.push_back(node_id);
  // It may be forgotten after this.
  if (const Status written = wait_for_write(lock); !written) {
    return fail(std::format("operation {} ends when the head's disk has written that: {}", id,
                            written.error().message),
                written.error().hint);
  }
  for (const std::string& node_id : node_ids) answer_held(node_id, now);
  return {};
}

void Operations::forget_part(const std::string& node_id, const Operation& operation) {
  const auto part = operation.parts.find(node_id);
  const auto open = open_by_node_.find(node_id);
  if (open == open_by_node_.end()) return;
  if (part != operation.parts.end() && !part->second.has_ended()) return;
  open->second.erase(operation.id);
  if (open->second.empty()) open_by_node_.erase(open);
}

/// Keeps a text, or counts what is not kept when there is no room for it.
void Operations::keep_output(Operation& operation, std::string& text, std::uint64_t& dropped) {
  const std::string name = output_name(text);
  if (name.empty() || operation.outputs.contains(name)) return;
  if (operation.output_bytes + text.size() > kMostOutputs) {
    dropped += std::exchange(text, "").size();
    return;
  }
  operation.output_bytes += text.size();
  operation.outputs.emplace(name, text.size());
  batch_.outputs.push_back({.kind = std::string(kOutputDocument.name),
                            .key = output_key(operation.id, name),
                            .value = render_output(text),
                            .schema = kOutputDocument.schema()});
}

void Operations::report(const std::string& node_id, task::Report report, Now now, Done done) {
  const std::scoped_lock lock(mutex_);
  const auto found = operations_.find(operation_of(report.id));
  if (found != operations_.end()) {
    Operation& operation = found->second;
    const auto part = operation.parts.find(node_id);
    const bool counts = part != operation.parts.end() && part->second.state == PartState::given &&
                        report.id == task_id(operation, part->second) && report.has_ended &&
                        !report.leaves;
    if (counts && is_tried_again(operation, node_id, report)) {
      report.out.clear();
      report.err.clear();
    } else if (counts) {
      keep_output(operation, report.out, report.dropped);
      keep_output(operation, report.err, report.dropped);
    }
    if (operations::report(operation, node_id, report, now)) mark_changed(operation);
    forget_part(node_id, operation);
  }
  // The question that is held was asked before it told.
  if (const auto held = held_.find(node_id); held != held_.end() && report.has_ended) {
    std::erase(held->second.question.has, report.id);
  }
  after_write(std::move(done));
}

void Operations::pass_time(Now now, const std::function<Presence(const std::string&)>& presence) {
  std::vector<Held> over;
  std::vector<Watching> watchers;
  {
    const std::scoped_lock lock(mutex_);
    for (auto& [id, operation] : operations_) {
      if (operation.has_ended()) continue;
      const bool was_cancelled = operation.is_cancelled;
      if (operations::pass_time(operation, now, presence)) mark_changed(operation);
      if (operation.is_cancelled && !was_cancelled) answer_all(operation, now);
      if (operation.at_once != 0 || operation.retries != 0) answer_waiting(operation, now);
    }
    if (!batch_.changed.empty() || !batch_.outputs.empty() || !batch_.removed.empty()) {
      is_due_ = true;
      changed_.notify_all();
    }
    std::erase_if(held_, [&](auto& entry) {
      if (now.steady_ms < entry.second.until_ms) return false;
      over.push_back(std::move(entry.second));
      return true;
    });
    watchers = take_watchers(
        [&](const Watching& watching) { return now.steady_ms - watching.since_ms >= kHoldMs; });
  }
  for (Held& held : over) held.answer(task::Offer());
  tell(std::move(watchers));
}

std::map<std::string, std::string> Operations::draining() const {
  std::map<std::string, std::string> nodes;
  const std::scoped_lock lock(mutex_);
  for (const auto& [id, operation] : operations_) {
    const bool drains = goes_down(operation.kind) && operation.words == kDrainFirst;
    if (operation.has_ended() || operation.is_cancelled || !drains) continue;
    for (const auto& [node_id, part] : operation.parts) {
      const bool is_up = !part.leaves && !part.is_back;
      if (part.state == PartState::given && is_up) nodes.emplace(node_id, id);
    }
  }
  return nodes;
}

std::vector<Operation> Operations::list() const {
  std::vector<Operation> all;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [id, operation] : operations_) all.push_back(without_parts(operation));
  }
  std::ranges::sort(all, {}, [](const Operation& one) { return std::pair(one.begun_ms, one.id); });
  return all;
}

Result<Operation> Operations::find(const std::string& id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = operations_.find(id);
  if (found == operations_.end()) return no_operation(id);
  return found->second;
}

Result<std::string> Operations::output(const std::string& id, const std::string& name) const {
  if (name.empty()) return std::string();
  TRY_ASSIGN(const auto document, store_.find(kOutputDocument.name, output_key(id, name)));
  if (!document) return fail(ErrorKind::absent, "the output is not kept any more");
  return parse_output(document->value);
}

void Operations::watch(const std::string& id, std::uint64_t seen, Now now, Watcher watcher) {
  {
    const std::scoped_lock lock(mutex_);
    const auto found = operations_.find(id);
    if (found != operations_.end() && found->second.version <= seen) {
      watching_.push_back(
          {.id = id, .seen = seen, .since_ms = now.steady_ms, .watcher = std::move(watcher)});
      return;
    }
  }
  watcher(find(id));
}

std::vector<Operations::Watching> Operations::take_watchers(
    const std::function<bool(const Watching&)>& wanted) {
  std::vector<Watching> taken;
  std::erase_if(watching_, [&](Watching& watching) {
    if (!wanted(watching)) return false;
    taken.push_back(std::move(watching));
    return true;
  });
  return taken;
}

void Operations::tell(std::vector<Watching> watchers) {
  for (Watching& watching : watchers) {
    exceptions_.run([&] { watching.watcher(find(watching.id)); });
  }
}

}  // namespace muster::operations
