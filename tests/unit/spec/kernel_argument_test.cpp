#include "core/spec/kernel_argument.h"

#include <gtest/gtest.h>

namespace muster::spec {
namespace {

TEST(KernelArgument, refuses_whatever_a_boot_loader_or_the_kernel_reads_as_its_own) {
  for (const char* hostile :
       {"",     "a b",  "a\nb", "a\rb", "a\tb", "a${net0/mac}", "'a'", "a'b", "\"a\"",
        "a\"b", "a\\b", "#",    "#a",   ";",    "||",           "&&",  "|",   "!a",
        "=x",   "*",    "--",   "---",  "é",    "a\x7f"}) {
    EXPECT_FALSE(KernelArgument::parse(hostile)) << hostile;
  }
  EXPECT_FALSE(KernelArgument::parse(std::string("a\0b", 3)));
  EXPECT_FALSE(KernelArgument::parse(std::string(257, 'a')));
}

TEST(KernelArgument, says_which_rule_a_text_breaks) {
  const auto hint = [](const char* text) { return KernelArgument::parse(text).error().hint; };
  EXPECT_TRUE(hint("--").ends_with("; what follows it would be no argument of the kernel"));
  EXPECT_TRUE(hint("#x").ends_with("; it begins with a letter, a digit, '-' or '_'"));
  EXPECT_TRUE(hint("\u00e4").ends_with(", of the characters of ASCII"));
  EXPECT_TRUE(hint("a b").ends_with(", without blanks, quotes, '\\' and '${'"));
}

TEST(KernelArgument, accepts_what_kernels_take) {
  for (const char* plain :
       {"quiet", "console=ttyS0,115200n8", "mitigations=off", "root=/dev/sda1", "module.param=+x",
        "a@b%c", "memmap=4G!8G", "memmap=4G$8G", "dyndbg=+p;a", "a||b", "a&&b", "a#b", "-s",
        "isolcpus=1-3", "crashkernel=512M-2G:64M,2G-:128M", "dm-mod.create=a{b}", "a=~b"}) {
    EXPECT_TRUE(KernelArgument::parse(plain)) << plain;
  }
  EXPECT_TRUE(KernelArgument::parse(std::string(256, 'a')));
}

TEST(KernelArgument, is_known_by_what_stands_before_the_first_equals_sign) {
  EXPECT_EQ(KernelArgument::parse("console=ttyS0")->name(), "console");
  EXPECT_EQ(KernelArgument::parse("quiet")->name(), "quiet");
  EXPECT_EQ(KernelArgument::parse("a=b=c")->name(), "a");
}

TEST(KernelArgument, names_the_profile) {
  EXPECT_EQ(KernelArgument::profile("gpu-2").text(), "muster.profile=gpu-2");
}

}  // namespace
}  // namespace muster::spec
