#include "head/history.h"

#include <gtest/gtest.h>

#include "core/os/files.h"

namespace muster::head {
namespace {

class HistoryOfHead : public testing::Test {
 protected:
  std::uint64_t add(const std::string& text, const std::string& how = "applied") {
    const auto added = add_generation({.at_ms = 1, .who = "ada", .how = how, .text = text}, place_);
    EXPECT_TRUE(added) << added.error().text();
    return added ? added->number : 0;
  }
  std::vector<std::uint64_t> numbers() const {
    std::vector<std::uint64_t> found;
    const auto history = read_history(place_);
    for (const Generation& each : history->generations) found.push_back(each.number);
    return found;
  }

  Result<os::TemporaryDirectory> root_ = os::TemporaryDirectory::make();
  std::filesystem::path place_ = root_->path() / "history";
};

TEST_F(HistoryOfHead, is_empty_before_the_first) {
  EXPECT_TRUE(read_history(place_)->generations.empty());
  const auto none = find_generation(*read_history(place_), 1);
  EXPECT_EQ(none.error().kind, ErrorKind::absent);
}

TEST_F(HistoryOfHead, has_each_text_with_who_and_how) {
  add("a: 1\n");
  add("a: 2\n", "went back to 1");
  const auto found = find_generation(*read_history(place_), 2);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->text, "a: 2\n");
  EXPECT_EQ(found->who, "ada");
  EXPECT_EQ(found->how, "went back to 1");
  EXPECT_EQ(found->at_ms, 1);
  EXPECT_TRUE(find_generation(*read_history(place_), 3).error().hint.contains("1 to 2"));
}

TEST_F(HistoryOfHead, the_same_text_again_is_no_generation) {
  EXPECT_EQ(add("a"), 1U);
  EXPECT_EQ(add("a", "from the file"), 1U);
  EXPECT_EQ(add("b"), 2U);
  EXPECT_EQ(add("a"), 3U);
}

TEST_F(HistoryOfHead, the_one_before_is_the_newest_that_held_and_is_another) {
  EXPECT_FALSE(find_before(*read_history(place_), "a"));
  add("a");
  EXPECT_FALSE(find_before(*read_history(place_), "a"));
  add("b");
  EXPECT_EQ(find_before(*read_history(place_), "b")->number, 1U);
  EXPECT_EQ(find_before(*read_history(place_), "edited")->number, 2U);
  add("broken", kNotApplied);
  add("c");
  EXPECT_EQ(find_before(*read_history(place_), "c")->number, 2U);
}

TEST_F(HistoryOfHead, the_newest_can_be_taken_back) {
  add("a");
  const auto number = add("b");
  ASSERT_TRUE(forget_generation(number, place_));
  EXPECT_EQ(numbers(), std::vector<std::uint64_t>{1});
}

TEST_F(HistoryOfHead, keeps_the_newest) {
  for (std::size_t i = 0; i < kMostGenerations + 3; ++i) add(std::to_string(i));
  const auto kept = numbers();
  EXPECT_EQ(kept.size(), kMostGenerations);
  EXPECT_EQ(kept.front(), 4U);
  EXPECT_EQ(kept.back(), kMostGenerations + 3);
}

TEST_F(HistoryOfHead, a_damaged_file_is_told_and_its_number_is_not_given_again) {
  add("a");
  add("b");
  ASSERT_TRUE(os::write_file(place_ / "000002.json", R"({"schema": 1, "number": 2})"));
  const auto history = read_history(place_);
  EXPECT_EQ(history->generations.size(), 1U);
  ASSERT_EQ(history->damaged.size(), 1U);
  EXPECT_TRUE(history->damaged[0].message.contains("000002.json"));
  EXPECT_EQ(add("c"), 3U);
}

TEST_F(HistoryOfHead, other_files_are_none_of_it) {
  add("a");
  ASSERT_TRUE(os::write_file(place_ / "2.json", "{}"));
  ASSERT_TRUE(os::write_file(place_ / "notes", "mine"));
  EXPECT_EQ(numbers(), std::vector<std::uint64_t>{1});
  EXPECT_TRUE(read_history(place_)->damaged.empty());
}

}  // namespace
}  // namespace muster::head
