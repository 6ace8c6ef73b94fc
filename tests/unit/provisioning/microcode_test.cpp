#include "provisioning/microcode.h"

#include <format>
#include <gtest/gtest.h>

#include "core/crypto/hash.h"

namespace muster::provisioning {
namespace {

std::string entry(const std::string& file, const std::string& vendor, const std::string& kinds) {
  return std::format(
      R"({{"file":"muster/microcode/{}","size":512,"sha256":"{}","vendor":"{}","processors":[{}]}})",
      file, crypto::sha256(file), vendor, kinds);
}

std::string manifest() {
  return R"({"files":[)" + entry("amd.img", "AuthenticAMD", "") + "," +
         entry("amd-19.img", "AuthenticAMD", R"({"family":25,"model":1,"stepping":1})") + "," +
         entry("intel-06-8f-04.img", "GenuineIntel",
               R"({"family":6,"model":143,"stepping":4},{"family":6,"model":143,"stepping":8})") +
         "," + entry("intel.img", "GenuineIntel", "") + "]}";
}

MicrocodeChoice choose(const std::optional<Processor>& processor) {
  const auto files = parse_microcode(manifest());
  EXPECT_TRUE(files) << files.error().text();
  return choose_microcode(files.value_or(std::vector<MicrocodeFile>{}), processor);
}

Processor processor(const std::string& vendor, std::uint32_t family, std::uint32_t model,
                    std::uint32_t stepping) {
  return {.vendor = vendor, .family = family, .model = model, .stepping = stepping};
}

TEST(Microcode, is_that_of_the_processor) {
  EXPECT_EQ(choose(processor("GenuineIntel", 6, 143, 8)),
            MicrocodeChoice(crypto::sha256("intel-06-8f-04.img")));
  EXPECT_EQ(choose(processor("AuthenticAMD", 25, 1, 1)),
            MicrocodeChoice(crypto::sha256("amd-19.img")));
}

TEST(Microcode, is_none_for_a_kind_that_the_medium_has_none_for) {
  const MicrocodeChoice none;
  EXPECT_EQ(choose(processor("GenuineIntel", 6, 143, 9)), none);
  EXPECT_EQ(choose(processor("AuthenticAMD", 6, 143, 8)), none);
  EXPECT_EQ(choose(processor("HygonGenuine", 24, 0, 1)), none);
}

TEST(Microcode, of_a_processor_that_nobody_has_seen_is_the_boot_loaders_choice) {
  EXPECT_EQ(choose(std::nullopt),
            MicrocodeChoice(VendorMicrocode{.amd = crypto::sha256("amd.img"),
                                            .intel = crypto::sha256("intel.img")}));
  EXPECT_EQ(choose_microcode({}, std::nullopt), MicrocodeChoice());
}

TEST(Microcode, whose_list_is_damaged_is_refused) {
  for (const std::string& text :
       {std::string("no JSON"), std::string("{}"), std::string(R"({"files":[{}]})"),
        R"({"files":[)" + entry("../secret", "GenuineIntel", "") + "]}",
        R"({"files":[)" + entry("a.img", "GenuineIntel", R"({"family":-1})") + "]}",
        R"({"files":[)" +
            entry("a.img", "GenuineIntel", R"({"family":6,"model":70000,"stepping":1})") + "]}"}) {
    const auto refused = parse_microcode(text);
    EXPECT_FALSE(refused) << text;
  }
}

}  // namespace
}  // namespace muster::provisioning
