#include "core/os/file_system.h"

#include <gtest/gtest.h>

namespace muster::os {
namespace {

TEST(FileSystem, of_the_kernels_own_files_is_named_as_it_is_mounted) {
  const auto found = read_file_system("/proc/self");
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(found->type, "proc");
}

TEST(FileSystem, of_a_path_that_is_missing_is_an_error_with_its_name) {
  const auto found = read_file_system("/nowhere");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message,
            "cannot look at the file system of '/nowhere': No such file or directory");
}

TEST(FileSystem, says_how_much_room_there_is) {
  const auto found = read_file_system("/tmp");
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_GT(found->size, Bytes{});
  EXPECT_LE(found->free, found->size);
}

}  // namespace
}  // namespace muster::os
