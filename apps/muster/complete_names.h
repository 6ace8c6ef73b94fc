#pragma once
// Names that completion asks the world for: nodes, machines that wait, users, profiles, labs and
// their machines, keys of cluster.yaml. Who presses TAB waits, so nothing here waits long, and what
// does not answer has no names.

#include <map>
#include <string>
#include <vector>

namespace muster::cli {

/// Names of one kind (commands.h, namespace value). `given` holds the options typed before, which
/// say the lab that is meant.
std::vector<std::string> names_of_kind(const std::string& kind,
                                       const std::map<std::string, std::string>& given);

}  // namespace muster::cli
