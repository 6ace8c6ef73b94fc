#pragma once
// The cluster's memory: documents by kind and key, each with the revision that wrote it, and an
// event log. An interface, because a pair of heads will need another engine than one SQLite file.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace muster::state {

/// Grows by one with every transaction; never falls.
using Revision = std::uint64_t;

struct Document {
  std::string kind;
  std::string key;
  /// JSON text; the store does not look into it.
  std::string value;
  Revision revision = 0;
  /// The schema of `value` within its kind; who writes the kind numbers its schemas.
  int schema = 1;
};

/// One change of a transaction. No value removes the document.
struct Change {
  std::string kind;
  std::string key;
  std::optional<std::string> value;
  /// The revision the document must have now (0: must not exist); none writes unconditionally.
  std::optional<Revision> expected = {};
  /// The schema of `value` within its kind; who writes the kind numbers its schemas.
  int schema = 1;
};

/// A document that was removed.
struct Removal {
  std::string kind;
  std::string key;
  Revision revision = 0;
  bool operator==(const Removal&) const = default;
};

/// What became of all documents after a revision.
struct Changes {
  /// The revision that they lead to: what to ask with the next time.
  Revision revision = 0;
  /// Documents written since, oldest first.
  std::vector<Document> written = {};
  /// Documents removed since and not written again, oldest first.
  std::vector<Removal> removed = {};
};

/// How long an event is kept.
enum class Retention {
  /// At least until its subject has a thousand later ones.
  lasting,
  /// As long as it is among the last hundred thousand passing events of all subjects: for what
  /// anybody can cause, such as the reports of machines without a name.
  passing
};

/// Something that happened, for a timeline.
struct Event {
  std::uint64_t id = 0;
  /// Milliseconds since 1970-01-01 UTC.
  std::int64_t time_ms = 0;
  /// What it happened to, such as a node's id; may be empty.
  std::string subject;
  std::string kind;
  std::string text;
  Retention retention = Retention::lasting;
};

/// What is written together or not at all.
struct Transaction {
  std::vector<Change> changes = {};
  std::vector<Event> events = {};
  /// Subjects whose earlier events go, before `events` are written: what is forgotten leaves
  /// nothing that grows.
  std::vector<std::string> forgotten = {};
};

/// What a power cut may take of a commit. Nothing takes what a program's end would.
enum class Durability {
  /// It is on disk when the commit returns.
  full,
  /// The newest ones may be lost, latest first: for what a machine says again by itself. It costs
  /// no wait for the disk.
  relaxed
};

/// Threads: implementations may be called from several threads.
class Store {
 public:
  virtual ~Store() = default;

  /// All of it or nothing. Returns the new revision. The next commit after one that failed may
  /// succeed: nothing has to be opened again.
  /// Errors: an expected revision does not hold (conflict); the disk (world), with the file, the
  /// reason and what to do.
  virtual Result<Revision> commit(const Transaction& transaction, Durability durability) = 0;
  Result<Revision> commit(const Transaction& transaction) {
    return commit(transaction, Durability::full);
  }

  virtual Result<std::optional<Document>> find(std::string_view kind, std::string_view key) = 0;

  /// Documents of a kind, by key.
  virtual Result<std::vector<Document>> list(std::string_view kind) = 0;

  /// What became of all documents after `revision`; after 0 these are all documents. None when
  /// the store does not know all removals since then, as it keeps the last ten thousand only, or
  /// when it was never at `revision`: ask again with 0, and take what is not in the answer for
  /// removed.
  virtual Result<std::optional<Changes>> changes_since(Revision revision) = 0;

  /// The last `limit` events of a subject, oldest first.
  virtual Result<std::vector<Event>> events(std::string_view subject, std::size_t limit) = 0;

  /// The first `limit` events of all subjects with a higher id than `id`, oldest first.
  virtual Result<std::vector<Event>> events_after(std::uint64_t id, std::size_t limit) = 0;

  /// The highest id that an event ever had; 0: there was none. Never waits for the disk.
  virtual std::uint64_t newest_event() const = 0;

  virtual Result<Revision> revision() = 0;

  /// Writes all of it, as it is at one moment, into a new file that open_sqlite_store opens.
  /// Commits wait meanwhile. Errors: `path` is there; its disk; what is stored cannot be read; a
  /// store in memory has no such form.
  virtual Status copy_to(const std::string& path) = 0;

  /// Why nothing can be written: the disk's error of the last commit, none when that succeeded.
  /// While there is one, a commit without changes is tried first, so that the answer is about now.
  virtual std::optional<Error> trouble() = 0;
};

/// The schema of the newest file that open_sqlite_store reads.
inline constexpr int kStoreSchema = 2;

/// One SQLite file with one connection, because SQLite 3.46 in Debian 13 must never have two that
/// write. A file whose disk is full, read-only or failing is opened all the same: what can be read
/// is read, commits fail until the disk takes them, and trouble() says why.
/// Owns: the file's lock for as long as it lives.
/// Errors: another process has it (busy); a newer version wrote it (conflict); it cannot be read.
Result<std::unique_ptr<Store>> open_sqlite_store(const std::string& path);

/// Keeps everything in memory; the fake side of the seam.
std::unique_ptr<Store> make_memory_store();

}  // namespace muster::state
