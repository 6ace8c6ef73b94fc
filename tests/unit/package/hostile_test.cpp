// Archives that somebody made to break who unpacks them: each attack by itself behind a file that
// is none, and each pair of attacks.

#include <gtest/gtest.h>
#include <map>

#include "extensions/limits.h"
#include "extensions/package/archive.h"
#include "tests/unit/package/tar_file.h"

namespace muster::package {
namespace {

struct Attack {
  std::vector<TarMember> members;
  /// A part of the reason.
  std::string reason;
};

std::string pax(const std::vector<std::pair<std::string, std::string>>& records) {
  std::string text;
  for (const auto& [key, value] : records) text += pax_record(key, value);
  return text;
}

std::map<std::string, Attack> path_attacks() {
  std::map<std::string, Attack> all = {
      {"absolute", {{{.name = "/etc/passwd"}}, "is absolute"}},
      {"above", {{{.name = "../outside"}}, "'..'"}},
      {"above in between", {{{.name = "a/../../outside"}}, "'..'"}},
      {"above at the end", {{{.name = "a/..", .type = '5'}}, "'..'"}},
      {"dot", {{{.name = "./a"}}, "'.'"}},
      {"empty name in it", {{{.name = "a//b"}}, "empty name"}},
      {"backslash", {{{.name = "..\\outside"}}, "character"}},
      {"control", {{{.name = "a\nb"}}, "character"}},
      {"terminal", {{{.name = "\x1b[2J"}}, "character"}},
      {"not UTF-8", {{{.name = "a\xff"}}, "character"}},
      {"UTF-8", {{{.name = "caf\xc3\xa9"}}, "character"}},
      {"blank", {{{.name = "a b"}}, "character"}},
      {"twice", {{{.name = "a"}, {.name = "a"}}, "twice"}},
      {"case", {{{.name = "read"}, {.name = "READ"}}, "case"}},
      {"case of a directory", {{{.name = "d/x"}, {.name = "D/y"}}, "case"}},
      {"file as directory", {{{.name = "f"}, {.name = "f/x"}}, "below a file"}},
      {"directory as file", {{{.name = "d/x"}, {.name = "d"}}, "a file and a directory"}},
      {"directory, then file", {{{.name = "e", .type = '5'}, {.name = "e"}}, "twice"}},
      {"file with a slash", {{{.name = "a/", .content = "x"}}, ""}},
  };
  std::string deep;
  for (int i = 0; i < 20; ++i) deep += "d/";
  all["deep"] = {{{.name = deep + "x"}}, "deep"};
  const std::string longest(200, 'n');
  all["long name"] = {
      {{.name = "././@LongLink", .content = longest + '\0', .type = 'L', .magic = "ustar  "},
       {.name = longest.substr(0, 100), .magic = "ustar  "}},
      "name of more than"};
  std::string wide;
  while (wide.size() < 5000) wide += std::string(90, 'w') + "/";
  all["long path"] = {
      {{.name = "././@LongLink", .content = wide + 'x' + '\0', .type = 'L', .magic = "ustar  "},
       {.name = "w", .magic = "ustar  "}},
      "longer than"};
  return all;
}

std::map<std::string, Attack> kind_attacks() {
  return {
      {"symbolic link", {{{.name = "l", .type = '2', .link = "/etc"}}, "symbolic link"}},
      {"through a link",
       {{{.name = "l", .type = '2', .link = "/tmp"}, {.name = "l/x"}}, "symbolic link"}},
      {"hard link", {{{.name = "h", .type = '1', .link = "/etc/shadow"}}, "hard link"}},
      {"hard link with content", {{{.name = "h", .content = "x", .type = '1', .link = "a"}}, ""}},
      {"character device", {{{.name = "c", .type = '3'}}, "device"}},
      {"block device", {{{.name = "b", .type = '4'}}, "device"}},
      {"pipe", {{{.name = "p", .type = '6'}}, "pipe"}},
      {"setuid", {{{.name = "s", .mode = 04755}}, "setuid"}},
      {"setgid", {{{.name = "s", .mode = 02755}}, "setuid, setgid"}},
      {"sticky", {{{.name = "s", .type = '5', .mode = 01777}}, "sticky"}},
      {"other path in pax",
       {{{.name = "x", .content = pax({{"path", "../outside"}}), .type = 'x'}, {.name = "inside"}},
        ""}},
      {"harmless pax",
       {{{.name = "x", .content = pax({{"mtime", "1.5"}}), .type = 'x'}, {.name = "y"}}, "pax"}},
      {"global pax",
       {{{.name = "g", .content = pax({{"path", "../o"}}), .type = 'g'}, {.name = "y"}}, ""}},
      {"other size in pax",
       {{{.name = "x", .content = pax({{"size", "99999999999"}}), .type = 'x'},
         {.name = "y", .content = "1"}},
        ""}},
      {"attributes in pax",
       {{{.name = "x", .content = pax({{"SCHILY.xattr.security.capability", "x"}}), .type = 'x'},
         {.name = "y"}},
        ""}},
      {"sparse in pax",
       {{{.name = "x",
          .content = pax({{"GNU.sparse.major", "1"},
                          {"GNU.sparse.minor", "0"},
                          {"GNU.sparse.realsize", "9999999"}}),
          .type = 'x'},
         {.name = "y", .content = std::string("1\n0\n1\n") + std::string(506, '\0')}},
        ""}},
      {"size too large", {{{.name = "z", .content = "x", .size = "77777777777"}}, ""}},
      {"size below zero",
       {{{.name = "z",
          .size = std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12)}},
        ""}},
      {"size of base 256",
       {{{.name = "z", .size = std::string("\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff", 12)}},
        ""}},
      {"directory with content",
       {{{.name = "d", .content = std::string(600, 'x'), .type = '5'}}, ""}},
      {"volume", {{{.name = "v", .type = 'V'}}, ""}},
      {"continued", {{{.name = "m", .content = "x", .type = 'M'}}, ""}},
      {"unknown type", {{{.name = "q", .type = 'Q'}, {.name = "/x"}}, ""}},
      {"no name", {{{.name = ""}}, ""}},
  };
}

std::map<std::string, Attack> all_attacks() {
  auto all = path_attacks();
  all.merge(kind_attacks());
  return all;
}

const TarMember kPlain = {.name = "plain", .content = "text"};

TEST(HostileArchive, each_attack_is_refused_for_its_reason) {
  for (const auto& [name, attack] : all_attacks()) {
    SCOPED_TRACE(name);
    std::vector<TarMember> members = {kPlain};
    members.insert(members.end(), attack.members.begin(), attack.members.end());
    const auto files = list_archive(gzip(render_tar(members)));
    EXPECT_FALSE(files);
    if (files) continue;
    EXPECT_TRUE(files.error().message.contains(attack.reason))
        << name << ": " << files.error().message;
    EXPECT_EQ(files.error().kind, ErrorKind::invalid) << name;
  }
}

TEST(HostileArchive, each_pair_of_attacks_is_refused) {
  const auto all = all_attacks();
  std::size_t tried = 0;
  for (const auto& [name, attack] : all) {
    for (const auto& [second, other] : all) {
      std::vector<TarMember> members = attack.members;
      members.insert(members.end(), other.members.begin(), other.members.end());
      ASSERT_FALSE(list_archive(gzip(render_tar(members)))) << name << ", " << second;
      ++tried;
    }
  }
  RecordProperty("archives", static_cast<int>(tried));
  EXPECT_GT(tried, 1500U);
}

TEST(HostileArchive, what_follows_an_archive_is_refused) {
  const std::string tar = render_tar({kPlain});
  const std::string whole = gzip(tar);
  ASSERT_TRUE(list_archive(whole));
  EXPECT_FALSE(list_archive(whole + "x"));
  EXPECT_FALSE(list_archive(whole + std::string(512, '\0')));
  EXPECT_FALSE(list_archive(whole + whole)) << "gzip(1) would go on with the second member";
  EXPECT_FALSE(list_archive(whole + gzip("")));
  EXPECT_FALSE(list_archive(gzip(tar + render_tar({{.name = "hidden"}}))));
  EXPECT_FALSE(list_archive(gzip(tar + "x")));
}

TEST(HostileArchive, that_ends_too_early_is_refused) {
  const std::string whole = gzip(render_tar({kPlain}));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(list_archive(whole.substr(0, size))) << size << " of " << whole.size();
  }
}

TEST(HostileArchive, that_is_something_else_is_refused) {
  const std::string tar = render_tar({kPlain});
  EXPECT_FALSE(list_archive(tar));
  EXPECT_FALSE(list_archive(gzip(gzip(tar))));
  EXPECT_FALSE(list_archive(gzip("x")));
}

TEST(HostileArchive, without_an_end_is_refused) {
  EXPECT_FALSE(list_archive(gzip(render_member(kPlain)))) << "a part of it may be missing";
  EXPECT_FALSE(list_archive(gzip("")));
}

TEST(HostileArchive, that_is_mostly_nothing_is_refused_before_it_is_large) {
  const std::string bomb = gzip(std::string(64U << 20, '\0'));
  const auto files = list_archive(bomb);
  ASSERT_FALSE(files);
  EXPECT_TRUE(files.error().message.contains("bytes of content")) << files.error().message;
  const auto large =
      list_archive(gzip(render_tar({{.name = "z", .content = std::string(40U << 20, 'a')}})));
  EXPECT_FALSE(large);
}

TEST(HostileArchive, of_many_files_is_refused) {
  std::vector<TarMember> members;
  for (std::size_t i = 0; i <= extensions::kMostEntries; ++i)
    members.push_back({.name = std::format("f{}", i)});
  const auto files = list_archive(gzip(render_tar(members)));
  ASSERT_FALSE(files);
}

}  // namespace
}  // namespace muster::package
