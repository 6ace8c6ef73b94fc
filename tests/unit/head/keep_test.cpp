#include "head/keep.h"

#include <gtest/gtest.h>

namespace muster::head {
namespace {

constexpr const char* kPartitioned = R"({"blockdevices": [{"name":"/dev/sda", "type":"disk",
  "fstype":null, "label":null, "mountpoints":[null], "children": [
    {"name":"/dev/sda1", "type":"part", "fstype":"ext4", "label":"root", "mountpoints":["/mnt"]}]}]})";

TEST(StateDisk, a_blank_disk_will_do) {
  const auto use = parse_disk_use(R"({"blockdevices": [{"name":"/dev/vda", "type":"disk",
    "fstype":null, "label":null, "mountpoints":[null]}]})");
  ASSERT_TRUE(use) << use.error().text();
  EXPECT_TRUE(check_disk("/dev/vda", *use, Contents::keep));
}

TEST(StateDisk, a_mounted_disk_is_never_taken) {
  const auto use = parse_disk_use(kPartitioned);
  ASSERT_TRUE(use);
  EXPECT_EQ(use->mounts, std::vector<std::string>{"/mnt"});
  const Status checked = check_disk("/dev/sda", *use, Contents::erase);
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().message.find("mounted at /mnt"), std::string::npos);
}

TEST(StateDisk, what_is_on_a_disk_is_named_before_it_is_lost) {
  DiskUse use{.type = "disk", .contents = {"ntfs on /dev/sdb"}};
  const Status checked = check_disk("/dev/sdb", use, Contents::keep);
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().message.find("ntfs on /dev/sdb"), std::string::npos);
  EXPECT_TRUE(check_disk("/dev/sdb", use, Contents::erase));
}

TEST(StateDisk, a_state_disk_is_not_made_twice_by_mistake) {
  const DiskUse use{.type = "disk", .label = "muster-state", .contents = {"ext4 on /dev/sdb"}};
  const Status checked = check_disk("/dev/sdb", use, Contents::keep);
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().message.find("already"), std::string::npos);
}

TEST(StateDisk, a_reader_of_discs_is_no_disk) {
  EXPECT_FALSE(check_disk("/dev/sr0", {.type = "rom"}, Contents::erase));
  EXPECT_FALSE(parse_disk_use("nonsense"));
}

TEST(StateDisk, its_list_marks_it_and_names_each_directory) {
  const std::vector<std::string> shared = {"/home", "/srv/data"};
  EXPECT_EQ(render_state_list(shared),
            "muster-state 1\n/var/lib/muster\n/var/lib/slurm\n/var/lib/muster-keys\n"
            "/var/lib/muster-head\n/var/lib/muster-images\n/var/lib/muster-extensions\n/var/lib/"
            "muster-extension-data\n/home\n/srv/"
            "data\n");
}

TEST(StateDisk, the_one_in_use_is_where_the_initrd_mounts_it) {
  constexpr const char* kMounts =
      "28 1 0:25 / / rw - overlay overlay rw\n"
      "31 28 253:0 / /run/muster-state/vda rw,noatime - ext4 /dev/vda rw\n"
      "40 28 253:0 /home /home rw,noatime - ext4 /dev/vda rw\n";
  EXPECT_EQ(find_state_disk(kMounts), "/run/muster-state/vda");
  EXPECT_FALSE(find_state_disk("28 1 0:25 / / rw - overlay overlay rw\n"));
}

TEST(StateDisk, a_volume_that_came_later_is_not_kept_yet) {
  const std::vector<std::string> shared = {"/home", "/srv/data"};
  EXPECT_EQ(find_unkept("muster-state 1\n/var/lib/muster\n/home\n", shared),
            std::vector<std::string>{"/srv/data"});
  EXPECT_TRUE(find_unkept(render_state_list(shared), shared).empty());
}

}  // namespace
}  // namespace muster::head
