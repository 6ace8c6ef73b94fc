#include "iso/verify.h"

#include <gtest/gtest.h>

#include "core/os/files.h"

namespace muster::iso {
namespace {

namespace fs = std::filesystem;

TEST(CompareTrees, names_files_that_differ_are_missing_or_have_another_date) {
  const auto scratch = os::TemporaryDirectory::make();
  ASSERT_TRUE(scratch);
  const auto a = scratch->path() / "a";
  const auto b = scratch->path() / "b";
  const auto date = fs::file_time_type::clock::now();
  for (const auto& root : {a, b}) {
    for (const auto* name : {"same", "content", "date"}) {
      ASSERT_TRUE(os::write_file(root / name, "x"));
      fs::last_write_time(root / name, date);
    }
  }
  ASSERT_TRUE(os::write_file(b / "content", "y"));
  fs::last_write_time(b / "date", date - std::chrono::seconds(5));
  ASSERT_TRUE(os::write_file(a / "only", "x"));
  const auto found = compare_trees(a, b, 10);
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, (std::vector<std::string>{"content", "date", "only"}));
  const auto first = compare_trees(a, b, 1);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->size(), 1U);
}

}  // namespace
}  // namespace muster::iso
