#include "hpc/node_return.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <format>

#include "hpc/node_drain.h"
#include "hpc/shown_node.h"

namespace muster::hpc {
namespace {

constexpr std::chrono::seconds kPatience{10};

}  // namespace

CardsDrain cards_drain(std::string_view shown) {
  const auto flags = state_flags(shown);
  const bool drained = std::ranges::contains(flags, std::string_view("DRAIN"));
  const bool invalid = std::ranges::contains(flags, std::string_view("INVALID_REG"));
  if (!drained) return CardsDrain::none;
  const std::string_view reason = reason_of(shown);
  // "gres/gpu count reported lower than configured (0 < 2) [slurm@2026-11-26T17:12:28]"
  constexpr std::array<std::string_view, 2> kPassing = {
      "gres/gpu count reported lower than configured (", "gres/gpu count changed and jobs are"};
  const bool passing = std::ranges::any_of(
      kPassing, [reason](std::string_view start) { return reason.starts_with(start); });
  if (!passing || !reason.contains(" [slurm@")) return CardsDrain::none;
  return invalid ? CardsDrain::with_reason : CardsDrain::in_vain;
}

Result<bool> return_node(os::CommandRunner& runner, const std::string& node) {
  TRY_ASSIGN(const std::string shown,
             run_checked(runner, {.argv = {"scontrol", "show", "node", node, "--oneliner"},
                                  .timeout = kPatience}));
  const CardsDrain drain = is_drained_by_us(shown) ? CardsDrain::in_vain : cards_drain(shown);
  if (drain != CardsDrain::in_vain) return drain == CardsDrain::with_reason;
  TRY(run_checked(runner, {.argv = {"scontrol", "update", "NodeName=" + node, "State=RESUME"},
                           .timeout = kPatience}));
  return false;
}

}  // namespace muster::hpc
