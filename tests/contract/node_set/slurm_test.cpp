// Node sets mean here what they mean to Slurm, as far as its syntax goes: ranges and commas.
#include <algorithm>
#include <format>
#include <gtest/gtest.h>
#include <random>

#include "core/base/node_set.h"
#include "core/base/text.h"
#include "core/os/command.h"
#include "core/os/files.h"

namespace muster {
namespace {

/// `scontrol show hostnames` with a configuration of its own: without one it would ask the network.
class Slurm : public testing::Test {
 protected:
  void SetUp() override {
    folder_.emplace(os::TemporaryDirectory::make("slurm-test").value());
    const auto written =
        os::write_file(configuration(), "ClusterName=test\nSlurmctldHost=localhost\n");
    ASSERT_TRUE(written);
    if (!hostnames("n1")) GTEST_SKIP() << "scontrol does not run (package slurm-client)";
  }

  std::optional<std::vector<std::string>> hostnames(const std::string& expression) {
    os::PosixCommandRunner runner;
    const auto result = runner.run({.argv = {"scontrol", "show", "hostnames", expression},
                                    .env = {{"SLURM_CONF", configuration().string()}},
                                    .timeout = std::chrono::seconds(30)});
    // Its status is 0 whatever happens; what it refuses stands on stderr.
    if (!result || result->status != 0 || !result->err.empty()) return std::nullopt;
    return lines(result->out);
  }

  std::filesystem::path configuration() const { return folder_->path() / "slurm.conf"; }

 private:
  std::optional<os::TemporaryDirectory> folder_;
};

std::string random_set(std::mt19937& random) {
  const auto pick = [&](unsigned count) { return static_cast<unsigned>(random()) % count; };
  std::string text;
  for (unsigned terms = 1 + pick(3); terms > 0; --terms) {
    const unsigned digits = pick(2) == 0 ? 3 : 0;
    const unsigned first = pick(120);
    text += std::format("{}{}[{:0{}}-{:0{}},{:0{}}]{}", text.empty() ? "" : ",",
                        pick(2) == 0 ? "n" : "r[1-2]c", first, digits, first + pick(30), digits,
                        pick(200), digits, pick(3) == 0 ? "-ib0" : "");
  }
  return text;
}

TEST_F(Slurm, expands_ranges_alike) {
  std::mt19937 random(20250809);
  for (int i = 0; i < 60; ++i) {
    const std::string text = random_set(random);
    auto expected = hostnames(text);
    ASSERT_TRUE(expected) << text;
    std::ranges::sort(*expected);
    const auto doubles = std::ranges::unique(*expected);
    expected->erase(doubles.begin(), doubles.end());
    auto names = parse_node_set(text).value().names();
    std::ranges::sort(names);
    ASSERT_EQ(names, *expected) << text;
  }
}

TEST_F(Slurm, reads_what_is_folded_here) {
  std::mt19937 random(7);
  for (int i = 0; i < 20; ++i) {
    const NodeSet nodes = parse_node_set(random_set(random)).value();
    const auto names = hostnames(to_string(nodes));
    ASSERT_TRUE(names) << to_string(nodes);
    EXPECT_EQ(NodeSet::from_names(*names).value(), nodes) << to_string(nodes);
  }
}

TEST_F(Slurm, refuses_ranges_that_are_refused_here) {
  for (const auto* bad : {"n[3-1]", "n[1-3", "n[a-b]"}) {
    EXPECT_FALSE(hostnames(bad)) << bad;
    EXPECT_FALSE(parse_node_set(bad)) << bad;
  }
}

}  // namespace
}  // namespace muster
