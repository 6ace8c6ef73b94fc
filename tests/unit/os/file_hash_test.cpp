#include "core/os/file_hash.h"

#include <gtest/gtest.h>

#include "core/os/files.h"

namespace muster::os {
namespace {

// The examples of FIPS 180-4.
TEST(Hashes, of_a_file_are_those_of_the_standard) {
  const auto directory = TemporaryDirectory::make();
  ASSERT_TRUE(write_file(directory->path() / "abc", "abc"));
  EXPECT_EQ(sha1_file(directory->path() / "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(sha256_file(directory->path() / "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_FALSE(sha1_file(directory->path() / "none"));
}

}  // namespace
}  // namespace muster::os
