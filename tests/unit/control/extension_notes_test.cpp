#include "control/extension_notes.h"

#include <gtest/gtest.h>

namespace muster::control {
namespace {

using nlohmann::json;

/// Writes values of an extension; why not.
std::string write(state::Store& store, const std::string& extension, const NewValues& values) {
  const auto changes = change_values(extension, list_values(store, extension).value(), values);
  if (!changes) return changes.error().message;
  EXPECT_TRUE(store.commit({.changes = *changes}));
  return "";
}

TEST(ExtensionNotes, are_values_of_one_extension) {
  const auto store = state::make_memory_store();
  EXPECT_EQ(write(*store, "lamp", {{"a", json(1)}, {"b", json("ü")}}), "");
  EXPECT_EQ(write(*store, "lamps", {{"a", json(nullptr)}}), "");
  EXPECT_EQ(list_values(*store, "lamp").value(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(parse_value(store->find(kExtensionValueKind, "lamp/b").value()->value).value(), "ü");
  EXPECT_EQ(write(*store, "lamp", {{"a", std::nullopt}, {"c", std::nullopt}}), "");
  EXPECT_EQ(list_values(*store, "lamp").value(), (std::vector<std::string>{"b"}));
  EXPECT_EQ(list_values(*store, "lamps").value(), (std::vector<std::string>{"a"}));
}

TEST(ExtensionNotes, have_bounds) {
  const auto store = state::make_memory_store();
  for (const std::string& key :
       std::vector<std::string>{"", "a b", "\x1b", "ü", std::string(101, 'a')}) {
    EXPECT_TRUE(write(*store, "lamp", {{key, json(1)}}).contains("is no key")) << key;
  }
  EXPECT_TRUE(write(*store, "lamp", {{"a", json(std::string(70'000, 'a'))}}).contains("65536"));
  NewValues many;
  for (int i = 0; i < 1000; ++i) many[std::to_string(i)] = i;
  EXPECT_EQ(write(*store, "lamp", many), "");
  EXPECT_EQ(write(*store, "lamp", {{"1000", json(1)}}), "an extension has at most 1000 values");
  EXPECT_EQ(write(*store, "lamp", {{"1000", json(1)}, {"0", std::nullopt}}), "");
  EXPECT_EQ(write(*store, "lamp", {{"1", json(2)}}), "") << "another value in place of one";
}

TEST(ExtensionNotes, go_with_their_extension) {
  const auto store = state::make_memory_store();
  EXPECT_EQ(write(*store, "lamp", {{"a", json(1)}}), "");
  EXPECT_EQ(write(*store, "lamps", {{"a", json(1)}}), "");
  ASSERT_TRUE(store->commit(
      {.changes = {{.kind = kExtensionHeardKind, .key = "lamp", .value = render_heard(7)}}}));
  ASSERT_TRUE(store->commit({.changes = forget_notes(*store, "lamp").value()}));
  EXPECT_TRUE(store->list(kExtensionHeardKind)->empty());
  EXPECT_EQ(store->list(kExtensionValueKind)->size(), 1U);
}

TEST(ExtensionNotes, are_read_as_they_were_written) {
  EXPECT_EQ(parse_heard(render_heard(7)).value(), 7U);
  EXPECT_EQ(parse_value(render_value(json())).value(), json());
  for (const char* const text :
       {"", "{}", R"({"schema":1,"event":-1})", R"({"schema":1,"event":1,"x":1})"}) {
    EXPECT_EQ(parse_heard(text).error().kind, ErrorKind::invalid) << text;
  }
  EXPECT_EQ(parse_heard(R"({"schema":7})").error().kind, ErrorKind::conflict);
  EXPECT_FALSE(parse_value(R"({"schema":1})"));
}

}  // namespace
}  // namespace muster::control
