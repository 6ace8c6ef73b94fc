#include "core/os/exec_arguments.h"

#include <unistd.h>

#include "core/os/uninterrupted.h"

namespace muster::os {

std::vector<std::string> clean_environment(const std::map<std::string, std::string>& added) {
  std::map<std::string, std::string> values = {
      {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
      {"LANG", "C.UTF-8"},
      {"LC_ALL", "C.UTF-8"},
      {"HOME", "/root"}};
  for (const auto& [name, value] : added) values[name] = value;
  std::vector<std::string> result;
  for (const auto& [name, value] : values) result.push_back(name + "=" + value);
  return result;
}

int read_start_error(int report) {
  int error = 0;
  const ssize_t count = uninterrupted([&] { return read(report, &error, sizeof error); });
  return count == sizeof error ? error : 0;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace muster::os
