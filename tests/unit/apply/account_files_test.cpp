#include "core/apply/account_files.h"

#include <gtest/gtest.h>

namespace muster::apply {
namespace {

using plan::EnsureUser;

const EnsureUser kAda = {
    .name = "ada", .uid = 10000, .full_name = "Ada Lovelace", .home = "/home/ada"};
const EnsureUser kBob = {.name = "bob", .uid = 10001, .home = "/home/bob"};

AccountFiles debian() {
  return {{"passwd", "root:x:0:0:root:/root:/bin/bash\n"},
          {"shadow", "root:*:20000:0:99999:7:::\n"},
          {"group", "root:x:0:\n"},
          {"gshadow", "root:*::\n"},
          {"subuid", ""},
          {"subgid", ""}};
}

AccountFiles added(AccountFiles files, const std::vector<EnsureUser>& users, std::int64_t day = 1) {
  return add_accounts(std::move(files), {.users = users, .day = day});
}

TEST(AccountFiles, people_stand_behind_what_was_there) {
  const AccountFiles files = added(debian(), {kAda, kBob}, 20500);
  EXPECT_EQ(files.at("passwd"),
            "root:x:0:0:root:/root:/bin/bash\n"
            "ada:x:10000:10000:Ada Lovelace:/home/ada:/bin/bash\n"
            "bob:x:10001:10001::/home/bob:/bin/bash\n");
  EXPECT_EQ(files.at("shadow"),
            "root:*:20000:0:99999:7:::\n"
            "ada:!:20500:0:99999:7:::\n"
            "bob:!:20500:0:99999:7:::\n");
  EXPECT_EQ(files.at("group"), "root:x:0:\nada:x:10000:\nbob:x:10001:\n");
  EXPECT_EQ(files.at("gshadow"), "root:*::\nada:!::\nbob:!::\n");
  EXPECT_EQ(files.at("subuid"), "ada:100000:65536\nbob:165536:65536\n");
  EXPECT_EQ(files.at("subgid"), files.at("subuid"));
}

TEST(AccountFiles, what_an_interrupted_run_left_is_completed) {
  AccountFiles files = debian();
  const AccountFiles whole = added(files, {kAda, kBob}, 20500);
  for (const std::string_view last : kAccountFiles) {
    AccountFiles cut = whole;
    for (auto name = kAccountFiles.rbegin(); *name != last; ++name) {
      cut[std::string(*name)] = files.at(std::string(*name));
    }
    cut["passwd"] = files.at("passwd");
    EXPECT_EQ(added(cut, {kAda, kBob}, 20500), whole) << "cut off behind " << last;
  }
}

TEST(AccountFiles, nobody_gets_the_password_of_a_namesake_who_is_gone) {
  AccountFiles files = debian();
  files["shadow"] += "ada:$y$j9T$secret:19000:0:99999:7:::\n";
  EXPECT_EQ(added(files, {kAda}, 20500).at("shadow"),
            "root:*:20000:0:99999:7:::\nada:!:20500:0:99999:7:::\n");
}

TEST(AccountFiles, files_that_a_machine_lacks_are_not_made) {
  AccountFiles files = debian();
  files.erase("gshadow");
  files.erase("subuid");
  const AccountFiles more = added(files, {kAda});
  EXPECT_FALSE(more.contains("gshadow"));
  EXPECT_FALSE(more.contains("subuid"));
}

TEST(AccountFiles, a_last_line_without_an_end_gets_one) {
  AccountFiles files = debian();
  files["group"] = "root:x:0:";
  EXPECT_EQ(added(files, {kAda}).at("group"), "root:x:0:\nada:x:10000:\n");
}

TEST(AccountFiles, lines_of_nis_stay_behind_all_accounts) {
  AccountFiles files = debian();
  files["passwd"] += "+@staff::::::\n";
  files["group"] += "+:::";
  const AccountFiles more = added(files, {kAda});
  EXPECT_EQ(more.at("passwd"),
            "root:x:0:0:root:/root:/bin/bash\n"
            "ada:x:10000:10000:Ada Lovelace:/home/ada:/bin/bash\n"
            "+@staff::::::\n");
  EXPECT_EQ(more.at("group"), "root:x:0:\nada:x:10000:\n+:::\n");
}

TEST(AccountFiles, ranges_for_containers_overlap_no_range_and_no_number_of_an_account) {
  AccountFiles files = debian();
  files["subuid"] = "x:100000:65536\nbroken\n";
  files["passwd"] += "directory:x:231072:231072::/:/bin/sh\n";
  files["group"] += "project:x:165540:\n";
  const AccountFiles more = added(files, {kAda, kBob});
  EXPECT_EQ(more.at("subuid"), "x:100000:65536\nbroken\nada:165536:65536\nbob:231073:65536\n");
  EXPECT_EQ(more.at("subgid"), "ada:100000:65536\nbob:231073:65536\n")
      << "231072 is a primary group, and no range fits between it and the group's number";
}

TEST(AccountFiles, ranges_leave_out_the_numbers_of_people_in_the_plan) {
  EnsureUser eve = kAda;
  eve.name = "eve";
  eve.uid = 150'000;
  const std::vector<EnsureUser> users = {kAda, eve};
  const AccountFiles more =
      add_accounts(debian(), {.users = users, .reserved = {300'000}, .day = 1});
  EXPECT_EQ(more.at("subuid"), "ada:150001:65536\n") << "useradd gives eve none: above UID_MAX";
  EXPECT_EQ(more.at("subgid"), more.at("subuid"));
}

TEST(AccountFiles, ranges_are_as_login_defs_says) {
  AccountFiles files = debian();
  files["login.defs"] = "SUB_UID_MIN\t500000\nSUB_UID_COUNT 1000\nSUB_GID_COUNT 0\n";
  const AccountFiles more = added(files, {kAda, kBob});
  EXPECT_EQ(more.at("subuid"), "ada:500000:1000\nbob:501000:1000\n");
  EXPECT_EQ(more.at("subgid"), "");
  EXPECT_EQ(more.at("login.defs"), files.at("login.defs"));
}

TEST(AccountFiles, who_has_a_range_by_name_or_number_gets_no_second_one) {
  AccountFiles files = debian();
  files["subuid"] = "ada:200000:10\n10001:200010:10\n";
  EXPECT_EQ(added(files, {kAda, kBob}).at("subuid"), files.at("subuid"));
}

TEST(AccountFiles, an_account_that_goes_leaves_the_files_as_they_were) {
  const AccountFiles files = debian();
  EXPECT_EQ(remove_account(added(files, {kAda}), {.name = "ada", .uid = 10000}), files);
}

TEST(AccountFiles, an_account_goes_after_every_part_of_it_that_was_written) {
  const AccountFiles files = debian();
  const AccountFiles whole = added(files, {kAda});
  AccountFiles cut = files;
  for (const std::string_view name : kAccountFiles) {
    EXPECT_EQ(remove_account(cut, {.name = "ada", .uid = 10000}), files) << "before " << name;
    cut[std::string(name)] = whole.at(std::string(name));
  }
}

TEST(AccountFiles, an_account_of_another_number_is_not_touched) {
  const AccountFiles files = added(debian(), {kAda});
  EXPECT_EQ(remove_account(files, {.name = "ada", .uid = 10001}), files);
}

TEST(AccountFiles, a_group_that_somebody_else_needs_stays) {
  AccountFiles files = added(debian(), {kAda});
  files["passwd"] += "eve:x:500:10000::/:/bin/sh\n";
  AccountFiles less = remove_account(files, {.name = "ada", .uid = 10000});
  EXPECT_EQ(less.at("group"), "root:x:0:\nada:x:10000:\n") << "eve's primary group";
  EXPECT_EQ(less.at("gshadow"), "root:*::\nada:!::\n");
  files = added(debian(), {kAda});
  files["group"] = "root:x:0:\nada:x:10000:ada,eve\n";
  less = remove_account(files, {.name = "ada", .uid = 10000});
  EXPECT_EQ(less.at("group"), "root:x:0:\nada:x:10000:eve\n") << "eve is a member";
  files = added(debian(), {kAda});
  less = remove_account(files, {.name = "ada", .uid = 10000, .group = OwnAccount::Group::found});
  EXPECT_EQ(less.at("group"), "root:x:0:\nada:x:10000:\n") << "it was here before";
  files["group"] = "root:x:0:\nada:x:777:\n";
  less = remove_account(files, {.name = "ada", .uid = 10000});
  EXPECT_EQ(less.at("group"), files.at("group")) << "a namesake of another number";
  EXPECT_FALSE(less.at("passwd").contains("ada"));
}

TEST(AccountFiles, nobody_inherits_the_memberships_of_a_namesake_who_is_gone) {
  AccountFiles files = added(debian(), {kAda});
  files["group"] += "docker:x:900:bob,ada,eve\nadam:x:901:adam\n";
  files["gshadow"] += "docker:!:ada:bob,ada,eve\n";
  const AccountFiles less = remove_account(files, {.name = "ada", .uid = 10000});
  EXPECT_EQ(less.at("group"), "root:x:0:\ndocker:x:900:bob,eve\nadam:x:901:adam\n");
  EXPECT_EQ(less.at("gshadow"), "root:*::\ndocker:!::bob,eve\n");
}

TEST(AccountFiles, accounts_and_groups_are_read_and_other_lines_are_none) {
  const auto accounts = parse_passwd(
      "root:x:0:0:root:/root:/bin/bash\n+::::::\n\nshort:x:1\nada:x:10000:10000:Ada:/h/ada:/bin/"
      "sh\n"
      "ada:x:7:7:a second one is never found:/:/\nbad:x:-1:0:::\nbig:x:4294967295:0:::\n");
  ASSERT_EQ(accounts.size(), 2U);
  EXPECT_EQ(
      accounts.at("ada"),
      (Account{
          .uid = 10000, .gid = 10000, .full_name = "Ada", .home = "/h/ada", .shell = "/bin/sh"}));
  const auto groups = parse_group("root:x:0:\nada:x:10000:bob,eve\n+:::\nx:x:no:\n");
  EXPECT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups.at("ada"), 10000U);
}

TEST(AccountFiles, a_field_never_becomes_two_fields_or_two_lines) {
  EXPECT_TRUE(check_account(kAda));
  const auto refused = [](auto change) {
    EnsureUser user = kAda;
    change(user);
    return !check_account(user);
  };
  for (const char* const name : {"", "a:b", "a\nb", "-a", "+", "+ada", "1st", "a b", "a/b",
                                 "a123456789012345678901234567890123"}) {
    EXPECT_TRUE(refused([&](EnsureUser& u) { u.name = name; })) << name;
  }
  for (const char* const field : {"a:0:0", "a\nroot2:x:0:0:::", "a\r", "a\x7F"}) {
    EXPECT_TRUE(refused([&](EnsureUser& u) { u.full_name = field; })) << field;
    EXPECT_TRUE(refused([&](EnsureUser& u) { u.home = field; })) << field;
    EXPECT_TRUE(refused([&](EnsureUser& u) { u.shell = field; })) << field;
  }
  EXPECT_TRUE(refused([](EnsureUser& u) { u.uid = 0; }));
  EXPECT_TRUE(refused([](EnsureUser& u) { u.uid = 4294967295; }));
  EXPECT_FALSE(refused([](EnsureUser& u) { u.full_name = "Zoë Müller-Lüdenscheidt"; }));
  EXPECT_FALSE(refused([](EnsureUser& u) { u.name = "ada.lovelace_2"; }));
}

}  // namespace
}  // namespace muster::apply
