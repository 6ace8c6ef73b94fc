#pragma once
// What the verbs that plan or make a medium are told, and everything they need to do it.

#include <expected>
#include <string>

#include "iso/builder.h"

namespace muster::cli {

struct IsoArguments {
  std::string file = "cluster.yaml";
  std::string out = "build/muster-amd64.iso";
  std::string data;
  std::string packages;
  std::string cache;
  bool json = false;
  bool verbose = false;
};

/// The specification and everything else a build needs; or the status to end with, after saying
/// why.
std::expected<iso::BuildOptions, int> read_options(const IsoArguments& arguments);

}  // namespace muster::cli
