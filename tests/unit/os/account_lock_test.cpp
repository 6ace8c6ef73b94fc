#include <gtest/gtest.h>
#include <shadow.h>

#include "core/os/file_lock.h"
#include "core/os/files.h"

namespace muster::os {
namespace {

TEST(AccountLock, two_at_a_time_never_have_it) {
  const auto place = TemporaryDirectory::make().value();
  {
    const auto first = try_lock_accounts(place.path());
    ASSERT_TRUE(first && *first);
    const auto second = try_lock_accounts(place.path());
    ASSERT_TRUE(second);
    EXPECT_FALSE(*second);
  }
  EXPECT_TRUE(try_lock_accounts(place.path()).value()) << "it ends with its holder";
}

TEST(AccountLock, it_is_the_one_of_useradd) {
  // The tools of passwd(5) call lckpwdf(3), which only root may.
  if (lckpwdf() != 0) GTEST_SKIP() << "no right to lock /etc/.pwd.lock";
  const auto lock = try_lock_accounts("/etc");
  EXPECT_EQ(ulckpwdf(), 0);
  ASSERT_TRUE(lock) << lock.error().text();
  EXPECT_FALSE(*lock);
}

TEST(AccountLock, a_directory_that_is_missing_is_an_error) {
  EXPECT_FALSE(try_lock_accounts("/there/is/none"));
}

}  // namespace
}  // namespace muster::os
