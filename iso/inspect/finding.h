#pragma once
// What an inspection of a finished tree, initial RAM disk or medium has found. An inspection is a
// pure function over a listing; readers beside it make the listing.

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace muster::inspect {

/// One thing that is wrong: what it is and why it matters, and the next step (Error's two halves).
struct Finding {
  std::string message;
  std::string hint;
  bool operator==(const Finding&) const = default;
};

/// The next step for what a build made wrong.
inline constexpr const char* kMakeAnew = "make the ISO anew; when that does not help, report it";

/// Texts of somebody else that are read whole have at most so many bytes: settings, accounts,
/// menus, manifests.
inline constexpr std::uint64_t kLargestText = 16U << 20U;

/// Adds what another inspection has found.
void add(std::vector<Finding>& findings, std::vector<Finding> more);

/// The same findings, each with "`where`: " before its message.
std::vector<Finding> found_in(const std::string& where, std::vector<Finding> findings);

/// No error when there is no finding, else one that shows the first few and how many there are.
Status refuse(const std::vector<Finding>& findings);

}  // namespace muster::inspect
