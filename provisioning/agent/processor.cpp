#include "provisioning/agent/processor.h"

#include <map>
#include <string>

#include "core/base/text.h"
#include "core/os/files.h"

namespace muster::agent {
namespace {

/// The first block of /proc/cpuinfo: "model name\t: AMD EPYC" becomes one entry.
std::map<std::string, std::string, std::less<>> first_block(std::string_view cpuinfo) {
  std::map<std::string, std::string, std::less<>> block;
  for (const std::string& line : lines(cpuinfo.substr(0, cpuinfo.find("\n\n")))) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string_view text = line;
    block.emplace(trim(text.substr(0, colon)), trim(text.substr(colon + 1)));
  }
  return block;
}

}  // namespace

std::optional<provisioning::Processor> read_processor(const std::filesystem::path& root) {
  const auto cpuinfo = os::read_file(root / "proc/cpuinfo");
  if (!cpuinfo) return std::nullopt;
  auto block = first_block(*cpuinfo);
  if (block["vendor_id"].empty()) return std::nullopt;
  const auto number = [&block](const char* key) {
    return static_cast<std::uint32_t>(parse_number(block[key]).value_or(0));
  };
  return provisioning::Processor{.vendor = block["vendor_id"],
                                 .family = number("cpu family"),
                                 .model = number("model"),
                                 .stepping = number("stepping"),
                                 .name = block["model name"],
                                 .microcode = block["microcode"]};
}

}  // namespace muster::agent
