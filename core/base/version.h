#pragma once
// Which Muster this is: "0.1.0", or of a package that was built in a checkout
// "0.1.0+git20261127183254.addbd52" (tools/version).

namespace muster {

const char* muster_version();

}  // namespace muster
