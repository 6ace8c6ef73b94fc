#include "iso/lock.h"

#include <gtest/gtest.h>

namespace muster::iso {
namespace {

const ArchivePackage kHtop = {.name = "htop", .version = "3.4.1-5", .sha256 = "aa"};
const ArchivePackage kZlib = {.name = "zlib1g", .version = "1:1.3", .sha256 = "bb"};
const Lock kLock = {.id = "0123456789abcdef",
                    .archives_time = 1757146150,
                    .closures = {{"base", {kHtop, kZlib}}, {"tools", {}}}};

TEST(Locks, are_read_as_they_were_written) { EXPECT_EQ(parse_lock(render_lock(kLock)), kLock); }

TEST(Locks, of_another_kind_are_refused_with_the_member_that_is_wrong) {
  for (const auto* text : {"", "[]", "{}", R"({"lock":2,"id":"a","archives_time":1,"layers":[]})",
                           R"({"lock":1,"id":"a","archives_time":-1,"layers":[]})",
                           R"({"lock":1,"id":"a","archives_time":1,"layers":{}})",
                           R"({"lock":1,"id":"a","archives_time":1,"layers":[{"name":"b"}]})"}) {
    const auto lock = parse_lock(text);
    ASSERT_FALSE(lock) << text;
    EXPECT_FALSE(lock.error().message.empty());
  }
  const auto lock = parse_lock(
      R"({"lock":1,"id":"a","archives_time":1,"layers":[{"name":"b","packages":[{"name":7}]}]})");
  ASSERT_FALSE(lock);
  EXPECT_TRUE(lock.error().message.contains("layers.packages.name")) << lock.error().message;
}

TEST(Locks, hold_when_nothing_changed) { EXPECT_TRUE(compare_with_lock(kLock, kLock.closures)); }

TEST(Locks, say_what_changed_and_of_which_time_the_archives_have_to_be) {
  auto now = kLock.closures;
  now["base"] = {{.name = "htop", .version = "3.4.2", .sha256 = "cc"},
                 {.name = "nano", .version = "8", .sha256 = "dd"},
                 {.name = "zlib1g", .version = "1:1.3", .sha256 = "ee"}};
  const auto done = compare_with_lock(kLock, now);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message,
            "3 packages are other than when the ISO was built: 'htop' was 3.4.1-5 and is 3.4.2; "
            "'zlib1g' 1:1.3 is another file; layer 'base' has now 'nano'");
  EXPECT_TRUE(done.error().hint.contains("2025-09-06 08:09 UTC")) << done.error().hint;
}

// The layers above have what those below have.
TEST(Locks, tell_a_package_of_several_layers_once) {
  const Lock lock = {.closures = {{"base", {kHtop}}, {"head", {kHtop, kZlib}}}};
  ArchivePackage newer = kHtop;
  newer.version = "4";
  const auto done = compare_with_lock(lock, {{"base", {newer}}, {"head", {newer, kZlib}}});
  ASSERT_FALSE(done);
  EXPECT_TRUE(done.error().message.starts_with("one package is other than when"))
      << done.error().text();
}

TEST(Locks, know_when_it_is_not_for_the_archives_to_help) {
  auto now = kLock.closures;
  now["base"].push_back({.name = "zsh", .version = "5"});
  EXPECT_TRUE(compare_with_lock(kLock, now).error().hint.contains("cluster.yaml"));
  EXPECT_EQ(compare_with_lock(kLock, now, "build it again").error().hint, "build it again");
}

TEST(Locks, tell_of_layers_that_come_and_go) {
  const auto done = compare_with_lock(kLock, {{"base", {kHtop, kZlib}}, {"image-gpu", {}}});
  ASSERT_FALSE(done);
  EXPECT_TRUE(
      done.error().message.contains("layer 'image-gpu' is new; there is no layer 'tools' any more"))
      << done.error().message;
}

}  // namespace
}  // namespace muster::iso
