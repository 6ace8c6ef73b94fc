#include <algorithm>
#include <format>
#include <map>
#include <mutex>

#include "core/state/store.h"

namespace muster::state {
namespace {

class MemoryStore : public Store {
 public:
  using Store::commit;
  Result<Revision> commit(const Transaction& transaction, Durability) override {
    const std::scoped_lock lock(mutex_);
    auto documents = documents_;
    auto removals = removals_;
    for (const Change& change : transaction.changes) {
      const auto found = documents.find({change.kind, change.key});
      const Revision now = found == documents.end() ? 0 : found->second.revision;
      if (change.expected && *change.expected != now) {
        return fail(ErrorKind::conflict,
                    std::format("{} '{}' was changed meanwhile", change.kind, change.key),
                    "read it again and repeat the change");
      }
      if (change.value) {
        removals.erase({change.kind, change.key});
        documents[{change.kind, change.key}] = {change.kind, change.key, *change.value,
                                                revision_ + 1, change.schema};
      } else if (documents.erase({change.kind, change.key}) > 0) {
        removals[{change.kind, change.key}] = {change.kind, change.key, revision_ + 1};
      }
    }
    removals_ = std::move(removals);
    documents_ = std::move(documents);
    for (const std::string& subject : transaction.forgotten) {
      std::erase_if(events_, [&](const Event& event) { return event.subject == subject; });
    }
    for (Event event : transaction.events) {
      event.id = ++last_event_;
      events_.push_back(std::move(event));
    }
    return ++revision_;
  }

  Result<std::optional<Document>> find(std::string_view kind, std::string_view key) override {
    const std::scoped_lock lock(mutex_);
    const auto found = documents_.find({std::string(kind), std::string(key)});
    if (found == documents_.end()) return std::optional<Document>();
    return std::optional(found->second);
  }

  Result<std::vector<Document>> list(std::string_view kind) override {
    const std::scoped_lock lock(mutex_);
    std::vector<Document> result;
    for (const auto& [name, document] : documents_) {
      if (name.first == kind) result.push_back(document);
    }
    return result;
  }

  Result<std::optional<Changes>> changes_since(Revision revision) override {
    const std::scoped_lock lock(mutex_);
    if (revision > revision_) return std::nullopt;
    Changes changes{.revision = revision_};
    for (const auto& [name, document] : documents_) {
      if (document.revision > revision) changes.written.push_back(document);
    }
    for (const auto& [name, removal] : removals_) {
      if (revision > 0 && removal.revision > revision) changes.removed.push_back(removal);
    }
    std::ranges::stable_sort(changes.written, {}, &Document::revision);
    std::ranges::stable_sort(changes.removed, {}, &Removal::revision);
    return changes;
  }

  Result<std::vector<Event>> events(std::string_view subject, std::size_t limit) override {
    const std::scoped_lock lock(mutex_);
    std::vector<Event> result;
    for (const Event& event : events_) {
      if (event.subject == subject) result.push_back(event);
    }
    if (result.size() > limit) {
      result.erase(result.begin(), result.end() - static_cast<std::ptrdiff_t>(limit));
    }
    return result;
  }

  Result<std::vector<Event>> events_after(std::uint64_t id, std::size_t limit) override {
    const std::scoped_lock lock(mutex_);
    std::vector<Event> result;
    for (const Event& event : events_) {
      if (event.id > id && result.size() < limit) result.push_back(event);
    }
    return result;
  }

  std::uint64_t newest_event() const override {
    const std::scoped_lock lock(mutex_);
    return last_event_;
  }

  Result<Revision> revision() override {
    const std::scoped_lock lock(mutex_);
    return revision_;
  }

  Status copy_to(const std::string&) override {
    return fail(ErrorKind::invalid, "a store in memory has no file to be copied");
  }

  std::optional<Error> trouble() override { return std::nullopt; }

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Document> documents_;
  std::map<std::pair<std::string, std::string>, Removal> removals_;
  std::vector<Event> events_;
  std::uint64_t last_event_ = 0;
  Revision revision_ = 0;
};

}  // namespace

std::unique_ptr<Store> make_memory_store() { return std::make_unique<MemoryStore>(); }

}  // namespace muster::state
