#include "core/crypto/hash.h"

#include <gtest/gtest.h>

namespace muster::crypto {
namespace {

// The examples of FIPS 180-4.
TEST(Hash, is_that_of_the_standard) {
  EXPECT_EQ(sha1("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Hash, starts_anew_when_it_is_finished) {
  Sha256 hash;
  hash.update("a");
  hash.update("bc");
  EXPECT_EQ(hash.finish(), sha256("abc"));
  hash.update("abc");
  EXPECT_EQ(hash.finish(), sha256("abc"));
}

}  // namespace
}  // namespace muster::crypto
