#include "provisioning/agent/console_tail.h"

#include "core/base/text.h"
#include "core/os/kernel_log.h"

namespace muster::agent {
namespace {

constexpr std::uint64_t kWarning = 4;
constexpr std::size_t kLineLength = 200;

}  // namespace

std::string kernel_warning(std::string_view record) {
  const auto priority = parse_number(record.substr(0, record.find(',')));
  const std::size_t text = record.find(';');
  // The low three bits are the level, what is above says who wrote it.
  if (!priority || (*priority & 7U) > kWarning || text == std::string_view::npos) return {};
  const std::string_view line = record.substr(text + 1);
  return printable(line.substr(0, line.find('\n')), kLineLength);
}

void ConsoleTail::add(const std::string& line) {
  said_.push_back(printable(line, kLineLength));
  if (said_.size() > kAgentLines) said_.pop_front();
}

std::vector<std::string> ConsoleTail::lines() const {
  std::deque<std::string> kernel;
  for (const std::string& record : os::read_kernel_log()) {
    std::string warning = kernel_warning(record);
    if (warning.empty()) continue;
    kernel.push_back("kernel: " + warning);
    if (kernel.size() > kKernelLines) kernel.pop_front();
  }
  std::vector<std::string> all(kernel.begin(), kernel.end());
  all.insert(all.end(), said_.begin(), said_.end());
  return all;
}

}  // namespace muster::agent
