#include "provisioning/agent/sysfs.h"

#include "core/base/text.h"
#include "core/os/files.h"

namespace muster::agent {

std::string read_value(const std::filesystem::path& path) {
  const auto content = os::read_file(path, 1U << 20U);
  return content ? std::string(trim(*content)) : std::string();
}

std::vector<std::string> names_in(const std::filesystem::path& directory) {
  return os::list_directory(directory).value_or(std::vector<std::string>());
}

std::string kernel_argument(const std::filesystem::path& root, std::string_view key) {
  for (const std::string& word : split(read_value(root / "proc/cmdline"), ' ')) {
    if (word.starts_with(key)) return word.substr(key.size());
  }
  return {};
}

}  // namespace muster::agent
