#include "hpc/node_groups.h"

#include <format>
#include <optional>
#include <tuple>

#include "core/base/text.h"

namespace muster::hpc {
namespace {

/// "n" and "017" of "n017"; none when the name has no number at its end or too long a one.
struct NumberedName {
  std::string_view prefix;
  std::string_view digits;
  std::uint64_t number = 0;
};

std::optional<NumberedName> numbered(std::string_view name) {
  const std::size_t last = name.find_last_not_of("0123456789");
  const std::size_t start = last == std::string_view::npos ? 0 : last + 1;
  const auto number = parse_number(name.substr(start));
  if (start == 0 || !number) return std::nullopt;
  return NumberedName{name.substr(0, start), name.substr(start), *number};
}

}  // namespace

bool counts_before(const NodeHardware& a, const NodeHardware& b) {
  return std::tuple(a.name.size(), std::string_view(a.name)) <
         std::tuple(b.name.size(), std::string_view(b.name));
}

bool names_follow(const NodeHardware& last, const NodeHardware& next) {
  const auto a = numbered(last.name);
  const auto b = numbered(next.name);
  return a && b && a->prefix == b->prefix && a->digits.size() == b->digits.size() &&
         a->number + 1 == b->number;
}

bool addresses_follow(const NodeHardware& last, const NodeHardware& next) {
  return last.address.value + 1 == next.address.value &&
         (last.address.value >> 8U) == (next.address.value >> 8U);
}

std::vector<std::span<const NodeHardware>> group_nodes(
    std::span<const NodeHardware> nodes,
    const std::function<bool(const NodeHardware& last, const NodeHardware& next)>& may_share) {
  std::vector<std::span<const NodeHardware>> groups;
  while (!nodes.empty()) {
    std::size_t size = 1;
    while (size < nodes.size() && may_share(nodes[size - 1], nodes[size])) ++size;
    groups.push_back(nodes.first(size));
    nodes = nodes.subspan(size);
  }
  return groups;
}

std::string folded_name(std::span<const NodeHardware> group) {
  if (group.size() == 1) return group.front().name;
  const auto a = numbered(group.front().name);
  const auto b = numbered(group.back().name);
  CHECK(a && b);
  return std::format("{}[{}-{}]", a->prefix, a->digits, b->digits);
}

std::string folded_address(std::span<const NodeHardware> group) {
  const std::string address = to_string(group.front().address);
  if (group.size() == 1) return address;
  return std::format("{}[{}-{}]", address.substr(0, address.rfind('.') + 1),
                     group.front().address.value & 0xFFU, group.back().address.value & 0xFFU);
}

}  // namespace muster::hpc
