// Promises of boot scripts whatever a machine sends and whatever a profile's kernel arguments are:
// every line is one that we wrote, and nothing from outside stands in it but an Ethernet address
// and accepted arguments. The same for dnsmasq's files, which are made of what machines report.
//
// An input is lines: "arg WORD" adds a kernel argument, "hw JSON" reports a machine, anything else
// asks for a page ("GET /boot/node.ipxe?mac=…"); bytes may be written as %0a in arguments and
// pages.

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "provisioning/network.h"
#include "tests/fuzz/harness.h"
#include "tests/fuzz/node_head.h"
#include "tests/fuzz/requests.h"

namespace {

using namespace muster;

constexpr std::size_t kMaxLines = 64;
constexpr std::string_view kHex = "0123456789abcdef";

bool consists_of(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view kPlain =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.,:=/@+%";

/// Said a second time on purpose: a word that iPXE takes as it stands, that ends no quotation of
/// GRUB's, and that the kernel reads as one.
bool is_safe_word(std::string_view word) {
  const bool printed = std::ranges::all_of(word, [](char c) { return c > ' ' && c <= '~'; });
  const bool starts =
      !word.empty() && !std::string_view(".,:=/@+%").contains(word[0]) && kPlain.contains(word[0]);
  return printed && starts && !word.contains("${") && word.find_first_of("'\"\\") == word.npos &&
         word != "--" && word != "---" && word.size() <= 256;
}

/// As one line of each loader has them.
struct Words {
  std::string ipxe;
  std::string grub;
};

/// What stands between a line's known start and end; none when they are others.
std::optional<std::string_view> between(std::string_view line, std::string_view start,
                                        std::string_view end) {
  if (line.size() < start.size() + end.size() || !line.starts_with(start) || !line.ends_with(end)) {
    return std::nullopt;
  }
  return line.substr(start.size(), line.size() - start.size() - end.size());
}

/// "52-54-00-aa-bb-01"
bool is_card(std::string_view text) {
  if (text.size() != 17) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i % 3 == 2 ? text[i] != '-' : !kHex.contains(text[i])) return false;
  }
  return true;
}

/// Names one or both of the medium's files, and nothing that a machine has said.
bool is_microcode_line(std::string_view line) {
  constexpr std::string_view kHead = "(http,10.42.0.1)";
  constexpr std::string_view kNamed = " && set microcode initrd=microcode.img ||";
  if (const auto file = between(line, "initrd --name microcode.img http://10.42.0.1", kNamed)) {
    return *file == "${microcode-file}" || *file == muster::fuzz::url_of(muster::fuzz::kAmd19);
  }
  const auto files = between(trim(line), "initrd ",
                             std::string(kHead) + muster::fuzz::url_of(muster::fuzz::kInitrd));
  if (!files) return false;
  for (const std::string& file : split(*files, ' ')) {
    if (file.empty()) continue;
    const auto url = between(file, kHead, "");
    if (!url || (*url != muster::fuzz::url_of(muster::fuzz::kAmd) &&
                 *url != muster::fuzz::url_of(muster::fuzz::kIntel) &&
                 *url != muster::fuzz::url_of(muster::fuzz::kAmd19))) {
      return false;
    }
  }
  return true;
}

bool is_our_line(std::string_view line, const Words& arguments) {
  static const std::set<std::string_view> kFixed = {
      "#!ipxe",
      ":again",
      ":wait",
      ":failed",
      "goto again",
      "sleep 5",
      "boot",
      "boot || goto failed",
      "echo 'Muster: fetching kernel and initrd'",
      "echo The head did not answer; asking again in 5 seconds.",
      "echo Kernel or initrd could not be fetched; asking the head again in 5 seconds.",
      "chain --replace http://10.42.0.1/boot/node.ipxe?mac=${netX/mac:hexhyp} || goto wait",
      "chain --replace http://10.42.0.1/boot/entry.ipxe || goto failed",
      "imgfree ||",
      "clear microcode ||",
      "cpuid --ecx 31 && goto boot ||",
      ":boot",
      "smbios --type 4 --get-string 7 --set maker",
      "if regexp 'AMD|Advanced Micro' \"$maker\"; then",
      "elif regexp 'Intel' \"$maker\"; then",
      "elif [ \"$maker\" = QEMU ]; then",
      "else",
      "fi"};
  static const std::set<std::string> kWithFiles = {
      std::format("initrd --name initrd.img http://10.42.0.1{} || goto failed",
                  muster::fuzz::url_of(muster::fuzz::kInitrd)),
      std::format("initrd (http,10.42.0.1){}", muster::fuzz::url_of(muster::fuzz::kInitrd)),
      std::format("cpuid --ext 22 && set microcode-file {} || set microcode-file {}",
                  muster::fuzz::url_of(muster::fuzz::kAmd),
                  muster::fuzz::url_of(muster::fuzz::kIntel))};
  if (kFixed.contains(line) || kWithFiles.contains(std::string(line))) return true;
  if (is_microcode_line(line)) return true;
  if (const auto words =
          between(line,
                  "kernel http://10.42.0.1" + muster::fuzz::url_of(muster::fuzz::kKernel) +
                      " ${microcode} initrd=initrd.img "
                      "BOOTIF=01-${netX/mac:hexhyp}",
                  " || goto failed")) {
    return *words == arguments.ipxe;
  }
  const auto words = between(
      line, "linux (http,10.42.0.1)" + muster::fuzz::url_of(muster::fuzz::kKernel) + " BOOTIF=01-",
      "");
  return words && is_card(words->substr(0, 17)) && words->substr(17) == arguments.grub;
}

void check_script(const os::ServerResponse& response, const Words& arguments) {
  if (response.status != 200) {
    CHECK(response.status >= 400 && response.status < 500);
    CHECK(nlohmann::json::accept(response.body));
    return;
  }
  CHECK(response.content_type.starts_with("text/plain"));
  CHECK(response.body.ends_with('\n'));
  for (const std::string& line : split(trim(response.body), '\n')) {
    CHECK(is_our_line(line, arguments));
  }
}

void check_daemon_files(fuzz::NodeHead& head) {
  const auto nodes = head.registry().nodes();
  for (const auto& [name, text] : provisioning::render_dhcp_hosts(nodes)) {
    CHECK(consists_of(name, "0123456789."));
    CHECK(consists_of(text, "0123456789abcdef:.,n\n"));
  }
  const provisioning::NodeNetwork network{.head = {{0x0A2A0001}, 16}, .head_name = "head"};
  for (const std::string& line : lines(provisioning::render_names(network, nodes))) {
    CHECK(line == "10.42.0.1 head" || consists_of(line, "0123456789. n"));
  }
}

std::vector<provisioning::KernelArgument> accepted(const std::vector<std::string_view>& lines) {
  std::vector<provisioning::KernelArgument> arguments;
  for (const std::string_view line : lines) {
    if (!line.starts_with("arg ")) continue;
    const std::string word = fuzz::percent_decoded(line.substr(4));
    const auto argument = provisioning::KernelArgument::parse(word);
    CHECK(argument.has_value() == is_safe_word(word));
    if (!argument) continue;
    CHECK(argument->text() == word);
    arguments.push_back(*argument);
  }
  return arguments;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::pieces_of(fuzz::text_of(data, size), "\n", kMaxLines);
  const auto arguments = accepted(input);
  Words words;
  for (const auto& argument : arguments) {
    const std::string& text = argument.text();
    words.ipxe += " " + text;
    words.grub += consists_of(text, kPlain) ? " " + text : std::format(" '{}'", text);
  }
  words.ipxe += " muster.profile=default";
  words.grub += " muster.profile=default";
  fuzz::NodeHead head(arguments);
  for (const std::string_view line : input) {
    if (line.starts_with("arg ")) continue;
    if (line.starts_with("hw ")) {
      const auto answer =
          head.handle({.method = "POST",
                       .path = "/node/v1/discover",
                       .query = {},
                       .headers = {{"x-muster-address", "10.42.0.100"}},
                       .body = std::format(R"({{"hardware":{}}})", line.substr(3))});
      CHECK(answer.status == 200 || answer.status == 400 || answer.status == 409);
    } else if (const auto request = fuzz::parse_request_line(line);
               !request.path.starts_with("/node/")) {
      check_script(head.handle(request), words);
    }
  }
  check_daemon_files(head);
  return 0;
}
