#include "hpc/shown_node.h"

#include "core/base/text.h"

namespace muster::hpc {
namespace {

/// What follows `name`; empty when it is not there.
std::string_view rest_after(std::string_view shown, std::string_view name) {
  const std::size_t at = shown.find(name);
  return at == std::string_view::npos ? std::string_view() : shown.substr(at + name.size());
}

}  // namespace

std::vector<std::string> state_flags(std::string_view shown) {
  const std::string_view rest = rest_after(shown, " State=");
  return split(rest.substr(0, rest.find_first_of(" \n")), '+');
}

std::string_view reason_of(std::string_view shown) { return rest_after(shown, " Reason="); }

}  // namespace muster::hpc
