#include "core/os/name_service.h"

#include <cerrno>
#include <gtest/gtest.h>

#include "tests/nss/name_source.h"

namespace muster::os {
namespace {

using muster::nss::kListedName;
using muster::nss::kListedNumber;
using muster::nss::NameSource;

constexpr const char* kNobody = "nobody-has-this-name";
constexpr std::uint32_t kNobodysNumber = 1'987'654'321;

TEST(NameService, users_and_groups_of_the_files_are_found_by_name_and_number) {
  // base-passwd gives every Debian system both.
  const auto games = find_user("games").value();
  ASSERT_TRUE(games);
  EXPECT_EQ(games->uid, 5U);
  EXPECT_EQ(games->gid, 60U);
  EXPECT_EQ(games->home, "/usr/games");
  EXPECT_EQ(find_user(5U).value(), games);
  EXPECT_EQ(find_group("games").value(), (Group{.name = "games", .gid = 60}));
  EXPECT_EQ(find_group(60U).value(), find_group("games").value());
}

TEST(NameService, a_name_that_no_source_has_is_none) {
  const NameSource source(NSS_STATUS_NOTFOUND, ENOENT);
  EXPECT_EQ(find_user(kNobody).value(), std::nullopt);
  EXPECT_EQ(find_user(kNobodysNumber).value(), std::nullopt);
  EXPECT_EQ(find_group(kNobody).value(), std::nullopt);
  EXPECT_EQ(find_group(kNobodysNumber).value(), std::nullopt);
}

TEST(NameService, a_source_that_fails_is_an_error_whatever_errno_it_leaves) {
  struct Failure {
    nss_status status;
    int error;
  };
  // ENOENT, ESRCH, EBADF and EPERM are "not found" in getpwnam(3); 0: the source sets none.
  for (const Failure failure : {Failure{NSS_STATUS_UNAVAIL, ENOENT},
                                {NSS_STATUS_UNAVAIL, ECONNREFUSED},
                                {NSS_STATUS_UNAVAIL, ESRCH},
                                {NSS_STATUS_UNAVAIL, EBADF},
                                {NSS_STATUS_UNAVAIL, EPERM},
                                {NSS_STATUS_UNAVAIL, EMFILE},
                                {NSS_STATUS_UNAVAIL, 0},
                                {NSS_STATUS_TRYAGAIN, EAGAIN},
                                {NSS_STATUS_TRYAGAIN, ENOMEM},
                                {NSS_STATUS_TRYAGAIN, 0}}) {
    const NameSource source(failure.status, failure.error);
    EXPECT_FALSE(find_user(kNobody)) << failure.error;
    EXPECT_FALSE(find_user(kNobodysNumber)) << failure.error;
    EXPECT_FALSE(find_group(kNobody)) << failure.error;
    EXPECT_FALSE(find_group(kNobodysNumber)) << failure.error;
    EXPECT_TRUE(find_user("games").value()) << "the files have it";
  }
}

TEST(NameService, the_error_names_the_account_the_reason_and_the_next_step) {
  const NameSource source(NSS_STATUS_UNAVAIL, ECONNREFUSED);
  EXPECT_EQ(find_user("ada").error().text(),
            "cannot look up user 'ada': a source in '/etc/nsswitch.conf' failed: Connection "
            "refused; start that directory service again, or take it out of the file");
  EXPECT_TRUE(find_group(kNobodysNumber).error().message.contains("group with number 1987654321"));
}

TEST(NameService, an_entry_that_is_longer_than_the_first_buffer_is_read_whole) {
  const NameSource source(NSS_STATUS_SUCCESS);
  const auto user = find_user(kListedName).value();
  ASSERT_TRUE(user);
  EXPECT_EQ(user->full_name.size(), muster::nss::kLengthOfFullName);
  EXPECT_EQ(find_user(kListedNumber).value(), user);
  EXPECT_EQ(find_group(kListedNumber).value(), (Group{.name = kListedName, .gid = kListedNumber}));
}

TEST(NameService, a_name_with_a_zero_byte_is_not_a_shorter_one) {
  EXPECT_EQ(find_user(std::string("games\0x", 7)).value(), std::nullopt);
  EXPECT_EQ(find_group(std::string("games\0x", 7)).value(), std::nullopt);
}

}  // namespace
}  // namespace muster::os
