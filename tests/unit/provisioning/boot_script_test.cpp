#include "provisioning/boot_script.h"

#include <gtest/gtest.h>

namespace muster::provisioning {
namespace {

BootTarget target() {
  return {.head = {0x0A2A0001},
          .kernel = "/blob/kernel",
          .initrd = "/blob/initrd",
          .arguments = {*KernelArgument::parse("boot=muster"),
                        *KernelArgument::parse("console=ttyS0,115200")}};
}

TEST(IpxeScript, boots_kernel_and_initrd_of_the_head) {
  EXPECT_EQ(render_ipxe(target()),
            "#!ipxe\n"
            "imgfree ||\n"
            "clear microcode ||\n"
            "kernel http://10.42.0.1/blob/kernel ${microcode} initrd=initrd.img "
            "BOOTIF=01-${netX/mac:hexhyp} boot=muster console=ttyS0,115200 || goto failed\n"
            "initrd --name initrd.img http://10.42.0.1/blob/initrd || "
            "goto failed\n"
            "boot || goto failed\n"
            ":failed\n"
            "echo Kernel or initrd could not be fetched; asking the head again in 5 seconds.\n"
            "sleep 5\n"
            "chain --replace http://10.42.0.1/boot/entry.ipxe || goto failed\n");
}

std::string ipxe_with(MicrocodeChoice choice) {
  auto with = target();
  with.microcode = std::move(choice);
  return render_ipxe(with);
}

TEST(IpxeScript, loads_the_microcode_of_a_known_processor_before_the_initrd) {
  const std::string script = ipxe_with("/blob/amd-19.img");
  EXPECT_TRUE(
      script.starts_with("#!ipxe\n"
                         "imgfree ||\n"
                         "clear microcode ||\n"
                         "initrd --name microcode.img http://10.42.0.1/blob/amd-19.img && "
                         "set microcode initrd=microcode.img ||\n"
                         "kernel http://10.42.0.1/blob/kernel ${microcode} initrd=initrd.img "))
      << script;
}

TEST(IpxeScript, chooses_the_vendor_of_a_processor_that_nobody_has_seen) {
  const std::string script = ipxe_with(VendorMicrocode{.amd = "/m/amd.img", .intel = "/m/i.img"});
  // A guest's microcode is its host's; AMD's extensions to MMX are in bit 22 of EDX.
  EXPECT_NE(script.find("cpuid --ecx 31 && goto boot ||\n"
                        "cpuid --ext 22 && set microcode-file /m/amd.img || "
                        "set microcode-file /m/i.img\n"
                        "initrd --name microcode.img http://10.42.0.1${microcode-file} && "
                        "set microcode initrd=microcode.img ||\n"
                        ":boot\n"
                        "kernel "),
            std::string::npos)
      << script;
}

TEST(IpxeScript, passes_on_words_with_marks_as_they_are) {
  auto with = target();
  with.arguments = {*KernelArgument::parse("memmap=4G!8G"), *KernelArgument::parse("memmap=4G$8G"),
                    *KernelArgument::parse("a=b;c#d")};
  EXPECT_NE(render_ipxe(with).find(" memmap=4G!8G memmap=4G$8G a=b;c#d || goto failed\n"),
            std::string::npos);
}

TEST(IpxeScript, says_that_the_head_has_nothing_to_boot_and_asks_again) {
  const std::string script = render_ipxe_wait({0x0A2A0001});
  EXPECT_TRUE(script.starts_with("#!ipxe\n:again\necho The head has nothing to boot")) << script;
  EXPECT_NE(script.find("chain --replace http://10.42.0.1/boot/entry.ipxe || goto again\n"),
            std::string::npos);
}

TEST(IpxeScript, asks_again_when_the_head_is_away) {
  const std::string script = render_ipxe_entry({0x0A2A0001});
  EXPECT_NE(script.find("chain --replace http://10.42.0.1/boot/node.ipxe?mac=${netX/mac:hexhyp}"),
            std::string::npos);
  EXPECT_NE(script.find("goto again"), std::string::npos);
}

TEST(GrubScript, names_the_card_that_the_firmware_booted_from) {
  const std::string script = render_grub(target(), *parse_mac("52:54:00:AA:BB:01"));
  EXPECT_NE(
      script.find("linux (http,10.42.0.1)/blob/kernel BOOTIF=01-52-54-00-aa-bb-01 boot=muster"),
      std::string::npos);
  EXPECT_NE(script.find("initrd (http,10.42.0.1)/blob/initrd"), std::string::npos);
}

TEST(GrubScript, quotes_words_with_marks_that_grub_reads_as_its_own) {
  auto with = target();
  with.arguments = {*KernelArgument::parse("quiet"), *KernelArgument::parse("memmap=4G!8G"),
                    *KernelArgument::parse("memmap=4G$8G"), *KernelArgument::parse("a=b;c#d")};
  EXPECT_NE(render_grub(with, *parse_mac("52:54:00:AA:BB:01"))
                .find(" quiet 'memmap=4G!8G' 'memmap=4G$8G' 'a=b;c#d'\n"),
            std::string::npos);
}

std::string grub_with(MicrocodeChoice choice) {
  auto with = target();
  with.microcode = std::move(choice);
  return render_grub(with, *parse_mac("52:54:00:AA:BB:01"));
}

TEST(GrubScript, loads_the_microcode_of_a_known_processor_before_the_initrd) {
  EXPECT_NE(grub_with("/m/amd-19.img")
                .find("\ninitrd (http,10.42.0.1)/m/amd-19.img "
                      "(http,10.42.0.1)/blob/initrd\nboot\n"),
            std::string::npos);
  EXPECT_NE(grub_with({}).find("\ninitrd (http,10.42.0.1)/blob/initrd"), std::string::npos);
}

TEST(GrubScript, chooses_the_vendor_of_a_processor_that_nobody_has_seen) {
  const std::string script = grub_with(VendorMicrocode{.amd = "/m/amd.img", .intel = "/m/i.img"});
  const std::string initrd = "(http,10.42.0.1)/blob/initrd\n";
  EXPECT_NE(script.find("smbios --type 4 --get-string 7 --set maker\n"
                        "if regexp 'AMD|Advanced Micro' \"$maker\"; then\n"
                        "  initrd (http,10.42.0.1)/m/amd.img " +
                        initrd +
                        "elif regexp 'Intel' \"$maker\"; then\n"
                        "  initrd (http,10.42.0.1)/m/i.img " +
                        initrd +
                        "elif [ \"$maker\" = QEMU ]; then\n"
                        "  initrd " +
                        initrd +
                        "else\n"
                        "  initrd (http,10.42.0.1)/m/amd.img (http,10.42.0.1)/m/i.img " +
                        initrd + "fi\nboot\n"),
            std::string::npos)
      << script;
}

}  // namespace
}  // namespace muster::provisioning
