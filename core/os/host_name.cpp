#include "core/os/host_name.h"

#include <array>
#include <climits>
#include <unistd.h>

#include "core/base/result.h"

namespace muster::os {

std::string read_host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  CHECK(gethostname(name.data(), name.size()) == 0);
  return name.data();
}

}  // namespace muster::os
