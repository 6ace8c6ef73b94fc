#include "iso/stick.h"

#include <gtest/gtest.h>

namespace muster::iso {
namespace {

constexpr std::string_view kStick = R"({"blockdevices": [{"path": "/dev/sdb", "type": "disk",
  "size": 16008609792, "rm": true, "hotplug": true, "ro": false, "model": "Ultra Fit ",
  "mountpoints": [null], "children": [{"path": "/dev/sdb1", "type": "part", "size": 16007561216,
  "rm": true, "hotplug": true, "ro": false, "model": null, "mountpoints": [null]}]}]})";

constexpr Bytes kIso = Bytes::from_mib(450);

Stick stick() { return *parse_stick(kStick); }

TEST(Stick, is_read_from_lsblk) {
  EXPECT_EQ(stick(), (Stick{.path = "/dev/sdb",
                            .type = "disk",
                            .size = Bytes{16'008'609'792},
                            .is_removable = true,
                            .model = "Ultra Fit"}));
  EXPECT_TRUE(check_stick(stick(), kIso, Accepts::removable));
}

TEST(Stick, of_an_answer_that_is_none_is_an_error_and_no_crash) {
  for (std::size_t length = 0; length < kStick.size() - 2; length += 5) {
    EXPECT_FALSE(parse_stick(kStick.substr(0, length)));
  }
  for (const char* text : {"7", "[]", "{}", R"({"blockdevices": 1})", R"({"blockdevices": []})",
                           R"({"blockdevices": [7]})", R"({"blockdevices": [{"size": "16G"}]})"}) {
    EXPECT_FALSE(parse_stick(text)) << text;
  }
}

TEST(Stick, that_is_used_in_any_way_is_refused) {
  std::string mounted(kStick);
  mounted.replace(mounted.rfind("[null]"), 6, R"(["/media/ada"])");
  const Stick used = *parse_stick(mounted);
  EXPECT_EQ(used.mounts, std::vector<std::string>{"/media/ada"});
  EXPECT_EQ(check_stick(used, kIso, Accepts::any_disk).error().kind, ErrorKind::busy);
  std::string encrypted(kStick);
  encrypted.replace(encrypted.rfind("\"part\""), 6, "\"crypt\"");
  EXPECT_FALSE(check_stick(*parse_stick(encrypted), kIso, Accepts::any_disk));
}

TEST(Stick, is_a_whole_removable_disk_that_is_large_enough) {
  Stick fixed = stick();
  fixed.is_removable = false;
  EXPECT_TRUE(check_stick(fixed, kIso, Accepts::removable).error().hint.contains("--any-disk"));
  EXPECT_TRUE(check_stick(fixed, kIso, Accepts::any_disk));
  Stick part = stick();
  part.type = "part";
  EXPECT_FALSE(check_stick(part, kIso, Accepts::any_disk));
  Stick small = stick();
  small.size = Bytes{kIso.count - 1};
  EXPECT_FALSE(check_stick(small, kIso, Accepts::any_disk));
  Stick locked = stick();
  locked.is_read_only = true;
  EXPECT_FALSE(check_stick(locked, kIso, Accepts::any_disk));
}

}  // namespace
}  // namespace muster::iso
