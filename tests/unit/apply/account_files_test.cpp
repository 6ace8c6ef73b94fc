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

TEST(AccountFiles, people_stand_behind_what_was_there) {
  const AccountFiles files = add_accounts(debian(), {{kAda, kBob}}, 20500);
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
  const AccountFiles whole = add_accounts(files, {{kAda, kBob}}, 20500);
  for (const std::string_view last : kAccountFiles) {
    AccountFiles cut = whole;
    for (auto name = kAccountFiles.rbegin(); *name != last; ++name) {
      cut[std::string(*name)] = files.at(std::string(*name));
    }
    cut["passwd"] = files.at("passwd");
    EXPECT_EQ(add_accounts(cut, {{kAda, kBob}}, 20500), whole) << "cut off behind " << last;
  }
}

TEST(AccountFiles, nobody_gets_the_password_of_a_namesake_who_is_gone) {
  AccountFiles files = debian();
  files["shadow"] += "ada:$y$j9T$secret:19000:0:99999:7:::\n";
  EXPECT_EQ(add_accounts(files, {{kAda}}, 20500).at("shadow"),
            "root:*:20000:0:99999:7:::\nada:!:20500:0:99999:7:::\n");
}

TEST(AccountFiles, files_that_a_machine_lacks_are_not_made) {
  AccountFiles files = debian();
  files.erase("gshadow");
  files.erase("subuid");
  const AccountFiles more = add_accounts(files, {{kAda}}, 1);
  EXPECT_FALSE(more.contains("gshadow"));
  EXPECT_FALSE(more.contains("subuid"));
}

TEST(AccountFiles, a_last_line_without_an_end_gets_one) {
  AccountFiles files = debian();
  files["group"] = "root:x:0:";
  EXPECT_EQ(add_accounts(files, {{kAda}}, 1).at("group"), "root:x:0:\nada:x:10000:\n");
}

TEST(AccountFiles, ranges_for_containers_never_overlap_and_end_at_debians_last) {
  AccountFiles files = debian();
  files["subuid"] = "x:500000000:65536\nbroken\n";
  EXPECT_EQ(add_accounts(files, {{kAda}}, 1).at("subuid"),
            "x:500000000:65536\nbroken\nada:500065536:65536\n");
  files["subuid"] = "x:600000000:65536\n";
  EXPECT_EQ(add_accounts(files, {{kAda}}, 1).at("subuid"), files["subuid"]);
  EnsureUser directory = kAda;
  directory.uid = 1'234'567'890;
  EXPECT_EQ(add_accounts(debian(), {{directory}}, 1).at("subuid"), "")
      << "useradd gives none to numbers above UID_MAX";
}

TEST(AccountFiles, accounts_and_groups_are_read_and_other_lines_are_none) {
  const auto accounts = parse_passwd(
      "root:x:0:0:root:/root:/bin/bash\n+::::::\n\nshort:x:1\nada:x:10000:10000:Ada:/h/ada:/bin/"
      "sh\n"
      "ada:x:7:7:a second one is never found:/:/\nbad:x:-1:0:::\nbig:x:4294967295:0:::\n");
  ASSERT_EQ(accounts.size(), 2U);
  EXPECT_EQ(accounts.at("ada"),
            (Account{.uid = 10000, .full_name = "Ada", .home = "/h/ada", .shell = "/bin/sh"}));
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
