// Files of earlier versions of the store: each is made here by the statements of that version.

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <sched.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <unistd.h>

#include "core/os/files.h"
#include "core/state/store.h"

namespace muster::state {
namespace {

/// What version 1 of the store had written after two commits: a node, a user table, two events.
constexpr const char* kVersion1 = R"(
  PRAGMA journal_mode = WAL;
  CREATE TABLE IF NOT EXISTS revisions (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL);
  INSERT OR IGNORE INTO revisions VALUES (1, 0);
  CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, revision INTEGER NOT NULL,
    PRIMARY KEY (kind, key)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS documents_by_revision ON documents (revision);
  CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, time_ms INTEGER NOT NULL, subject TEXT NOT NULL,
    kind TEXT NOT NULL, text TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS events_by_subject ON events (subject, id);
  INSERT INTO documents VALUES ('node', '4f', '{"id":"4f","name":"n001"}', 1);
  INSERT INTO documents VALUES ('settings', 'users', '{"next":10001}', 2);
  INSERT INTO events (time_ms, subject, kind, text) VALUES (1700000000000, '4f', 'adopted', 'as n001');
  INSERT INTO events (time_ms, subject, kind, text) VALUES (1700000001000, '4f', 'ready', '');
  UPDATE revisions SET revision = 2 WHERE id = 1;
)";

void run(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(database);
  sqlite3_close(database);
}

/// That the sample is all there.
void expect_sample(Store& store) {
  const auto node = store.find("node", "4f");
  ASSERT_TRUE(node) << node.error().text();
  ASSERT_TRUE(*node);
  EXPECT_EQ((*node)->value, R"({"id":"4f","name":"n001"})");
  EXPECT_EQ((*node)->schema, 1);
  EXPECT_EQ((*node)->revision, 1U);
  EXPECT_EQ(store.list("settings")->size(), 1U);
  EXPECT_EQ(*store.revision(), 2U);
  const auto events = store.events("4f", 10);
  ASSERT_TRUE(events) << events.error().text();
  ASSERT_EQ(events->size(), 2U);
  EXPECT_EQ((*events)[0].text, "as n001");
  EXPECT_EQ((*events)[1].time_ms, 1'700'000'001'000);
  EXPECT_EQ((*store.changes_since(0))->written.size(), 2U);
  EXPECT_FALSE(*store.changes_since(1)) << "version 1 kept no removals";
  EXPECT_TRUE(*store.changes_since(2));
}

class OldFile : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    directory_.emplace(*os::TemporaryDirectory::make());
    run(file(), std::string(kVersion1) + GetParam());
  }
  std::filesystem::path file() const { return directory_->path() / "state.db"; }
  std::optional<os::TemporaryDirectory> directory_;
};

TEST_P(OldFile, is_upgraded_with_all_that_it_has_and_is_written_from_then_on) {
  auto store = open_sqlite_store(file().string());
  ASSERT_TRUE(store) << store.error().text();
  expect_sample(**store);
  ASSERT_TRUE((*store)->commit({.changes = {{.kind = "node", .key = "4f"}},
                                .events = {{.subject = "4f", .kind = "removed"}}}));
  store->reset();
  store = open_sqlite_store(file().string());
  ASSERT_TRUE(store) << store.error().text();
  EXPECT_EQ((*(*store)->changes_since(2))->removed, (std::vector<Removal>{{"node", "4f", 3}}));
  EXPECT_EQ((*store)->events("4f", 10)->size(), 3U);
}

TEST_P(OldFile, is_read_on_a_disk_that_does_not_let_it_be_upgraded) {
  if (geteuid() != 0) GTEST_SKIP() << "root is needed to mount";
  ASSERT_EQ(unshare(CLONE_NEWNS), 0);
  const std::string place = directory_->path().string();
  ASSERT_EQ(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
  ASSERT_EQ(mount(place.c_str(), place.c_str(), nullptr, MS_BIND, nullptr), 0);
  ASSERT_EQ(mount(nullptr, place.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr), 0);
  {
    const auto store = open_sqlite_store(file().string());
    ASSERT_TRUE(store) << store.error().text();
    expect_sample(**store);
    EXPECT_FALSE((*store)->commit({.changes = {{.kind = "node", .key = "4f"}}}));
    expect_sample(**store);
    ASSERT_EQ(mount(nullptr, place.c_str(), nullptr, MS_REMOUNT | MS_BIND, nullptr), 0);
    EXPECT_FALSE((*store)->trouble()) << "it is upgraded as soon as the disk lets it be";
    EXPECT_TRUE((*store)->commit({.changes = {{.kind = "node", .key = "4f"}}}));
    EXPECT_EQ((*(*store)->changes_since(2))->removed.size(), 1U);
  }
  EXPECT_EQ(umount(place.c_str()), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Versions, OldFile,
    testing::Values("PRAGMA user_version = 1",
                    // Of a start that was cut off before the number was written.
                    "PRAGMA user_version = 0"),
    [](const auto& version) { return version.index == 0 ? "one" : "cut_off"; });

TEST(SqliteStore, a_file_of_a_newer_version_is_not_touched) {
  const auto directory = os::TemporaryDirectory::make();
  const auto file = directory->path() / "state.db";
  run(file, std::string(kVersion1) + "PRAGMA user_version = 99");
  const auto opened = open_sqlite_store(file.string());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::conflict);
  EXPECT_NE(opened.error().message.find("has schema 99"), std::string::npos);
}

}  // namespace
}  // namespace muster::state
