#include "iso/media_record.h"

#include <gtest/gtest.h>

#include "core/os/files.h"

namespace muster::iso {
namespace {

namespace fs = std::filesystem;

const MediaRecord kRecord = {.id = "abc", .sha256 = "0123"};

class MediaRecords : public testing::Test {
 protected:
  void SetUp() override {
    const auto files = media_files(out);
    for (const auto& file : {files.iso, files.checksum, files.packages, files.spdx, files.lock}) {
      ASSERT_TRUE(os::write_file(file, "x"));
    }
    ASSERT_TRUE(write_media_record(folder, out, kRecord));
  }

  os::TemporaryDirectory scratch = os::TemporaryDirectory::make().value();
  fs::path folder = scratch.path() / "layers";
  fs::path out = scratch.path() / "site.iso";
};

TEST_F(MediaRecords, a_medium_that_nobody_touched_is_known) {
  EXPECT_EQ(find_media_record(folder, out), kRecord);
}

TEST_F(MediaRecords, a_medium_is_not_whole_without_each_of_the_files_beside_it) {
  for (const auto* name :
       {"site.iso", "site.iso.sha256", "site.packages", "site.spdx.json", "site.lock.json"}) {
    const auto file = scratch.path() / name;
    const auto elsewhere = scratch.path() / "elsewhere";
    fs::rename(file, elsewhere);
    EXPECT_FALSE(find_media_record(folder, out)) << name;
    fs::rename(elsewhere, file);
  }
  EXPECT_TRUE(find_media_record(folder, out));
}

TEST_F(MediaRecords, another_medium_at_the_place_is_not_the_one) {
  ASSERT_TRUE(os::write_file(out, "another"));
  EXPECT_FALSE(find_media_record(folder, out));
}

TEST_F(MediaRecords, a_medium_of_the_same_content_elsewhere_is_not_the_one) {
  EXPECT_FALSE(find_media_record(folder, scratch.path() / "other.iso"));
}

}  // namespace
}  // namespace muster::iso
