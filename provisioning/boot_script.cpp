#include "provisioning/boot_script.h"

#include <format>

#include "core/base/text.h"

namespace muster::provisioning {
namespace {

std::string joined(const std::vector<KernelArgument>& arguments) {
  std::string text;
  for (const KernelArgument& argument : arguments) text += " " + argument.text();
  return text;
}

/// A word between single quotes is the same text to GRUB, whatever is in it (GRUB manual, 6.2
/// "Quoting"); plain words stay as people know them.
std::string quoted(const std::vector<KernelArgument>& arguments) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.,:=/@+%";
  std::string text;
  for (const KernelArgument& argument : arguments) {
    const bool plain = argument.text().find_first_not_of(kPlain) == std::string::npos;
    text += plain ? " " + argument.text() : std::format(" '{}'", argument.text());
  }
  return text;
}

std::string bootif(MacAddress mac) {
  std::string text = "01:" + to_string(mac);
  for (char& c : text) {
    if (c == ':') c = '-';
  }
  return text;
}

/// Sets the variable `microcode` to the kernel argument that names the image, where the machine
/// gets one: a kernel that UEFI starts reads the images that its command line names, in their order
/// (ipxe.org/cmd/initrd). What an earlier, failed script left is dropped first.
std::string ipxe_microcode(const std::string& head, const MicrocodeChoice& choice) {
  constexpr std::string_view kFresh = "imgfree ||\nclear microcode ||\n";
  constexpr std::string_view kNamed = " && set microcode initrd=microcode.img ||\n";
  if (const auto* const path = std::get_if<std::string>(&choice)) {
    return std::format("{}initrd --name microcode.img http://{}{}{}", kFresh, head, *path, kNamed);
  }
  const auto* const both = std::get_if<VendorMicrocode>(&choice);
  if (both == nullptr) return std::string(kFresh);
  // Debian's iPXE has no setting for the vendor, but tests single bits of CPUID
  // (ipxe.org/cmd/cpuid). ECX 31 of leaf 1: a guest, whose microcode is its host's. EDX 22 of leaf
  // 0x80000001: AMD's extensions to MMX, which every AMD64 processor has and no Intel one (AMD64
  // APM vol. 3, App. D).
  return std::format(
      "{0}"
      "cpuid --ecx 31 && goto boot ||\n"
      "cpuid --ext 22 && set microcode-file {2} || set microcode-file {3}\n"
      "initrd --name microcode.img http://{1}${{microcode-file}}{4}"
      ":boot\n",
      kFresh, head, both->amd, both->intel, kNamed);
}

/// The command with what comes before the initrd in its place.
std::string grub_initrd(const BootTarget& target) {
  const std::string head = to_string(target.head);
  const auto initrd = [&](const std::vector<std::string>& early) {
    std::string line = "initrd";
    for (const std::string& path : early) line += std::format(" (http,{}){}", head, path);
    return line + std::format(" (http,{}){}\n", head, target.initrd);
  };
  if (const auto* const path = std::get_if<std::string>(&target.microcode)) return initrd({*path});
  const auto* const both = std::get_if<VendorMicrocode>(&target.microcode);
  if (both == nullptr) return initrd({});
  // The processor's manufacturer (SMBIOS 3.7, 7.5.1): all of both where the firmware has another
  // word for it, nothing for a guest of the lab, whose microcode is its host's.
  return std::format(
      "smbios --type 4 --get-string 7 --set maker\n"
      "if regexp 'AMD|Advanced Micro' \"$maker\"; then\n"
      "  {}"
      "elif regexp 'Intel' \"$maker\"; then\n"
      "  {}"
      "elif [ \"$maker\" = QEMU ]; then\n"
      "  {}"
      "else\n"
      "  {}"
      "fi\n",
      initrd({both->amd}), initrd({both->intel}), initrd({}), initrd({both->amd, both->intel}));
}

}  // namespace

std::string render_ipxe_entry(Ipv4Address head) {
  // netX is the card that was opened last, the one this script came over (ipxe.org/cfg/net).
  // The machine's own loop: a head that is busy or restarts is asked again, for ever, never in
  // haste.
  return std::format(
      "#!ipxe\n"
      ":again\n"
      "chain --replace http://{}/boot/node.ipxe?mac=${{netX/mac:hexhyp}} || goto wait\n"
      ":wait\n"
      "echo The head did not answer; asking again in 5 seconds.\n"
      "sleep 5\n"
      "goto again\n",
      to_string(head));
}

std::string render_ipxe_wait(Ipv4Address head) {
  return std::format(
      "#!ipxe\n"
      ":again\n"
      "echo The head has nothing to boot ('muster status' there says why); asking again in 30 "
      "seconds.\n"
      "sleep 30\n"
      "chain --replace http://{}/boot/entry.ipxe || goto again\n",
      to_string(head));
}

std::string render_grub_wait() {
  // The configuration that read this one starts the machine again (packaging/boot/grub/grub.cfg).
  return "echo 'The head has nothing to boot; its muster status says why.'\n"
         "sleep 30\n";
}

std::string render_ipxe(const BootTarget& target) {
  const std::string head = to_string(target.head);
  return std::format(
      "#!ipxe\n"
      "{4}"
      "kernel http://{0}{1} ${{microcode}} initrd=initrd.img BOOTIF=01-${{netX/mac:hexhyp}}{2} || "
      "goto failed\n"
      "initrd --name initrd.img http://{0}{3} || goto failed\n"
      "boot || goto failed\n"
      ":failed\n"
      "echo Kernel or initrd could not be fetched; asking the head again in 5 seconds.\n"
      "sleep 5\n"
      "chain --replace http://{0}/boot/entry.ipxe || goto failed\n",
      head, target.kernel, joined(target.arguments), target.initrd,
      ipxe_microcode(head, target.microcode));
}

std::string render_grub(const BootTarget& target, MacAddress mac) {
  return std::format(
      "echo 'Muster: fetching kernel and initrd'\n"
      "linux (http,{0}){1} BOOTIF={3}{2}\n"
      "{4}"
      "boot\n",
      to_string(target.head), target.kernel, quoted(target.arguments), bootif(mac),
      grub_initrd(target));
}

}  // namespace muster::provisioning
