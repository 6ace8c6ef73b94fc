#include "plans/trusted.h"

#include <algorithm>
#include <array>
#include <format>

#include "core/base/layout.h"
#include "core/base/text.h"
#include "extensions/scheduler_settings.h"
#include "extensions/unit_file.h"
#include "hpc/files.h"
#include "hpc/hpc_plan.h"
#include "hpc/node_lines.h"
#include "plans/head_rights.h"

namespace muster::plans {
namespace {

using plan::Plan;
using plan::Step;
using plan::WriteFile;
using provisioning::DhcpMode;

constexpr std::array kModes = {DhcpMode::serve, DhcpMode::proxy, DhcpMode::silent};

/// What the daemon's state decides about a head's plan, but for the scheduler's nodes: each is read
/// from the plan into a type with bounds, and the plan of these is made once more.
struct Claims {
  hpc::UserTable users;
  std::string slurm_key;
  std::string ssh_authority;
  std::string host_certificate;
  /// What extensions set in slurm.conf.
  hpc::OtherSettings in_scheduler;
};

/// The content of a file of the plan; empty when there is no such file.
std::string_view content_of(const Plan& plan, std::string_view path) {
  for (const Step& step : plan.steps) {
    const auto* const file = std::get_if<WriteFile>(&step);
    if (file != nullptr && file->path == path) return file->content;
  }
  return {};
}

/// Errors: a key is none that root granted, or its value is none.
Result<hpc::OtherSettings> parse_scheduler(std::string_view slurm_conf, const OwnView& own) {
  TRY_ASSIGN(auto others, hpc::others_of(slurm_conf));
  TRY(extensions::check_scheduler_settings(others));
  for (const auto& [key, value] : others) {
    const auto setter = own.policy == nullptr ? std::nullopt : own.policy->setter_of(key);
    if (setter && is_of_extension(*setter)) continue;
    return fail(std::format("slurm.conf has {}, which root granted to no extension", key));
  }
  return others;
}

Result<Claims> parse_claims(const Plan& plan, const OwnView& own) {
  Claims claims;
  TRY_ASSIGN(claims.users, hpc::table_of(plan));
  claims.slurm_key = content_of(plan, hpc::kSlurmKey);
  if (!hpc::is_slurm_key(claims.slurm_key)) return fail("its Slurm key is none");
  const auto authority = hpc::find_authority(content_of(plan, hpc::kKnownHosts));
  if (!authority) return fail(std::format("{} names no authority", hpc::kKnownHosts));
  claims.ssh_authority = *authority;
  TRY_ASSIGN(claims.in_scheduler, parse_scheduler(content_of(plan, hpc::kSlurmConf), own));
  // A head without an SSH server has no certificate, and a plan with one is another.
  if (own.facts.host_key.empty()) return claims;
  claims.host_certificate = content_of(plan, hpc::kHostCertificate);
  // A key that cannot be certified leaves the head without a certificate, and with all else.
  const bool has_none = claims.host_certificate.empty();
  if (has_none || hpc::is_host_certificate(claims.host_certificate)) return claims;
  return fail(std::format("{} is no certificate of a host", hpc::kHostCertificate));
}

ClusterView view_of(const OwnView& own, const Claims& claims, DhcpMode mode) {
  return {.spec = own.spec,
          .facts = own.facts,
          .dhcp = mode,
          .users = claims.users,
          .slurm_key = claims.slurm_key,
          .ssh_authority = claims.ssh_authority,
          .head_ssh_certificate = claims.host_certificate,
          .extensions_in_scheduler = claims.in_scheduler};
}

/// The time at which an address was lost, as dnsmasq's settings say it. Two plans of one mode that
/// differ in nothing else show where it is.
std::optional<std::int64_t> find_address_lost(std::string_view given, ClusterView view) {
  view.address_lost_ms = 0;
  const std::string zero(content_of(plan_head(view).plan, layout::kDnsmasqConf));
  view.address_lost_ms = 1;
  const std::string one(content_of(plan_head(view).plan, layout::kDnsmasqConf));
  const auto place = std::ranges::mismatch(zero, one).in1 - zero.begin();
  if (given.size() <= static_cast<std::size_t>(place)) return std::nullopt;
  const std::string_view rest = given.substr(static_cast<std::size_t>(place));
  const auto time = parse_number(rest.substr(0, rest.find_first_not_of("0123456789")));
  if (!time || *time > std::uint64_t{1} << 62) return std::nullopt;
  return static_cast<std::int64_t>(*time);
}

/// The head's plan of these claims and no node, in the mode of DHCP whose settings the plan has.
/// When it has those of none, the first mode's.
Plan own_plan(const Plan& given, const OwnView& own, const Claims& claims) {
  const std::string_view settings = content_of(given, layout::kDnsmasqConf);
  for (const DhcpMode mode : kModes) {
    ClusterView view = view_of(own, claims, mode);
    const auto lost = find_address_lost(settings, view);
    if (!lost) continue;
    view.address_lost_ms = *lost;
    Plan plan = plan_head(view).plan;
    if (content_of(plan, layout::kDnsmasqConf) == settings) return plan;
  }
  return plan_head(view_of(own, claims, kModes.front())).plan;
}

/// Errors: how a file differs from ours, but for lines about the scheduler's nodes.
Status compare_files(const WriteFile& ours, const WriteFile& given) {
  WriteFile same = given;
  same.content = ours.content;
  if (same != ours) return fail("its owner or mode differs");
  if (given.path == hpc::kSlurmConf) return hpc::check_slurm_nodes(ours.content, given.content);
  if (given.path == hpc::kGresConf) return hpc::check_gres_nodes(ours.content, given.content);
  if (given.content == ours.content) return {};
  if (given.secrecy == plan::Secrecy::secret) return fail("its content is another");
  return fail(plan::explain_content(ours.content, given.content));
}

Status compare_steps(const Step& ours, const Step& given) {
  const auto* const own_file = std::get_if<WriteFile>(&ours);
  const auto* const file = std::get_if<WriteFile>(&given);
  if (own_file != nullptr && file != nullptr && own_file->path == file->path) {
    return compare_files(*own_file, *file);
  }
  if (ours == given) return {};
  return fail(
      std::format("/etc/muster/cluster.yaml leads to '{}' at this place", plan::describe(ours)));
}

/// Whose the steps are that come after our own. Errors: the first one that is no extension's.
Result<std::vector<std::string>> owners_of_rest(const Plan& given, std::size_t first,
                                                const OwnView& own) {
  std::vector<std::string> origins;
  for (std::size_t i = first; i < given.steps.size(); ++i) {
    const Step& step = given.steps[i];
    const auto owner = own.policy == nullptr ? std::nullopt : own.policy->owner_of(step);
    if (!owner || !is_of_extension(*owner)) {
      return fail(std::format("'{}' is one too many", plan::describe(step)));
    }
    // That a file is no program the policy says.
    if (!is_roots_alone(step)) {
      return fail(std::format("'{}' gives away what only root may write", plan::describe(step)));
    }
    origins.push_back(*owner);
  }
  return origins;
}

/// Errors: the first step that is another or is missing.
Status compare_plans(const Plan& ours, const Plan& given) {
  const std::size_t both = std::min(ours.steps.size(), given.steps.size());
  for (std::size_t i = 0; i < both; ++i) {
    if (Status same = compare_steps(ours.steps[i], given.steps[i]); !same) {
      return wrap(plan::describe(given.steps[i]), std::move(same).error());
    }
  }
  if (ours.steps.size() > both) {
    return fail(std::format("'{}' is missing", plan::describe(ours.steps[both])));
  }
  return {};
}

/// The plan with the origins of ours, whose steps are the same.
Result<Plan> compare_with_own(Plan plan, const OwnView& own) {
  TRY_ASSIGN(const Claims claims, parse_claims(plan, own));
  const Plan ours = own_plan(plan, own, claims);
  TRY(compare_plans(ours, plan));
  const std::size_t count = ours.steps.size();
  TRY_ASSIGN(const auto others, owners_of_rest(plan, count, own));
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    plan.steps[i].origin = i < count ? ours.steps[i].origin : others[i - count];
  }
  return plan;
}

/// Whether a step of an extension is one that root lets it have. `owner`: whose it would be.
Result<bool> is_granted(const Step& step, const std::string& owner,
                        const IsUnitFile& is_unit_file) {
  if (owner.empty()) return false;
  const std::string unit = unit_written_by(step);
  if (unit.empty()) return true;
  const auto& file = std::get<WriteFile>(step);
  if (file.path != extensions::unit_path(unit)) return false;
  return is_unit_file(extension_of(owner), unit, file.content);
}

/// Where the steps of extensions begin: behind the last step of Muster's own rooms.
std::size_t end_of_rooms(const Plan& plan, const head::Policy& policy) {
  std::size_t end = plan.steps.size();
  for (; end != 0; --end) {
    const auto owner = policy.owner_of(plan.steps[end - 1]);
    if (owner && !is_of_extension(*owner)) break;
  }
  return end;
}

}  // namespace

Result<std::vector<Step>> take_out_unowned(Plan& plan, const head::Policy& policy,
                                           const IsUnitFile& is_unit_file) {
  Plan kept;
  std::vector<Step> taken;
  const std::size_t own = end_of_rooms(plan, policy);
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    Step step = plan.steps[i];
    const std::string owner = i < own ? "" : policy.owner_of(step).value_or("");
    TRY_ASSIGN(const bool stays, is_granted(step, owner, is_unit_file));
    if (i < own || stays) {
      kept.add(std::move(step));
      continue;
    }
    step.origin = owner;
    taken.push_back(std::move(step));
  }
  plan = std::move(kept);
  return taken;
}

Result<Plan> check_plan(Plan plan, const OwnView& own) {
  auto same = compare_with_own(std::move(plan), own);
  if (same) return same;
  return fail(std::format("the head's plan is not cluster.yaml's: {}", same.error().message),
              "nothing was applied; when cluster.yaml was changed since musterd started, "
              "'muster apply'; else look at 'journalctl -u musterd'");
}

}  // namespace muster::plans
