#include "core/os/random.h"

#include <openssl/rand.h>
#include <vector>

#include "core/base/result.h"
#include "core/base/text.h"

namespace muster::os {

std::string random_hex(std::size_t bytes) {
  std::vector<unsigned char> buffer(bytes);
  CHECK(RAND_bytes(buffer.data(), static_cast<int>(bytes)) == 1);
  return hex(buffer);
}

}  // namespace muster::os
