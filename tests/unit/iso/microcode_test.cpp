#include "iso/microcode.h"

#include <gtest/gtest.h>

#include "core/base/text.h"

namespace muster::iso {
namespace {

std::string number(std::uint32_t value) {
  std::string bytes(4, '\0');
  for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<char>(value >> (8 * i));
  return bytes;
}

/// An Intel update for these signatures, whose data is one number.
std::string intel(const std::vector<std::uint32_t>& signatures, std::uint32_t data) {
  const auto more = static_cast<std::uint32_t>(signatures.size() - 1);
  const std::uint32_t table = more == 0 ? 0 : 20 + 12 * more;
  std::string head = number(1) + number(0x42) + number(0x07012026) + number(signatures[0]);
  std::string tail =
      number(1) + number(1) + number(4) + number(48 + 4 + table) + std::string(12, '\0');
  std::string body = number(data);
  if (more != 0) body += number(more) + std::string(16, '\0');
  for (std::size_t i = 1; i < signatures.size(); ++i) {
    body += number(signatures[i]) + number(1) + number(0);
  }
  std::uint32_t sum = 0;
  const std::string all = head + tail + body;
  for (std::size_t at = 0; at < all.size(); at += 4) {
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      word |= static_cast<std::uint32_t>(static_cast<unsigned char>(all[at + i])) << (8 * i);
    }
    sum += word;
  }
  return head + number(0U - sum) + tail + body;
}

std::string amd(const std::vector<std::uint32_t>& signatures) {
  std::string table;
  for (const auto signature : signatures) table += number(signature) + std::string(12, '\0');
  table += std::string(16, '\0');
  return number(0x00414d44) + number(0) + number(static_cast<std::uint32_t>(table.size())) + table +
         "patches!";
}

TEST(Microcode, reads_a_signature_with_its_extended_parts) {
  // /proc/cpuinfo of a Sapphire Rapids, a Milan, a Bulldozer and a Pentium.
  EXPECT_EQ(parse_signature(0x000806f8), (ProcessorKind{6, 0x8f, 8}));
  EXPECT_EQ(parse_signature(0x00a00f11), (ProcessorKind{0x19, 1, 1}));
  EXPECT_EQ(parse_signature(0x00600f12), (ProcessorKind{0x15, 1, 2}));
  EXPECT_EQ(parse_signature(0x00000543), (ProcessorKind{5, 4, 3}));
}

TEST(IntelMicrocode, is_for_the_processor_of_its_header_and_those_of_its_table) {
  const auto file = intel({0x000806f8, 0x000806f7}, 1) + intel({0x00050654}, 2);
  const auto updates = parse_intel_microcode(file);
  ASSERT_TRUE(updates) << updates.error().text();
  ASSERT_EQ(updates->size(), 2U);
  EXPECT_EQ((*updates)[0].processors, (std::vector<ProcessorKind>{{6, 0x8f, 8}, {6, 0x8f, 7}}));
  EXPECT_EQ((*updates)[1].processors, (std::vector<ProcessorKind>{{6, 0x55, 4}}));
  EXPECT_EQ((*updates)[0].bytes.size() + (*updates)[1].bytes.size(), file.size());
}

TEST(IntelMicrocode, that_is_damaged_is_refused) {
  const auto whole = intel({0x000806f8, 0x000806f7}, 1);
  EXPECT_FALSE(parse_intel_microcode(whole.substr(0, 40)));
  EXPECT_FALSE(parse_intel_microcode(whole.substr(0, whole.size() - 4)));
  auto changed = whole;
  changed[48] ^= 1;
  const auto refused = parse_intel_microcode(changed);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "an update's checksum is wrong");
}

TEST(AmdMicrocode, is_for_the_processors_of_its_table) {
  EXPECT_EQ(parse_amd_microcode(amd({0x00a00f11, 0x00a00f12})).value(),
            (std::vector<ProcessorKind>{{0x19, 1, 1}, {0x19, 1, 2}}));
  EXPECT_FALSE(parse_amd_microcode("no container"));
  EXPECT_FALSE(parse_amd_microcode(amd({0x00a00f11}).substr(0, 20)));
}

class MicrocodeImages : public testing::Test {
 protected:
  const MicrocodeImage& named(const std::string& name) const {
    const auto found = std::ranges::find(images, name, &MicrocodeImage::name);
    EXPECT_NE(found, images.end()) << name;
    return *found;
  }
  /// Where a text begins in an image.
  std::size_t find(const std::string& name, const std::string& text) const {
    return named(name).archive.find(text);
  }

  std::string shared = intel({0x000806f8, 0x000806f7}, 1);
  std::string own = intel({0x000806f8}, 2);
  std::string other = intel({0x00050654}, 3);
  std::vector<MicrocodeImage> images =
      plan_microcode({{"06-8f-07", shared}, {"06-8f-08", shared + own}, {"06-55-04", other}},
                     {{"microcode_amd_fam19h.bin", amd({0x00a00f11})},
                      {"microcode_amd_fam17h.bin", amd({0x00800f12})}})
          .value();
};

TEST_F(MicrocodeImages, are_one_for_each_group_of_processors_and_one_for_each_vendor) {
  std::vector<std::string> names;
  for (const auto& image : images) names.push_back(image.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"amd-17.img", "amd-19.img", "amd.img", "intel-06-55-04.img",
                                      "intel-06-8f-07.img", "intel-06-8f-08.img", "intel.img"}));
  EXPECT_EQ(named("intel-06-8f-08.img").processors, (std::vector<ProcessorKind>{{6, 0x8f, 8}}));
  EXPECT_EQ(named("amd-17.img").processors, (std::vector<ProcessorKind>{{0x17, 1, 2}}));
  EXPECT_TRUE(named("intel.img").processors.empty());
}

TEST_F(MicrocodeImages, hold_every_update_of_their_processors_once) {
  EXPECT_NE(find("intel-06-8f-08.img", shared), std::string::npos);
  EXPECT_NE(find("intel-06-8f-08.img", own), std::string::npos);
  EXPECT_EQ(find("intel-06-8f-07.img", own), std::string::npos);
  EXPECT_EQ(find("intel-06-55-04.img", shared), std::string::npos);
  const auto first = find("intel.img", shared);
  EXPECT_NE(find("intel.img", other), std::string::npos);
  EXPECT_EQ(named("intel.img").archive.find(shared, first + 1), std::string::npos);
}

TEST_F(MicrocodeImages, of_processors_with_the_same_updates_are_one) {
  const auto same = plan_microcode({{"06-8f-07", shared}, {"06-8f-08", shared}}, {});
  ASSERT_TRUE(same);
  ASSERT_EQ(same->size(), 3U);
  EXPECT_EQ((*same)[1].name, "intel-06-8f-07.img");
  EXPECT_EQ((*same)[1].processors, (std::vector<ProcessorKind>{{6, 0x8f, 7}, {6, 0x8f, 8}}));
}

TEST_F(MicrocodeImages, begin_as_the_kernel_looks_for_them) {
  // Documentation/arch/x86/microcode.rst: an archive that is not compressed, and one path in it for
  // each vendor; the first entry is the folder.
  for (const auto& image : images) {
    EXPECT_TRUE(image.archive.starts_with("070701")) << image.name;
    EXPECT_EQ(image.archive.substr(110, 7), std::string("kernel\0", 7)) << image.name;
    EXPECT_NE(image.archive.find("kernel/x86/microcode/" + image.vendor + ".bin"),
              std::string::npos);
  }
  EXPECT_EQ(named("intel.img").vendor, "GenuineIntel");
  EXPECT_EQ(named("amd-19.img").vendor, "AuthenticAMD");
}

TEST_F(MicrocodeImages, have_their_data_where_a_processor_can_take_it) {
  EXPECT_EQ(find("intel-06-55-04.img", other) % 16, 0U);
  EXPECT_EQ(find("amd-19.img", amd({0x00a00f11})) % 16, 0U);
}

TEST_F(MicrocodeImages, are_refused_where_two_files_are_for_one_family) {
  const auto refused =
      plan_microcode({}, {{"a.bin", amd({0x00a00f11})}, {"b.bin", amd({0x00a00f12})}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "AMD's microcode 'b.bin' is a second file for family 19h");
}

TEST(MicrocodeManifest, says_which_file_is_for_which_processor) {
  EXPECT_EQ(render_microcode_manifest({{.file = {"muster/microcode/amd-19.img", 512, "ab"},
                                        .vendor = "AuthenticAMD",
                                        .processors = {{0x19, 1, 1}}}}),
            "{\n \"files\": [\n  {\n   \"file\": \"muster/microcode/amd-19.img\",\n"
            "   \"size\": 512,\n   \"sha256\": \"ab\",\n   \"vendor\": \"AuthenticAMD\",\n"
            "   \"processors\": [\n    {\n     \"family\": 25,\n     \"model\": 1,\n"
            "     \"stepping\": 1\n    }\n   ]\n  }\n ]\n}\n");
}

}  // namespace
}  // namespace muster::iso
