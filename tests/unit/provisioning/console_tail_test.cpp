#include "provisioning/agent/console_tail.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace muster::agent {
namespace {

TEST(ConsoleTail, keeps_the_kernels_warnings_and_not_its_chatter) {
  EXPECT_EQ(kernel_warning("4,1012,4713210,-;e1000e: Link is Down\n SUBSYSTEM=net\n"),
            "e1000e: Link is Down");
  EXPECT_EQ(kernel_warning("3,7,1,-;Out of memory"), "Out of memory");
  EXPECT_EQ(kernel_warning("6,7,1,-;Freeing unused memory"), "");
  EXPECT_EQ(kernel_warning("28,7,1,-;a daemon's warning"), "a daemon's warning");
  EXPECT_EQ(kernel_warning("no record"), "");
  EXPECT_EQ(kernel_warning("3,7,1,-;a\x1b[2Jb"), R"(a\x1b[2Jb)");
}

TEST(ConsoleTail, ends_with_what_the_agent_said_last) {
  ConsoleTail tail;
  for (int i = 0; i < 100; ++i) tail.add("line " + std::to_string(i));
  const auto lines = tail.lines();
  ASSERT_GE(lines.size(), kAgentLines);
  EXPECT_LE(lines.size(), kAgentLines + kKernelLines);
  EXPECT_EQ(lines.back(), "line 99");
  EXPECT_EQ(std::ranges::count(lines, "line 92"), 1);
  EXPECT_EQ(std::ranges::count(lines, "line 91"), 0);
}

}  // namespace
}  // namespace muster::agent
