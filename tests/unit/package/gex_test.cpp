#include "extensions/package/gex.h"

#include <gtest/gtest.h>

namespace muster::package {
namespace {

const std::string kText =
    "package-name: hpc_base\npackage-description: Basics \"of\" HPC\n"
    "package-maintainer: Ada Lovelace <ada@example.org>\npackage-contents: hpc_base.tgz\n";

std::vector<std::string> problems_of(const std::string& text) {
  std::vector<std::string> all;
  for (const spec::Diagnostic& problem : parse_gex(text, "f.gex").problems) {
    all.push_back(spec::to_string(problem));
  }
  return all;
}

TEST(Gex, has_what_its_lines_say) {
  const GexOutcome read = parse_gex("# old\n\n" + kText + "hpc-register:  Base \r\n", "f");
  ASSERT_TRUE(read.problems.empty()) << spec::to_string(read.problems.front());
  EXPECT_EQ(read.gex.name, "hpc_base");
  EXPECT_EQ(read.gex.description, "Basics \"of\" HPC");
  EXPECT_EQ(read.gex.contents, "hpc_base.tgz");
  EXPECT_EQ(read.gex.exec, "runme");
  EXPECT_EQ(read.gex.hpc, "Base");
  EXPECT_EQ(parse_gex(kText + "package-exec: bin/go: now\n", "f").gex.exec, "bin/go: now");
}

TEST(Gex, tells_all_that_is_wrong_with_places) {
  const auto problems = problems_of(
      "package-name: a\nnonsense\npackage-name: b\nlamp: on\npackage-exec:\n"
      "application-register: x\nhpc-register: y\n");
  ASSERT_EQ(problems.size(), 8U);
  EXPECT_TRUE(problems[0].starts_with("f.gex:2:1: 'nonsense' is no line")) << problems[0];
  EXPECT_TRUE(problems[1].starts_with("f.gex:3:1: 'package-name' comes twice")) << problems[1];
  EXPECT_TRUE(problems[2].starts_with("f.gex:4:1: unknown key 'lamp'")) << problems[2];
  EXPECT_TRUE(problems[3].starts_with("f.gex:5:1: package-exec has no value")) << problems[3];
  EXPECT_TRUE(problems[4].contains("package-description is missing")) << problems[4];
  EXPECT_TRUE(problems[7].contains("both application-register and hpc-register")) << problems[7];
}

TEST(Gex, says_where_a_value_cannot_be_one_of_today) {
  std::string text = kText;
  text.replace(text.find("Ada Lovelace <ada@example.org>"), 30, "Gluster Team");
  EXPECT_TRUE(problems_of(text).at(0).starts_with("f.gex:3:1: package-maintainer: 'Gluster Team'"));
  text = kText;
  text.replace(text.find("hpc_base"), 8, std::string(30, 'x'));
  EXPECT_TRUE(problems_of(text).at(0).starts_with("f.gex:1:1: package-name: "));
}

}  // namespace
}  // namespace muster::package
