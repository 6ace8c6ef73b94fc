// One suite for every engine behind the store's interface: the real one and the fake.

#include "core/state/store.h"

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
  EXPECT_EQ(store_->changed_since(1)->size(), 1U);
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
