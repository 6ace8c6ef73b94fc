#pragma once
// What root did on this head without its daemon, such as an image that was added: `muster log` has
// it as well.

#include <string>

namespace muster::cli {

/// `action`: in the words of the command line. `with`: what it is done with. A daemon that does not
/// run, or cannot write, is said and keeps nobody from the work.
void log_deed(const std::string& action, const std::string& with);

}  // namespace muster::cli
