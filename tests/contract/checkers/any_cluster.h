#pragma once
// A cluster.yaml of random values, each of which its type admits, with the edges of every grammar.

#include <string>

namespace muster {

/// As JSON, which is YAML.
std::string any_cluster_yaml();

}  // namespace muster
