// Node sets mean here what they mean to ClusterShell: random expressions with a fixed seed,
// evaluated by both. The library behind `nodeset` answers thousands in one process; the program
// itself a few.
#include <algorithm>
#include <format>
#include <gtest/gtest.h>
#include <random>

#include "core/base/node_set.h"
#include "core/base/text.h"
#include "core/os/command.h"

namespace muster {
namespace {

constexpr unsigned kSeed = 20250809;

/// Answers each line of its input with "names of `nodeset -e`|fold of `nodeset -f`", or "error".
constexpr std::string_view kOracle = R"(
import sys
from ClusterShell.NodeSet import NodeSet, NodeSetException
for line in sys.stdin:
    try:
        nodes = NodeSet(line.rstrip("\n"), resolver=None)
        print(" ".join(sorted(nodes)) + "|" + str(nodes))
    except NodeSetException:
        print("error")
)";

os::CommandResult run(std::vector<std::string> argv, std::optional<std::string> input = {}) {
  os::PosixCommandRunner runner;
  return runner
      .run({.argv = std::move(argv), .input = std::move(input), .timeout = std::chrono::minutes(2)})
      .value_or(os::CommandResult{.status = 127, .out = "", .err = "cannot be started"});
}

/// Makes expressions that are mostly right; few names and small numbers, so that sets meet.
class Expressions {
 public:
  explicit Expressions(std::size_t numbers) : numbers_(numbers) {}

  std::string next() {
    std::string text = term();
    for (int i = pick(5); i > 0; --i) text += one_of(",", ",", "!", "&", "^") + term();
    return text;
  }

  std::string term() {
    std::string text = one_of("n", "n", "x-", "rack_");
    for (std::size_t i = 0; i < numbers_; ++i) {
      if (i > 0) text += one_of("a", "-b");
      text += pick(4) == 0 ? number() : ranges();
    }
    return text + one_of("", "", "", "-ib");
  }

 private:
  int pick(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }

  template <typename... Texts>
  std::string one_of(Texts... texts) {
    const std::vector<std::string> all = {texts...};
    return all[static_cast<std::size_t>(pick(static_cast<int>(all.size())))];
  }

  std::string number() {
    const int digits = pick(3) == 0 ? 1 + pick(3) : 0;
    return std::format("{:0{}}", pick(pick(6) == 0 ? 1200 : 14), digits);
  }

  std::string ranges() {
    // Digits before a bracket: here, as in Slurm, each number behind them is taken by itself.
    // ClusterShell 1.9 agrees for one range of equal width only: it refuses n0[9,10].
    if (pick(6) == 0) return one_of("1", "0", "01") + "[" + range(1) + "]";
    std::string text = "[";
    for (int i = 1 + pick(3); i > 0; --i) {
      text += pick(2) == 0 ? number() : range(pick(3));
      if (i > 1) text += ',';
    }
    return text + "]";
  }

  /// Width 0 is no padding, 1 is two digits, 2 is three.
  std::string range(int width) {
    const int first = pick(12);
    const int last = first + pick(20) - (pick(15) == 0 ? 15 : 0);
    const int digits = width == 0 ? 0 : width + 1;
    const std::string step = pick(4) == 0 ? std::format("/{}", 1 + pick(4)) : "";
    return std::format("{:0{}}-{:0{}}{}", first, digits, std::max(last, 0), digits, step);
  }

  std::size_t numbers_;
  std::mt19937 random_{kSeed};
};

std::string sorted_names(const NodeSet& nodes) {
  std::vector<std::string> names = nodes.names();
  std::ranges::sort(names);
  return join(names, " ");
}

std::string answer(const std::string& expression) {
  const auto nodes = parse_node_set(expression);
  return nodes ? sorted_names(*nodes) + "|" + to_string(*nodes) : "error";
}

class ClusterShell : public testing::Test {
 protected:
  void SetUp() override {
    if (run({"python3", "-c", "import ClusterShell.NodeSet"}).status != 0) {
      GTEST_SKIP() << "ClusterShell is not installed (package clustershell)";
    }
  }

  static std::vector<std::string> ask(const std::vector<std::string>& expressions) {
    const auto result =
        run({"python3", "-c", std::string(kOracle)}, join(expressions, "\n") + "\n");
    EXPECT_EQ(result.status, 0) << result.err;
    return lines(result.out);
  }

  static std::vector<std::string> make(std::size_t count, std::size_t numbers) {
    Expressions random(numbers);
    std::vector<std::string> expressions;
    while (expressions.size() < count) expressions.push_back(random.next());
    return expressions;
  }
};

TEST_F(ClusterShell, expands_and_folds_sets_of_one_number_alike) {
  const auto expressions = make(5000, 1);
  const auto expected = ask(expressions);
  ASSERT_EQ(expected.size(), expressions.size());
  std::size_t errors = 0;
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    ASSERT_EQ(answer(expressions[i]), expected[i]) << expressions[i];
    if (expected[i] == "error") ++errors;
  }
  EXPECT_GT(errors, 50U) << "wrong expressions are a part of the contract";
  EXPECT_LT(errors, 3000U);
}

TEST_F(ClusterShell, expands_sets_of_several_numbers_alike) {
  for (const std::size_t numbers : {2U, 3U}) {
    const auto expressions = make(1000, numbers);
    const auto expected = ask(expressions);
    ASSERT_EQ(expected.size(), expressions.size());
    for (std::size_t i = 0; i < expressions.size(); ++i) {
      const auto nodes = parse_node_set(expressions[i]);
      const std::string names = expected[i].substr(0, expected[i].find('|'));
      ASSERT_EQ(nodes ? sorted_names(*nodes) : "error", names) << expressions[i];
    }
  }
}

TEST_F(ClusterShell, reads_what_is_folded_here) {
  std::vector<std::string> folded;
  std::vector<std::string> names;
  for (const std::string& expression : make(1000, 2)) {
    const auto nodes = parse_node_set(expression);
    if (!nodes || nodes->empty()) continue;
    folded.push_back(to_string(*nodes));
    names.push_back(sorted_names(*nodes));
  }
  const auto answers = ask(folded);
  ASSERT_EQ(answers.size(), folded.size());
  for (std::size_t i = 0; i < folded.size(); ++i) {
    ASSERT_EQ(answers[i].substr(0, answers[i].find('|')), names[i]) << folded[i];
  }
}

TEST_F(ClusterShell, the_program_nodeset_answers_like_its_library) {
  Expressions random(1);
  for (int i = 0; i < 5; ++i) {
    const std::string term = random.term();
    const auto nodes = parse_node_set(term);
    const auto expanded = run({"nodeset", "-e", term});
    ASSERT_EQ(nodes.has_value(), expanded.status == 0) << term << expanded.err;
    if (!nodes) continue;
    EXPECT_EQ(join(nodes->names(), " ") + "\n", expanded.out) << term;
    EXPECT_EQ(to_string(*nodes) + "\n", run({"nodeset", "-f", term}).out) << term;
  }
}

}  // namespace
}  // namespace muster
