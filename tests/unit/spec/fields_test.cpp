#include "core/spec/fields.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

#include "tests/unit/spec/problems.h"

namespace muster::spec {
namespace {

TEST(Fields, every_row_is_complete) {
  for (const auto& [path, field] : all_fields()) {
    EXPECT_TRUE(field->text.doc.ends_with('.')) << path;
    const bool value = field->shape == Shape::value || field->shape == Shape::values;
    EXPECT_EQ(field->type != nullptr, value) << path;
    EXPECT_EQ(field->fields.empty(), value) << path;
    const bool shown = !field->text.fallback.empty() || !field->text.example.empty();
    EXPECT_TRUE(!value || shown) << path << " has neither a default nor an example";
    EXPECT_FALSE(field->text.presence == Presence::required && !field->text.fallback.empty())
        << path;
  }
}

TEST(Fields, defaults_and_examples_are_values_of_their_types) {
  ClusterSpec spec;
  Profile profile;
  Image image;
  User user;
  Extension extension;
  Volume volume;
  Group group;
  const std::vector<std::pair<std::string, void*>> records = {
      {"profiles[].", &profile}, {"images[].", &image},
      {"users[].", &user},       {"extensions[].", &extension},
      {"volumes[].", &volume},   {"groups[].", &group},
      {"nodes.", &spec.nodes},   {"adoption.", &spec.adoption},
      {"hpc.", &spec.hpc},       {"head.external.", &spec.head.external}};
  for (const auto& [path, field] : all_fields()) {
    if (!field->store) continue;
    void* record = &spec;
    for (const auto& [prefix, inner] : records) {
      if (path.starts_with(prefix)) record = inner;
    }
    ASSERT_TRUE(record != &spec || !path.contains("[]")) << path << " has no record in this test";
    for (const std::string_view text : {field->text.fallback, field->text.example}) {
      if (text.empty()) continue;
      EXPECT_TRUE(field->store(record, text)) << path << ": " << text;
    }
  }
}

TEST(Fields, names_of_keys_follow_the_house_style) {
  std::set<std::string> paths;
  for (const auto& [path, field] : all_fields()) {
    EXPECT_TRUE(paths.insert(path).second) << path;
    EXPECT_EQ(field->text.key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"),
              std::string_view::npos);
  }
}

TEST(Fields, what_is_shown_can_be_stored_again) {
  const ClusterSpec spec = spec_of("hpc: {time_limit: 90 min}\n");
  const auto fields = all_fields();
  const auto limit = std::ranges::find(fields, "hpc.time_limit", &FieldPath::path);
  ASSERT_NE(limit, fields.end());
  Hpc copy;
  ASSERT_TRUE(limit->field->store(&copy, limit->field->show(&spec.hpc).at(0)));
  EXPECT_EQ(copy.time_limit, std::chrono::minutes(90));
}

}  // namespace
}  // namespace muster::spec
