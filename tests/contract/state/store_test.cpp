// One suite for every engine behind the store's interface: the real one and the fake.

#include "core/state/store.h"

#include <format>
#include <gtest/gtest.h>

#include "core/os/files.h"

namespace muster::state {
namespace {

class StoreContract : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    directory_.emplace(*os::TemporaryDirectory::make());
    open();
  }
  void open() {
    store_.reset();
    if (!GetParam()) {
      store_ = make_memory_store();
      return;
    }
    auto opened = open_sqlite_store((directory_->path() / "state.db").string());
    ASSERT_TRUE(opened) << opened.error().text();
    store_ = std::move(*opened);
  }
  static Change put(std::string key, std::string value, std::optional<Revision> expected = {}) {
    return {.kind = "k", .key = std::move(key), .value = std::move(value), .expected = expected};
  }

  std::optional<os::TemporaryDirectory> directory_;
  std::unique_ptr<Store> store_;
};

TEST_P(StoreContract, keeps_what_was_committed_and_counts_revisions) {
  EXPECT_EQ(store_->commit({.changes = {put("a", "1"), put("b", "2")}}), 1U);
  EXPECT_EQ(store_->commit({.changes = {put("a", "3")}}), 2U);
  EXPECT_EQ((*store_->find("k", "a"))->value, "3");
  EXPECT_EQ((*store_->find("k", "b"))->revision, 1U);
  EXPECT_FALSE(*store_->find("k", "c"));
  EXPECT_EQ(store_->list("k")->size(), 2U);
}

TEST_P(StoreContract, a_commit_that_need_not_be_on_disk_is_as_good_as_any_while_the_machine_runs) {
  EXPECT_EQ(store_->commit({.changes = {put("a", "1")}, .events = {{.subject = "a", .kind = "e"}}},
                           Durability::relaxed),
            1U);
  EXPECT_EQ(store_->commit({.changes = {put("b", "1")}}, Durability::full), 2U);
  EXPECT_EQ(store_->commit({.changes = {put("a", "2", 1)}}, Durability::relaxed), 3U);
  EXPECT_FALSE(store_->commit({.changes = {put("a", "3", 1)}}, Durability::relaxed));
  if (GetParam()) open();
  EXPECT_EQ((*store_->find("k", "a"))->value, "2");
  EXPECT_EQ(store_->events("a", 10)->size(), 1U);
  EXPECT_EQ(*store_->revision(), 3U);
}

TEST_P(StoreContract, a_stale_change_stops_its_whole_transaction) {
  ASSERT_TRUE(store_->commit({.changes = {put("a", "1")}}));
  EXPECT_FALSE(store_->commit(
      {.changes = {put("b", "2"), put("a", "3", 7)}, .events = {{.subject = "s", .kind = "e"}}}));
  EXPECT_FALSE(*store_->find("k", "b"));
  EXPECT_TRUE(store_->events("s", 10)->empty());
  EXPECT_EQ(*store_->revision(), 1U);
  EXPECT_FALSE(store_->commit({.changes = {put("a", "3", 0)}})) << "0 means: must not exist";
  EXPECT_TRUE(store_->commit({.changes = {put("a", "3", 1)}}));
}

TEST_P(StoreContract, removes) {
  ASSERT_TRUE(store_->commit({.changes = {put("a", "1")}}));
  ASSERT_TRUE(store_->commit({.changes = {{.kind = "k", .key = "a"}}}));
  EXPECT_FALSE(*store_->find("k", "a"));
  EXPECT_EQ(*store_->revision(), 2U);
}

TEST_P(StoreContract,
       events_of_a_subject_go_when_it_is_forgotten_and_not_with_a_document_of_its_name) {
  ASSERT_TRUE(
      store_->commit({.changes = {put("a", "1"), put("b", "1")},
                      .events = {{.subject = "a", .kind = "e"}, {.subject = "b", .kind = "e"}}}));
  ASSERT_TRUE(store_->commit({.changes = {{.kind = "k", .key = "a"}}}));
  EXPECT_EQ(store_->events("a", 10)->size(), 1U);
  ASSERT_TRUE(store_->commit({.events = {{.subject = "", .kind = "removed"}}, .forgotten = {"a"}}));
  EXPECT_TRUE(store_->events("a", 10)->empty());
  EXPECT_EQ(store_->events("b", 10)->size(), 1U);
  EXPECT_EQ(store_->events("", 10)->size(), 1U);
}

TEST_P(StoreContract, gives_the_events_of_all_after_one_that_is_known) {
  EXPECT_EQ(store_->newest_event(), 0U);
  for (int i = 1; i <= 5; ++i) {
    ASSERT_TRUE(store_->commit(
        {.events = {{.subject = i % 2 == 0 ? "a" : "b",
                     .kind = "e",
                     .text = std::to_string(i),
                     .retention = i == 4 ? Retention::passing : Retention::lasting}}}));
  }
  const std::uint64_t newest = store_->newest_event();
  const auto all = store_->events_after(0, 100).value();
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(all.back().id, newest);
  EXPECT_EQ(all[1].subject, "a");
  const auto some = store_->events_after(all[1].id, 2).value();
  ASSERT_EQ(some.size(), 2U);
  EXPECT_EQ(some[0].text, "3");
  EXPECT_EQ(some[1].text, "4");
  EXPECT_TRUE(store_->events_after(newest, 100)->empty());
  ASSERT_TRUE(store_->commit({.forgotten = {"b"}}));
  if (GetParam()) open();
  EXPECT_EQ(store_->newest_event(), newest) << "an id is never given twice";
}

TEST_P(StoreContract, gives_the_last_events_oldest_first) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(store_->commit(
        {.events = {{.time_ms = i, .subject = "n", .kind = "e", .text = std::to_string(i)}}}));
  }
  const auto events = store_->events("n", 2);
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 2U);
  EXPECT_EQ((*events)[0].text, "3");
  EXPECT_EQ((*events)[1].text, "4");
}

TEST_P(StoreContract, tells_what_was_written_and_what_was_removed_since_a_revision) {
  ASSERT_TRUE(store_->commit({.changes = {put("a", "1"), put("b", "1"), put("c", "1")}}));
  ASSERT_TRUE(store_->commit({.changes = {{.kind = "k", .key = "a"}, put("b", "2")}}));
  ASSERT_TRUE(
      store_->commit({.changes = {{.kind = "k", .key = "c"}, {.kind = "k", .key = "none"}}}));
  const auto changes = *store_->changes_since(1);
  ASSERT_TRUE(changes);
  EXPECT_EQ(changes->revision, 3U);
  ASSERT_EQ(changes->written.size(), 1U);
  EXPECT_EQ(changes->written[0].value, "2");
  EXPECT_EQ(changes->removed, (std::vector<Removal>{{"k", "a", 2}, {"k", "c", 3}}));
  const auto none = *store_->changes_since(3);
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->written.empty());
  EXPECT_TRUE(none->removed.empty());
}

TEST_P(StoreContract, a_document_that_is_written_again_is_not_removed) {
  ASSERT_TRUE(store_->commit({.changes = {put("a", "1")}}));
  ASSERT_TRUE(store_->commit({.changes = {{.kind = "k", .key = "a"}}}));
  ASSERT_TRUE(store_->commit({.changes = {put("a", "2")}}));
  const auto changes = *store_->changes_since(1);
  ASSERT_TRUE(changes);
  EXPECT_EQ(changes->written.size(), 1U);
  EXPECT_TRUE(changes->removed.empty());
}

TEST_P(StoreContract, who_knows_nothing_is_told_all_documents_and_no_removal) {
  ASSERT_TRUE(store_->commit({.changes = {put("a", "1"), put("b", "1")}}));
  ASSERT_TRUE(store_->commit({.changes = {{.kind = "k", .key = "a"}}}));
  const auto changes = *store_->changes_since(0);
  ASSERT_TRUE(changes);
  EXPECT_EQ(changes->written.size(), 1U);
  EXPECT_TRUE(changes->removed.empty());
}

TEST_P(StoreContract, who_knows_a_revision_that_never_was_is_told_to_read_all) {
  ASSERT_TRUE(store_->commit({.changes = {put("a", "1")}}));
  EXPECT_FALSE(*store_->changes_since(2)) << "as after a restored backup";
}

TEST_P(StoreContract, a_failed_commit_removes_nothing) {
  ASSERT_TRUE(store_->commit({.changes = {put("a", "1")}}));
  ASSERT_TRUE(store_->commit({.changes = {put("b", "1")}}));
  ASSERT_FALSE(store_->commit({.changes = {{.kind = "k", .key = "a"}, put("b", "2", 7)}}));
  EXPECT_TRUE((*store_->changes_since(1))->removed.empty());
}

TEST_P(StoreContract, keeps_the_schema_of_a_document) {
  ASSERT_TRUE(store_->commit(
      {.changes = {put("a", "1"), {.kind = "k", .key = "b", .value = "1", .schema = 3}}}));
  EXPECT_EQ((*store_->find("k", "a"))->schema, 1);
  EXPECT_EQ((*store_->find("k", "b"))->schema, 3);
}

TEST_P(StoreContract, a_subject_has_its_last_thousand_events) {
  Transaction many;
  // As many as a store may keep before it drops some.
  for (int i = 0; i < 1251; ++i) {
    many.events.push_back({.subject = "n", .kind = "e", .text = std::to_string(i)});
  }
  ASSERT_TRUE(store_->commit(many));
  const auto events = store_->events("n", 1000);
  ASSERT_EQ(events->size(), 1000U);
  EXPECT_EQ(events->front().text, "251");
  EXPECT_EQ(events->back().text, "1250");
}

TEST_P(StoreContract, text_comes_back_byte_for_byte) {
  const std::string odd("a'\"\\\n\0ü;--", 10);
  ASSERT_TRUE(store_->commit({.changes = {put(odd, odd)}}));
  EXPECT_EQ((*store_->find("k", odd))->value, odd);
}

/// What only an engine on a disk promises.
class DurableStoreContract : public StoreContract {};

TEST_P(DurableStoreContract, what_was_acknowledged_is_there_after_opening_again) {
  ASSERT_TRUE(store_->commit({.changes = {put("a", "1")}}));
  open();
  EXPECT_EQ((*store_->find("k", "a"))->value, "1");
  EXPECT_EQ(*store_->revision(), 1U);
}

TEST_P(DurableStoreContract, a_subject_that_is_noted_for_ever_does_not_fill_the_disk) {
  for (int round = 0; round < 3; ++round) {
    Transaction many;
    for (int i = 0; i < 1100; ++i) many.events.push_back({.subject = "n", .kind = "e"});
    ASSERT_TRUE(store_->commit(many));
    open();
  }
  EXPECT_LE(store_->events("n", 10'000)->size(), 1250U);
  ASSERT_TRUE(store_->commit({.forgotten = {"n"}}));
  ASSERT_TRUE(store_->commit({.events = {{.subject = "n", .kind = "e"}}}));
  EXPECT_EQ(store_->events("n", 10'000)->size(), 1U) << "and is counted anew when it was forgotten";
}

TEST_P(DurableStoreContract, strangers_fill_neither_the_disk_nor_the_timelines_of_nodes) {
  ASSERT_TRUE(store_->commit({.events = {{.subject = "node", .kind = "ready"}}}));
  std::size_t kept = 0;
  for (int round = 0; round < 12; ++round) {
    Transaction many;
    for (int i = 0; i < 10'000; ++i) {
      many.events.push_back({.subject = std::format("stranger {}", round),
                             .kind = "refused",
                             .retention = Retention::passing});
    }
    ASSERT_TRUE(store_->commit(many));
  }
  for (int round = 0; round < 12; ++round) {
    kept += store_->events(std::format("stranger {}", round), 10'000)->size();
  }
  EXPECT_GE(kept, 100'000U);
  EXPECT_LE(kept, 111'000U);
  EXPECT_EQ(store_->events("stranger 11", 10'000)->size(), 10'000U) << "the oldest go";
  EXPECT_EQ(store_->events("node", 10)->size(), 1U);
}

TEST_P(DurableStoreContract, who_knows_less_than_the_last_removals_is_told_to_read_all) {
  Transaction puts;
  Transaction removals;
  for (int i = 0; i < 12'000; ++i) {
    puts.changes.push_back(put(std::to_string(i), "1"));
    removals.changes.push_back({.kind = "k", .key = std::to_string(i)});
  }
  ASSERT_TRUE(store_->commit(puts));
  const std::vector<Change> half(removals.changes.begin(), removals.changes.begin() + 6000);
  ASSERT_TRUE(store_->commit({.changes = half}));
  EXPECT_EQ((*store_->changes_since(1))->removed.size(), 6000U);
  removals.changes.erase(removals.changes.begin(), removals.changes.begin() + 6000);
  ASSERT_TRUE(store_->commit(removals));
  EXPECT_FALSE(*store_->changes_since(1)) << "the first six thousand are forgotten";
  ASSERT_TRUE(*store_->changes_since(2));
  EXPECT_EQ((*store_->changes_since(2))->removed.size(), 6000U);
  open();
  EXPECT_FALSE(*store_->changes_since(1));
}

TEST_P(DurableStoreContract, a_copy_has_what_was_acknowledged_until_then) {
  ASSERT_TRUE(store_->commit({.changes = {put("a", "1"), put("b", "1")},
                              .events = {{.subject = "a", .kind = "e", .text = "told"}}}));
  ASSERT_TRUE(store_->commit({.changes = {{.kind = "k", .key = "b"}}}));
  const std::string copied = (directory_->path() / "copy.db").string();
  const Status done = store_->copy_to(copied);
  ASSERT_TRUE(done) << done.error().text();
  ASSERT_TRUE(store_->commit({.changes = {put("a", "2")}})) << "the store goes on";
  const auto copy = open_sqlite_store(copied);
  ASSERT_TRUE(copy) << copy.error().text();
  EXPECT_EQ((*(*copy)->find("k", "a"))->value, "1");
  EXPECT_EQ((*copy)->events("a", 10)->front().text, "told");
  EXPECT_EQ(*(*copy)->revision(), 2U);
  EXPECT_EQ((*(*copy)->changes_since(1))->removed.size(), 1U);
}

TEST_P(DurableStoreContract, a_copy_takes_the_place_of_no_other_file) {
  const std::string there = (directory_->path() / "there").string();
  ASSERT_TRUE(os::write_file(there, "a letter"));
  const Status done = store_->copy_to(there);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find(there), std::string::npos) << done.error().text();
  EXPECT_EQ(*os::read_file(there), "a letter");
}

INSTANTIATE_TEST_SUITE_P(Engines, StoreContract, testing::Bool(),
                         [](const auto& engine) { return engine.param ? "sqlite" : "memory"; });
INSTANTIATE_TEST_SUITE_P(Engines, DurableStoreContract, testing::Values(true),
                         [](const auto&) { return "sqlite"; });

TEST(SqliteStore, a_second_process_is_kept_out) {
  const auto directory = os::TemporaryDirectory::make();
  const std::string path = (directory->path() / "state.db").string();
  const auto first = open_sqlite_store(path);
  ASSERT_TRUE(first);
  EXPECT_FALSE(open_sqlite_store(path));
}

TEST(SqliteStore, says_what_is_wrong_with_a_file_that_is_no_database) {
  const auto directory = os::TemporaryDirectory::make();
  const auto path = directory->path() / "state.db";
  ASSERT_TRUE(os::write_file(path, std::string(8192, 'x')));
  const auto opened = open_sqlite_store(path.string());
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("state.db"), std::string::npos);
}

}  // namespace
}  // namespace muster::state
