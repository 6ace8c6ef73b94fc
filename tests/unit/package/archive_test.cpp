#include "extensions/package/archive.h"

#include <gtest/gtest.h>

#include "core/crypto/hash.h"
#include "extensions/package/extracted.h"
#include "tests/unit/package/tar_file.h"

namespace muster::package {
namespace {

using extensions::Executable;
using extensions::PackedFile;

const std::vector<SourceFile> kFiles = {
    {.path = "hooks/configure", .content = "#!/bin/sh\n", .executable = Executable::yes},
    {.path = "data/empty"},
    {.path = std::string(90, 'a') + "/" + std::string(90, 'b'),
     .content = std::string(70000, 'x')}};

TEST(Archive, has_what_was_put_into_it) {
  const auto archive = write_archive(kFiles);
  ASSERT_TRUE(archive);
  const auto files = list_archive(*archive);
  ASSERT_TRUE(files) << files.error().message;
  ASSERT_EQ(files->size(), 3U);
  for (const SourceFile& source : kFiles) {
    const PackedFile wanted = {.path = source.path,
                               .sha256 = crypto::sha256(source.content),
                               .size = source.content.size(),
                               .executable = source.executable};
    EXPECT_TRUE(std::ranges::contains(*files, wanted)) << source.path;
  }
}

TEST(Archive, is_the_same_for_the_same_files) {
  std::vector<SourceFile> turned(kFiles.rbegin(), kFiles.rend());
  EXPECT_EQ(write_archive(kFiles), write_archive(turned));
}

TEST(Archive, takes_only_names_that_it_would_read_again) {
  EXPECT_FALSE(write_archive({{.path = "../a"}}));
  EXPECT_FALSE(write_archive({{.path = "a"}, {.path = "A"}}));
}

TEST(Archive, of_plain_tar_is_read) {
  const auto files =
      list_archive(gzip(render_tar({{.name = "d/", .type = '5', .mode = 0755},
                                    {.name = "d/x", .content = "1", .mode = 0700},
                                    {.name = "d/y", .content = "22", .mode = 0600}})));
  ASSERT_TRUE(files) << files.error().message;
  ASSERT_EQ(files->size(), 2U);
  EXPECT_EQ((*files)[0].executable, Executable::yes);
  EXPECT_EQ((*files)[1].executable, Executable::no);
}

/// What muster-extract would write of an archive.
std::string frames_of(const std::string& archive) {
  std::string frames;
  FrameWriter writer([&](std::string_view bytes) -> Status {
    frames += bytes;
    return {};
  });
  EXPECT_TRUE(read_archive(archive, writer));
  return frames;
}

TEST(Extracted, is_what_the_specification_lists) {
  const std::string archive = write_archive(kFiles).value();
  const std::vector<PackedFile> listed = list_archive(archive).value();
  const std::string frames = frames_of(archive);
  const auto files = parse_extracted(frames, listed);
  ASSERT_TRUE(files) << files.error().message;
  ASSERT_EQ(files->size(), 3U);
  EXPECT_EQ((*files)[2].content, "#!/bin/sh\n");
}

TEST(Extracted, refuses_what_the_specification_does_not_list) {
  const std::string archive = write_archive(kFiles).value();
  const std::vector<PackedFile> listed = list_archive(archive).value();
  const std::string frames = frames_of(archive);
  const auto reason = [&](const std::vector<PackedFile>& other) {
    return parse_extracted(frames, other).error().message;
  };
  std::vector<PackedFile> other = listed;
  other.pop_back();
  EXPECT_TRUE(reason(other).contains("and not in the specification"));
  other = listed;
  other.push_back({.path = "more"});
  EXPECT_TRUE(reason(other).contains("and not in the archive"));
  other = listed;
  other[0].size += 1;
  EXPECT_TRUE(reason(other).contains("bytes in the archive"));
  other = listed;
  other[0].sha256 = crypto::sha256("x");
  EXPECT_TRUE(reason(other).contains("is another file"));
  other = listed;
  other[2].executable = Executable::no;
  EXPECT_TRUE(reason(other).contains("is a program in the archive"));
}

TEST(Extracted, believes_no_program_that_was_taken_over) {
  const std::vector<PackedFile> listed = {{.path = "a", .sha256 = crypto::sha256("1"), .size = 1}};
  ASSERT_TRUE(parse_extracted("file 1 644 a\n1", listed));
  for (const std::string frames :
       {"", "file 1 644 a\n2", "file 1 644 a\n", "file 2 644 a\n1",
        "file 1 644 a\n1file 1 644 a\n1", "file 99999999999 644 a\n1",
        "file 18446744073709551615 644 a\n1", "file -1 644 a\n1", "file 1 755 a\n1",
        "file 1 644 ../a\n1", "file 1 644 a b\n1", "file\n", "garbage", "\n\n\n"}) {
    EXPECT_FALSE(parse_extracted(frames, listed)) << frames;
  }
}

}  // namespace
}  // namespace muster::package
