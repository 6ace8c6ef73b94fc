// `muster iso write` on a real block device: a loop device over a file.

#include <format>
#include <gtest/gtest.h>
#include <unistd.h>

#include "core/base/text.h"
#include "core/os/block_device.h"
#include "core/os/command.h"
#include "core/os/files.h"

namespace muster {
namespace {

class IsoWrite : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "root is needed for a loop device";
    std::string content(5U << 20U, 'm');
    content.replace(32'769, 5, "CD001");
    ASSERT_TRUE(os::write_file(iso(), content));
    ASSERT_TRUE(os::write_file(disk(), std::string(6U << 20U, '\0')));
    const auto made = run_checked(runner_, {.argv = {"losetup", "--find", "--show", disk()}});
    ASSERT_TRUE(made) << made.error().text();
    device_ = trim(*made);
  }
  void TearDown() override {
    if (!device_.empty()) {
      EXPECT_TRUE(run_checked(runner_, {.argv = {"losetup", "--detach", device_}}));
    }
  }

  std::string iso() const { return (folder_.path() / "a.iso").string(); }
  std::string disk() const { return (folder_.path() / "disk").string(); }
  os::CommandResult write(std::vector<std::string> options) {
    options.insert(options.begin(), {MUSTER_PROGRAM, "iso", "write", iso(), device_});
    return *runner_.run({.argv = std::move(options)});
  }
  bool is_written() { return os::read_file(disk())->starts_with(*os::read_file(iso())); }

  os::TemporaryDirectory folder_ = os::TemporaryDirectory::make("iso-write").value();
  os::PosixCommandRunner runner_;
  std::string device_;
};

TEST_F(IsoWrite, writes_and_reads_back) {
  const auto done = write({"--any-disk", "--yes", "--json"});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_TRUE(is_written());
}

TEST_F(IsoWrite, overwrites_nothing_without_a_word_and_no_disk_that_stays_in_the_machine) {
  EXPECT_EQ(write({"--any-disk"}).status, 2);
  EXPECT_EQ(write({"--any-disk", "--dry-run"}).status, 0);
  const auto refused = write({"--yes"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_TRUE(refused.err.contains("is no removable disk")) << refused.err;
  EXPECT_FALSE(is_written());
}

TEST_F(IsoWrite, knows_what_is_no_disk) {
  for (const auto* path : {"/dev/null", "/dev/none", "/etc/passwd"}) {
    const auto done = runner_.run({.argv = {MUSTER_PROGRAM, "iso", "write", iso(), path, "--yes"}});
    EXPECT_EQ(done->status, 1);
    EXPECT_EQ(done->err, std::format("muster: '{}' is not a disk; name one below /dev; 'lsblk' "
                                     "shows the disks\n",
                                     path));
  }
}

TEST_F(IsoWrite, leaves_a_mounted_disk_alone) {
  ASSERT_TRUE(run_checked(runner_, {.argv = {"mkfs.ext4", "-q", device_}}));
  const std::string place = (folder_.path() / "mount").string();
  ASSERT_TRUE(os::make_directory(place));
  ASSERT_TRUE(run_checked(runner_, {.argv = {"mount", device_, place}}));
  const auto refused = write({"--any-disk", "--yes"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_TRUE(refused.err.contains(place)) << refused.err;
  EXPECT_FALSE(os::write_to_device(iso(), device_)) << "nor does the door to disks";
  EXPECT_TRUE(run_checked(runner_, {.argv = {"umount", place}}));
}

TEST_F(IsoWrite, says_what_is_no_iso_and_what_is_too_small) {
  ASSERT_TRUE(os::write_file(iso(), std::string(7U << 20U, 'x')));
  EXPECT_TRUE(write({"--any-disk", "--yes"}).err.contains("is no ISO"));
  std::string large(7U << 20U, 'm');
  large.replace(32'769, 5, "CD001");
  ASSERT_TRUE(os::write_file(iso(), large));
  EXPECT_TRUE(write({"--any-disk", "--yes"}).err.contains("take a larger one"));
  EXPECT_FALSE(os::write_to_device(iso(), device_)) << "nor does it fit when nobody looked";
}

TEST_F(IsoWrite, finds_a_disk_that_kept_something_else) {
  ASSERT_TRUE(os::write_to_device(iso(), device_));
  EXPECT_TRUE(os::compare_with_device(iso(), device_));
  std::string bad = *os::read_file(iso());
  bad.at(4'500'000) = 'x';
  ASSERT_TRUE(os::write_file(iso(), bad));
  const Status found = os::compare_with_device(iso(), device_);
  ASSERT_FALSE(found);
  EXPECT_TRUE(found.error().message.contains("from byte 4500000 on")) << found.error().text();
}

}  // namespace
}  // namespace muster
