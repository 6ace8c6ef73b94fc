#include "greetings/greeting.h"

namespace muster::greetings {

std::string greet(const spec::ClusterSpec& spec) { return "This is " + spec.name + ".\n"; }

}  // namespace muster::greetings
