// The thread that writes operations: all that changed since the last write, as one transaction.

#include <algorithm>
#include <iterator>
#include <utility>

#include "operations/operation_document.h"
#include "operations/operations.h"

namespace muster::operations {

void Operations::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ends_ || is_due_; });
    if (!is_due_) return;
    is_due_ = false;
    Batch batch = std::exchange(batch_, {});
    std::vector<Operation> operations;
    for (const std::string& id : batch.changed) {
      const auto found = operations_.find(id);
      if (found != operations_.end()) operations.push_back(found->second);
    }
    lock.unlock();
    const Status written = write(batch, operations);
    for (Done& done : batch.waiting) {
      exceptions_.run([&] { done(written); });
    }
    lock.lock();
    if (!written) {
      // With the next change, or when time passes.
      batch_.changed.merge(batch.changed);
      std::ranges::copy_if(
          batch.events, std::back_inserter(batch_.events),
          [this](const state::Event& event) { return operations_.contains(event.subject); });
      std::ranges::move(batch.outputs, std::back_inserter(batch_.outputs));
      std::ranges::move(batch.removed, std::back_inserter(batch_.removed));
      continue;
    }
    std::vector<Watching> watchers = take_watchers([this](const Watching& watching) {
      const auto found = operations_.find(watching.id);
      return found == operations_.end() || found->second.version > watching.seen;
    });
    lock.unlock();
    tell(std::move(watchers));
    lock.lock();
  }
}

/// An exception, such as memory that ran out, is a write that failed.
Status Operations::write(Batch& batch, const std::vector<Operation>& operations) {
  Status written =
      fail("the head could not write an operation", "'journalctl -u musterd' says why");
  exceptions_.run([&] {
    state::Transaction transaction{.changes = batch.outputs, .events = batch.events};
    for (const Operation& operation : operations) {
      transaction.changes.push_back({.kind = std::string(kOperationDocument.name),
                                     .key = operation.id,
                                     .value = render_operation(operation),
                                     .schema = kOperationDocument.schema()});
    }
    std::ranges::copy(batch.removed, std::back_inserter(transaction.changes));
    if (transaction.changes.empty()) {
      written = {};
      return;
    }
    const auto revision = store_.commit(transaction);
    written = revision ? Status() : std::unexpected(revision.error());
  });
  return written;
}

void Operations::remove(const std::string& id) {
  const auto found = operations_.find(id);
  if (found == operations_.end()) return;
  const auto remove_document = [this](const json::DocumentKind& kind, std::string key) {
    batch_.removed.push_back(
        {.kind = std::string(kind.name), .key = std::move(key), .value = std::nullopt});
  };
  remove_document(kOperationDocument, id);
  for (const auto& [name, bytes] : found->second.outputs) {
    remove_document(kOutputDocument, output_key(id, name));
  }
  batch_.changed.erase(id);
  std::erase_if(batch_.events, [&](const state::Event& event) { return event.subject == id; });
  for (const auto& [node_id, part] : found->second.parts) {
    const auto open = open_by_node_.find(node_id);
    if (open == open_by_node_.end()) continue;
    open->second.erase(id);
    if (open->second.empty()) open_by_node_.erase(open);
  }
  operations_.erase(found);
}

namespace {

/// Whether an extension began it.
bool begun_by_itself(const Operation& operation) { return operation.by.starts_with(kByExtension); }

}  // namespace

/// Makes room for one more.
void Operations::forget_oldest() {
  // What programs begin by themselves pushes nothing out that people began: it goes first.
  std::vector<std::tuple<bool, std::int64_t, std::string>> ended;
  std::size_t parts = 0;
  std::uint64_t bytes = 0;
  for (const auto& [id, operation] : operations_) {
    bytes += operation.output_bytes;
    if (!operation.has_ended()) continue;
    parts += operation.parts.size();
    ended.emplace_back(!begun_by_itself(operation), operation.ended_ms, id);
  }
  std::ranges::sort(ended);
  std::size_t left = ended.size();
  for (const auto& [is_of_people, ended_ms, id] : ended) {
    if (left < kMostEnded && parts < kMostEndedParts && bytes < kMostOutputsOfAll) return;
    const Operation& oldest = operations_.at(id);
    bytes -= oldest.output_bytes;
    parts -= oldest.parts.size();
    remove(id);
    --left;
  }
}

}  // namespace muster::operations
