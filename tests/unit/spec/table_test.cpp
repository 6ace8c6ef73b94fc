// A table of fields that is not cluster.yaml's.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/spec/field_rows.h"
#include "core/spec/json.h"
#include "core/spec/reader.h"
#include "core/spec/reference.h"

namespace muster::spec {
namespace {

struct Disk {
  std::string mount;
};

struct Answers {
  std::string host;
  std::optional<std::uint32_t> owner;
  std::vector<std::string> packages;
  std::vector<Disk> disks;
};

const Field kDisk[] = {rows::value<kMountPoint, &Disk::mount>({.key = "mount",
                                                               .doc = "Where it is mounted.",
                                                               .example = "/data",
                                                               .presence = Presence::required})};

const Field kAnswers[] = {
    rows::value<kHostLabel, &Answers::host>(
        {.key = "host", .doc = "The name of the machine.", .fallback = "head"}),
    rows::value<kUid, &Answers::owner>({.key = "owner", .doc = "Whose it is.", .example = "10001"}),
    rows::values<kPackage, &Answers::packages>(
        {.key = "packages", .doc = "What is installed besides.", .example = "vim"}),
    rows::sections<&Answers::disks>({.key = "disks", .doc = "The disks."}, kDisk),
};

const Table kTable = {.fields = kAnswers};

std::vector<Diagnostic> read(std::string_view text, Answers& answers) {
  Reader reader(kTable, "answers.yaml");
  reader.read_text(text, &answers);
  return reader.finish();
}

TEST(FieldTable, of_another_file_fills_its_own_record) {
  Answers answers;
  EXPECT_TRUE(
      read("owner: 10007\npackages: [vim, less]\ndisks:\n  - mount: /data\n", answers).empty());
  EXPECT_EQ(answers.host, "head");
  EXPECT_EQ(answers.owner, 10007U);
  EXPECT_EQ(answers.packages, (std::vector<std::string>{"vim", "less"}));
  ASSERT_EQ(answers.disks.size(), 1U);
  EXPECT_EQ(answers.disks[0].mount, "/data");
  EXPECT_EQ(
      record_to_json(kAnswers, &answers).dump(),
      R"({"disks":[{"mount":"/data"}],"host":"head","owner":10007,"packages":["vim","less"]})");
}

TEST(FieldTable, of_another_file_tells_all_that_is_wrong_with_places) {
  Answers answers;
  const auto problems = read("hots: a\nmount: /x\ndisks:\n  - {}\nowner: many\n", answers);
  ASSERT_EQ(problems.size(), 4U);
  EXPECT_EQ(to_string(problems[0]), "answers.yaml:1:1: unknown key 'hots'; did you mean 'host'?");
  EXPECT_EQ(problems[1].message, "unknown key 'mount'");
  EXPECT_TRUE(problems[1].hint.starts_with("'mount' belongs in disks[]")) << problems[1].hint;
  EXPECT_EQ(problems[2].message, "disks[0].mount is missing");
  EXPECT_EQ(problems[3].line, 5);
  const auto large = read(std::string(kMaxFileSize + 1, '#'), answers);
  ASSERT_EQ(large.size(), 1U);
  EXPECT_EQ(large[0].hint, "such a file is a few pages of text");
}

TEST(FieldTable, of_another_file_has_a_schema_and_a_manual) {
  const auto schema = object_schema(kAnswers);
  EXPECT_EQ(schema.at("properties").at("host").at("default"), "head");
  EXPECT_EQ(schema.at("properties").at("disks").at("items").at("required").at(0), "mount");
  const std::string manual = render_keys_table(kAnswers);
  EXPECT_TRUE(manual.contains("| `owner` | Whose it is. |")) << manual;
}

}  // namespace
}  // namespace muster::spec
