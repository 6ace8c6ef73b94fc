#include "core/base/version.h"

namespace muster {

const char* muster_version() { return MUSTER_VERSION; }

}  // namespace muster
