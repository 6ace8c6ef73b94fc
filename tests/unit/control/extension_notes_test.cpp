#include "control/extension_notes.h"

#include <gtest/gtest.h>

namespace muster::control {
namespace {

using nlohmann::json;

/// Writes values of an extension; why not.
std::string write(state::Store& store, const std::string& extension, const NewValues& values) {
  const auto change = change_values(extension, read_values(store, extension).value(), values);
  if (!change) return change.error().message;
  EXPECT_TRUE(store.commit({.changes = {*change}}));
  return "";
}

TEST(ExtensionNotes, are_values_of_one_extension) {
  const auto store = state::make_memory_store();
  EXPECT_EQ(write(*store, "lamp", {{"a", json(1)}, {"b", json("ü")}}), "");
  EXPECT_EQ(write(*store, "lamps", {{"a", json(nullptr)}}), "");
  EXPECT_EQ(read_values(*store, "lamp").value(), (Values{{"a", 1}, {"b", "ü"}}));
  EXPECT_EQ(write(*store, "lamp", {{"a", std::nullopt}, {"c", std::nullopt}}), "");
  EXPECT_EQ(read_values(*store, "lamp").value(), (Values{{"b", "ü"}}));
  EXPECT_EQ(read_values(*store, "lamps").value(), (Values{{"a", nullptr}}));
  EXPECT_EQ(write(*store, "lamp", {{"b", std::nullopt}}), "");
  EXPECT_EQ(store->list(kExtensionValuesKind)->size(), 1U);
}

TEST(ExtensionNotes, have_bounds) {
  const auto store = state::make_memory_store();
  const std::vector<std::string> wrong = {"", "a b", "\x1b", "ü", std::string(101, 'a')};
  for (const std::string& key : wrong) {
    EXPECT_TRUE(write(*store, "lamp", {{key, json(1)}}).contains("is no key")) << key;
  }
  const json large(std::string(kMostValueBytes, 'a'));
  EXPECT_TRUE(write(*store, "lamp", {{"a", large}}).contains("1048576 bytes"));
  NewValues many;
  for (int i = 0; i < 1000; ++i) many[std::to_string(i)] = i;
  EXPECT_EQ(write(*store, "lamp", many), "");
  EXPECT_EQ(write(*store, "lamp", {{"1000", json(1)}}),
            "an extension has at most 1000 values of its own");
  EXPECT_EQ(write(*store, "lamp", {{"1000", json(1)}, {"0", std::nullopt}}), "");
  EXPECT_EQ(write(*store, "lamp", {{"1", json(2)}}), "") << "another value in place of one";
}

TEST(ExtensionNotes, can_all_be_read_again) {
  const auto store = state::make_memory_store();
  json deep = 1;
  for (int depth = 0; depth < 30; ++depth) {
    const std::string said = write(*store, "lamp", {{"a", deep}});
    EXPECT_TRUE(read_values(*store, "lamp")) << depth;
    EXPECT_TRUE(said.empty() || said.contains("in each other")) << said;
    deep = json::array({deep});
  }
}

TEST(ExtensionNotes, go_with_their_extension) {
  const auto store = state::make_memory_store();
  EXPECT_EQ(write(*store, "lamp", {{"a", json(1)}}), "");
  EXPECT_EQ(write(*store, "lamps", {{"a", json(1)}}), "");
  ASSERT_TRUE(store->commit(
      {.changes = {{.kind = kExtensionHeardKind, .key = "lamp", .value = render_heard(7)}}}));
  ASSERT_TRUE(store->commit({.changes = forget_notes("lamp")}));
  EXPECT_TRUE(store->list(kExtensionHeardKind)->empty());
  EXPECT_EQ(store->list(kExtensionValuesKind)->size(), 1U);
}

TEST(ExtensionNotes, are_read_as_they_were_written) {
  EXPECT_EQ(parse_heard(render_heard(7)).value(), 7U);
  EXPECT_EQ(parse_values(render_values({{"a", nullptr}})).value(), (Values{{"a", nullptr}}));
  const std::vector<std::string> wrong = {"", "{}", R"({"schema":1,"event":-1})",
                                          R"({"schema":1,"event":1,"x":1})"};
  for (const std::string& text : wrong) {
    EXPECT_EQ(parse_heard(text).error().kind, ErrorKind::invalid) << text;
  }
  EXPECT_EQ(parse_heard(R"({"schema":7})").error().kind, ErrorKind::conflict);
  EXPECT_FALSE(parse_values(R"({"schema":1})"));
}

}  // namespace
}  // namespace muster::control
