#include "provisioning/agent/invitation.h"

#include <format>

#include <nlohmann/json.hpp>

#include "core/json/members.h"

namespace muster::agent {
namespace {

constexpr std::size_t kLongestAddress = 64;

Result<Invitation> read_invitation(std::string_view text) {
  TRY_ASSIGN(const json::Value value, json::parse_object(text));
  json::Problems problems;
  json::Members members(value, problems);
  Invitation invitation{.head = members.word("head", kLongestAddress), .boot = {}};
  TRY(problems.status());
  TRY_ASSIGN(provisioning::DiscoverAnswer answer, provisioning::parse_discover_answer(text));
  auto* const boot = std::get_if<provisioning::BootAnswer>(&answer.decision);
  if (boot == nullptr) return fail(ErrorKind::invalid, "it names no node");
  invitation.boot = std::move(*boot);
  return invitation;
}

}  // namespace

std::string render_invitation(const Invitation& invitation) {
  json::Value value = json::Value::parse(
      provisioning::render_discover_answer({.time_ms = 0, .decision = invitation.boot}));
  value["head"] = invitation.head;
  return json::render(value);
}

Result<Invitation> parse_invitation(std::string_view text) {
  auto invitation = read_invitation(text);
  if (invitation) return invitation;
  return fail(ErrorKind::invalid,
              std::format("the boot record is damaged: {}", invitation.error().message),
              "boot this node again");
}

}  // namespace muster::agent
