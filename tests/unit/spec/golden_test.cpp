// Each tests/golden/spec/NAME.yaml is checked as `muster spec check` does; what must be said stands
// in NAME.expected beside it, one problem or remark a line. Empty: there is nothing to say.
#include <filesystem>
#include <gtest/gtest.h>

#include "core/base/text.h"
#include "core/os/files.h"
#include "core/spec/parse.h"

namespace muster::spec {
namespace {

const std::filesystem::path kFolder = MUSTER_SOURCE "/tests/golden/spec";

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, file_gets_exactly_the_expected_problems_and_remarks) {
  const std::string file = GetParam() + ".yaml";
  const std::string text = os::read_file(kFolder / file).value();
  std::string found;
  const ParseOutcome outcome = parse_cluster(text, file);
  for (const Diagnostic& problem : outcome.problems) found += to_string(problem) + "\n";
  for (Diagnostic remark : outcome.remarks) {
    remark.message.insert(0, "remark: ");
    found += to_string(remark) + "\n";
  }
  EXPECT_EQ(found, os::read_file(kFolder / (GetParam() + ".expected")).value());
}

std::vector<std::string> golden_names() {
  std::vector<std::string> names;
  const auto files = os::list_directory(kFolder).value();
  for (const std::string& name : files) {
    if (name.ends_with(".yaml")) names.push_back(name.substr(0, name.size() - 5));
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(Spec, Golden, testing::ValuesIn(golden_names()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace muster::spec
