#include "iso/inspect/medium_files.h"

#include <gtest/gtest.h>

#include "core/crypto/hash.h"
#include "tests/unit/inspect/messages.h"

namespace muster::inspect {
namespace {

// xorriso 1.5.6; the second file is larger than one extent of 4 GiB.
constexpr std::string_view kLbaReport =
    "Report layout: xt , Startlba ,   Blocks , Filesize , ISO image path\n"
    "File data lba:  0 ,     2364 ,        1 ,       73 , '/.disk/info'\n"
    "File data lba:  0 ,     3000 ,  2097151 , 4294985000 , '/live/big'\n"
    "File data lba:  1 ,  2100151 ,       10 , 4294985000 , '/live/big'\n";

TEST(MediumFiles, lie_where_xorriso_says) {
  const auto files = parse_lba_report(kLbaReport);
  ASSERT_TRUE(files) << files.error().text();
  EXPECT_EQ(*files, (MediumFiles{{".disk/info", {{.offset = 2364ULL * 2048, .size = 73}}},
                                 {"live/big",
                                  {{.offset = 3000ULL * 2048, .size = 4294965248},
                                   {.offset = 2100151ULL * 2048, .size = 19752}}}}));
  EXPECT_FALSE(parse_lba_report("File data lba: none\n"));
  EXPECT_FALSE(parse_lba_report("something else\n"));
}

TEST(Checksums, are_lines_of_sha256sum) {
  const std::string hash = crypto::sha256("a");
  EXPECT_EQ(parse_checksums(hash + "  live/a b\n"), (Checksums{{"live/a b", hash}}));
  EXPECT_FALSE(parse_checksums("live/a\n"));
  EXPECT_FALSE(parse_checksums(hash + "\n"));
}

TEST(Checksums, are_compared_in_both_directions) {
  const Checksums listed = {{"same", "1"}, {"other", "2"}, {"gone", "3"}};
  const Checksums found = {{"same", "1"}, {"other", "x"}, {"new", "4"}, {"SHA256SUMS", "5"}};
  EXPECT_EQ(messages(compare_checksums(listed, found)),
            (Texts{"'gone' of SHA256SUMS is not there", "'other' is not what SHA256SUMS says",
                   "'new' is not in SHA256SUMS"}));
}

}  // namespace
}  // namespace muster::inspect
