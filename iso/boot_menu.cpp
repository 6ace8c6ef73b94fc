#include "iso/boot_menu.h"

#include <format>

#include "core/base/text.h"

namespace muster::iso {
namespace {

constexpr std::string_view kNotYet = "Install on disk (not in this version yet)";

constexpr std::string_view kStateless = "Live head, without its state disk";

constexpr std::string_view kPlainGraphics = "Live head, plain graphics (black screen)";

constexpr std::string_view kFromMemory = "Live head, all in memory (the stick may be pulled)";

constexpr std::string_view kSecondLine = "Live head, on the second serial line (ttyS1)";

constexpr std::string_view kCheck = "Check this ISO, then restart";

/// The head's initrd reads it (layers/include/base/…/live-bottom/muster-state).
constexpr const char* kStatelessWord = "muster.state=no";
/// For a card whose driver shows nothing.
constexpr const char* kPlainGraphicsWord = "nomodeset";

/// live-boot(7): copies the medium into memory first.
constexpr const char* kFromMemoryWord = "toram";

/// live-boot(7): compares all that SHA256SUMS lists, and starts nothing.
constexpr const char* kCheckWord = "verify-checksums=sha256";

std::vector<std::string> with(std::vector<std::string> arguments, const char* word) {
  arguments.emplace_back(word);
  return arguments;
}

/// Servers show one of their serial lines over the network. The kernel talks on one only
/// (serial-console.rst of Linux).
std::vector<std::string> on_second_line(std::vector<std::string> arguments) {
  for (std::string& word : arguments) {
    if (word.starts_with("console=ttyS0")) word.replace(0, 13, "console=ttyS1");
  }
  return arguments;
}

/// Whoever checks a medium wants to read what is wrong with it: no restart after a failure.
std::vector<std::string> check_arguments(std::vector<std::string> arguments) {
  std::erase_if(arguments, [](const std::string& word) { return word.starts_with("panic="); });
  return with(std::move(arguments), kCheckWord);
}

/// One of the entries that start the head.
struct HeadEntry {
  std::string_view id;
  std::string_view title;
  std::vector<std::string> arguments;
};

std::vector<HeadEntry> head_entries(const BootMenu& menu) {
  const auto& plain = menu.kernel_arguments;
  return {{"live", "Live head", plain},
          {"stateless", kStateless, with(plain, kStatelessWord)},
          {"memory", kFromMemory, with(plain, kFromMemoryWord)},
          {"serial", kSecondLine, on_second_line(plain)},
          {"graphics", kPlainGraphics, with(plain, kPlainGraphicsWord)},
          {"check", kCheck, check_arguments(plain)}};
}

/// The microcode first: behind anything compressed the kernel does not find it.
std::string initrds(const BootMenu& menu, std::string_view separator) {
  auto paths = menu.microcode;
  paths.emplace_back("/live/initrd.img");
  return join(paths, separator);
}

std::string isolinux_entry(const BootMenu& menu, const HeadEntry& entry) {
  return std::format(
      "label {}\n"
      "  menu label {}\n"
      "  linux /live/vmlinuz\n"
      "  initrd {}\n"
      "  append {}\n",
      entry.id, entry.title, initrds(menu, ","), join(entry.arguments, " "));
}

std::string grub_entry(const BootMenu& menu, const HeadEntry& entry) {
  return std::format(
      "menuentry '{}' --id {} {{\n"
      "  linux /live/vmlinuz {}\n"
      "  initrd {}\n"
      "}}\n",
      entry.title, entry.id, join(entry.arguments, " "), initrds(menu, " "));
}

}  // namespace

std::vector<std::string> live_arguments() {
  return {"boot=live", "nonetworking", "noeject", "audit=0", "console=tty0", "console=ttyS0,115200",
          // All nodes hang on the head: what a person would do for it, it does itself.
          "panic=30",
          // A live system is always at its first boot, and has nothing to ask.
          "systemd.firstboot=no"};
}

std::string render_isolinux(const BootMenu& menu) {
  std::string text = std::format(
      "serial 0 115200\n"
      "ui menu.c32\n"
      "prompt 0\n"
      "timeout {}\n"
      "menu title {}\n"
      "menu autoboot The live head starts in # second{{,s}}\n"
      "default live\n",
      menu.timeout * 10, menu.title);
  for (const HeadEntry& entry : head_entries(menu)) text += isolinux_entry(menu, entry);
  text += std::format(
      "label install\n"
      "  menu label {}\n"
      "  menu disable\n"
      "label local\n"
      "  menu label Boot from local disk\n"
      "  localboot -1\n",
      kNotYet);
  if (menu.memory_test == BootMenu::MemoryTest::present) {
    text +=
        "label memtest\n"
        "  menu label Memory test\n"
        "  linux /live/memtest.bin\n"
        "  append console=ttyS0,115200\n";
  }
  return text;
}

std::string render_grub(const BootMenu& menu) {
  std::string text = std::format(
      "# {}\n"
      "serial --unit=0 --speed=115200\n"
      "terminal_input console serial\n"
      "terminal_output console serial\n"
      "set timeout_style=menu\n"
      "set timeout={}\n"
      "set default=0\n",
      menu.title, menu.timeout);
  for (const HeadEntry& entry : head_entries(menu)) text += grub_entry(menu, entry);
  text += std::format(
      "menuentry '{}' --id install {{\n"
      "  echo 'This version runs the head from the ISO; press a key for the menu.'\n"
      "  sleep --interruptible 10\n"
      "}}\n"
      "menuentry 'Boot from local disk' --id local {{\n"
      "  exit 1\n"
      "}}\n",
      kNotYet);
  if (menu.memory_test == BootMenu::MemoryTest::present) {
    // Not signed by anybody that a firmware with Secure Boot believes.
    text +=
        "if [ \"$lockdown\" != y ]; then\n"
        "  menuentry 'Memory test' --id memtest {\n"
        "    linux /live/memtest.efi console=ttyS0,115200\n"
        "  }\n"
        "fi\n";
  }
  return text;
}

std::string render_efi_grub(const BootMenu& menu) {
  return std::format(
      "search --no-floppy --set=root --file /.disk/muster-{}\n"
      "set prefix=($root)/boot/grub\n"
      "configfile ($root)/boot/grub/grub.cfg\n",
      menu.id);
}

}  // namespace muster::iso
