#include "iso/layer_store.h"

#include <gtest/gtest.h>
#include <optional>

#include "core/os/files.h"

namespace muster::iso {
namespace {

namespace fs = std::filesystem;

LayerPlan layer(std::string key) { return {.name = "muster-head", .key = std::move(key)}; }

Status make(const LayerStore& store, const LayerPlan& plan) {
  TRY_ASSIGN(const auto folder, store.begin(plan));
  TRY(os::write_file(folder / "layer.squashfs", "abc"));
  return store.commit(plan, folder, {"layer.squashfs"});
}

TEST(LayerStore, has_a_layer_only_when_it_is_finished) {
  const auto scratch = os::TemporaryDirectory::make();
  ASSERT_TRUE(scratch);
  const auto store = LayerStore::open(scratch->path());
  ASSERT_TRUE(store);
  ASSERT_TRUE(store->begin(layer("k1")));
  EXPECT_FALSE(store->holds(layer("k1")));
  ASSERT_TRUE(make(*store, layer("k1")));
  EXPECT_TRUE(store->holds(layer("k1")));
  EXPECT_FALSE(store->holds(layer("k2")));
}

TEST(LayerStore, knows_size_and_hash_of_what_a_layer_offers) {
  const auto scratch = os::TemporaryDirectory::make();
  ASSERT_TRUE(scratch);
  const auto store = LayerStore::open(scratch->path());
  ASSERT_TRUE(store);
  ASSERT_TRUE(make(*store, layer("k1")));
  const auto facts = store->read_facts(layer("k1"));
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->at("layer.squashfs"),
            (FileFact{3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}));
}

TEST(LayerStore, two_builds_never_share_it_and_the_second_waits) {
  const auto scratch = os::TemporaryDirectory::make();
  ASSERT_TRUE(scratch);
  std::optional<LayerStore> first = *LayerStore::open(scratch->path());
  bool waited = false;
  const auto second = LayerStore::open(scratch->path(), [&](const std::string&) {
    waited = true;
    first.reset();
  });
  EXPECT_TRUE(second);
  EXPECT_TRUE(waited);
}

TEST(LayerStore, finds_a_file_of_the_right_size_and_another_content) {
  const auto scratch = os::TemporaryDirectory::make();
  ASSERT_TRUE(scratch);
  const auto store = LayerStore::open(scratch->path());
  ASSERT_TRUE(store);
  ASSERT_TRUE(make(*store, layer("k1")));
  EXPECT_TRUE(store->check(layer("k1")));
  ASSERT_TRUE(os::write_file(store->path_of(layer("k1")) / "layer.squashfs", "abd"));
  EXPECT_TRUE(store->holds(layer("k1"))) << "by its size";
  const Status damaged = store->check(layer("k1"));
  ASSERT_FALSE(damaged);
  EXPECT_TRUE(damaged.error().message.contains("layer.squashfs' has changed since it was made"));
  ASSERT_TRUE(store->remove(layer("k1")));
  EXPECT_FALSE(store->holds(layer("k1")));
}

TEST(LayerStore, a_layer_of_which_a_file_is_cut_off_or_gone_is_none) {
  const auto scratch = os::TemporaryDirectory::make();
  ASSERT_TRUE(scratch);
  const auto store = LayerStore::open(scratch->path());
  ASSERT_TRUE(store);
  ASSERT_TRUE(make(*store, layer("k1")));
  const auto file = store->path_of(layer("k1")) / "layer.squashfs";
  fs::resize_file(file, 2);
  EXPECT_FALSE(store->holds(layer("k1")));
  fs::resize_file(file, 3);
  EXPECT_TRUE(store->holds(layer("k1")));
  fs::remove(file);
  EXPECT_FALSE(store->holds(layer("k1")));
  ASSERT_TRUE(make(*store, layer("k1"))) << "and it is made again in its place";
  EXPECT_TRUE(store->holds(layer("k1")));
}

TEST(LayerStore, what_outlives_a_killed_build_writes_into_no_folder_of_the_next) {
  const auto scratch = os::TemporaryDirectory::make();
  ASSERT_TRUE(scratch);
  const auto store = LayerStore::open(scratch->path());
  ASSERT_TRUE(store);
  const auto killed = store->begin(layer("k1"));
  const auto next = store->begin(layer("k1"));
  ASSERT_TRUE(killed && next);
  EXPECT_NE(*killed, *next);
  ASSERT_TRUE(os::write_file(*killed / "layer.squashfs", "half"));
  EXPECT_FALSE(fs::exists(*next / "layer.squashfs"));
}

TEST(LayerStore, removes_what_a_killed_build_left_and_keeps_what_is_used) {
  const auto scratch = os::TemporaryDirectory::make();
  ASSERT_TRUE(scratch);
  const auto store = LayerStore::open(scratch->path());
  ASSERT_TRUE(store);
  for (const auto* key : {"k1", "k2", "k3"}) ASSERT_TRUE(make(*store, layer(key)));
  const auto killed = store->begin(layer("k4"));
  ASSERT_TRUE(killed);
  EXPECT_TRUE(store->clean().empty());
  EXPECT_FALSE(fs::exists(*killed));
  ASSERT_TRUE(store->prune({layer("k1")}, 1));
  EXPECT_TRUE(store->holds(layer("k1")));
  EXPECT_NE(store->holds(layer("k2")), store->holds(layer("k3")));
}

TEST(LayerStore, refuses_a_broken_record) {
  EXPECT_FALSE(parse_layer_facts("{\"a\": 1}"));
  EXPECT_FALSE(parse_layer_facts("not json"));
}

}  // namespace
}  // namespace muster::iso
