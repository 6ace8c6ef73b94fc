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

std::string bootif(MacAddress mac) {
  std::string text = "01:" + to_string(mac);
  for (char& c : text) {
    if (c == ':') c = '-';
  }
  return text;
}

}  // namespace

Result<KernelArgument> KernelArgument::parse(std::string_view text) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.,:=/@+%";
  if (text.empty() || text.size() > 256 ||
      text.find_first_not_of(kAllowed) != std::string_view::npos) {
    return fail(
        std::format("kernel argument '{}' has a character that boot loaders read as their own",
                    printable(text)),
        "use letters, digits and -_.,:=/@+% only");
  }
  return KernelArgument(std::string(text));
}

KernelArgument KernelArgument::profile(std::string_view name) {
  auto argument = parse(std::format("muster.profile={}", name));
  CHECK(argument);
  return std::move(*argument);
}

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

std::string render_ipxe(const BootTarget& target) {
  const std::string head = to_string(target.head);
  return std::format(
      "#!ipxe\n"
      "kernel http://{0}{1} initrd=initrd.img BOOTIF=01-${{netX/mac:hexhyp}}{2} || goto failed\n"
      "initrd --name initrd.img http://{0}{3} || goto failed\n"
      "boot || goto failed\n"
      ":failed\n"
      "echo Kernel or initrd could not be fetched; asking the head again in 5 seconds.\n"
      "sleep 5\n"
      "chain --replace http://{0}/boot/entry.ipxe || goto failed\n",
      head, target.kernel, joined(target.arguments), target.initrd);
}

std::string render_grub(const BootTarget& target, MacAddress mac) {
  return std::format(
      "echo 'Muster: fetching kernel and initrd'\n"
      "linux (http,{0}){1} BOOTIF={4}{2}\n"
      "initrd (http,{0}){3}\n"
      "boot\n",
      to_string(target.head), target.kernel, joined(target.arguments), target.initrd, bootif(mac));
}

}  // namespace muster::provisioning
