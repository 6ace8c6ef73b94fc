#include "apps/plans/trusted.h"

#include <algorithm>
#include <array>
#include <format>
#include <set>

#include "core/base/text.h"
#include "hpc/gres_config.h"
#include "hpc/slurm_config.h"
#include "provisioning/head/allowed.h"

namespace muster::plans {
namespace {

using head::kPeopleKeys;
using plan::EnsureUser;
using plan::Plan;
using plan::WriteFile;
using provisioning::DhcpMode;

constexpr std::string_view kSlurmConf = "/etc/slurm/slurm.conf";
constexpr std::string_view kGresConf = "/etc/slurm/gres.conf";
constexpr std::string_view kSlurmKey = "/etc/slurm/slurm.key";
constexpr std::string_view kDnsmasqConf = "/etc/muster/dnsmasq.conf";

/// The head's plan with no node and no user, one for each mode of DHCP.
std::vector<Plan> own_plans(const OwnView& own) {
  const hpc::UserTable nobody;
  std::vector<Plan> plans;
  for (const DhcpMode mode : {DhcpMode::serve, DhcpMode::proxy, DhcpMode::silent}) {
    plans.push_back(plan_head({.spec = own.spec,
                               .facts = own.facts,
                               .images = own.images,
                               .microcode = own.microcode,
                               .dhcp = mode,
                               .users = nobody,
                               .slurm_key = {},
                               .head_ssh_certificate = own.facts.host_key})
                        .plan);
  }
  return plans;
}

const WriteFile* find_file(const Plan& plan, std::string_view path) {
  for (const plan::Step& step : plan.steps) {
    const auto* const file = std::get_if<WriteFile>(&step);
    if (file != nullptr && file->path == path) return file;
  }
  return nullptr;
}

std::set<std::string, std::less<>> people_of(const Plan& plan) {
  std::set<std::string, std::less<>> names;
  for (const plan::Step& step : plan.steps) {
    if (const auto* const user = std::get_if<EnsureUser>(&step)) names.insert(user->name);
  }
  return names;
}

bool same_but_content(const WriteFile& a, const WriteFile& b) {
  WriteFile other = b;
  other.content = a.content;
  return a == other;
}

/// The comment that makes dnsmasq start anew when an address was lost, as it is in a plan of no
/// state.
std::string without_time(const std::string& line) {
  constexpr std::size_t kLongest = 200;
  if (!line.starts_with("# ") || !line.ends_with('.') || line.size() > kLongest) return line;
  const std::size_t before = line.find_last_not_of("0123456789", line.size() - 2);
  return before == std::string::npos ? line : line.substr(0, before + 1) + "0.";
}

/// Whether the daemon's state decides about a line, and it says nothing but that.
bool depends_on_nodes(std::string_view path, std::string_view line) {
  if (path == kGresConf) return hpc::is_line_about_gpus(line);
  return path == kSlurmConf && hpc::is_line_about_nodes(line);
}

/// The first line that no own plan has and that does not depend on the daemon's state.
std::optional<std::string> foreign_line(const WriteFile& file, std::span<const Plan> own) {
  std::set<std::string, std::less<>> known;
  for (const Plan& plan : own) {
    for (const std::string& line : lines(find_file(plan, file.path)->content)) known.insert(line);
  }
  for (const std::string& line : lines(file.content)) {
    if (depends_on_nodes(file.path, line)) continue;
    if (!known.contains(line) && !known.contains(without_time(line))) return line;
  }
  return std::nullopt;
}

/// What depends on the authority, which is the daemon's: the head's certificate, and whom SSH
/// believes about names of the cluster.
bool is_of_the_authority(const WriteFile& file, const OwnView& own) {
  if (file.path == hpc::kHostCertificate) return hpc::is_host_certificate(file.content);
  return file.path == hpc::kKnownHosts &&
         hpc::is_known_hosts(file.content,
                             {.cluster = own.spec.name, .head = own.spec.head.address});
}

Status check_file(const WriteFile& file, std::span<const Plan> own, const OwnView& view) {
  const WriteFile* const ours = find_file(own.front(), file.path);
  if (ours == nullptr) return fail("/etc/muster/cluster.yaml leads to no such file");
  if (!same_but_content(file, *ours)) return fail("its owner or mode differs");
  if (is_of_the_authority(file, view)) return {};
  if (file.path == kSlurmKey || file.content == ours->content) return {};
  const bool of_state =
      file.path == kSlurmConf || file.path == kGresConf || file.path == kDnsmasqConf;
  if (!of_state) return fail("its content is another");
  if (const auto line = foreign_line(file, own)) {
    return fail(std::format("the line '{}' is not Muster's", printable(*line, 80)));
  }
  return {};
}

Status check_keys(const WriteFile& file, const std::set<std::string, std::less<>>& people) {
  if (!people.contains(file.path.substr(kPeopleKeys.size())))
    return fail("the plan has no such person");
  const WriteFile plain{.path = file.path, .content = {}};
  return same_but_content(file, plain) ? Status() : fail("its owner or mode differs");
}

/// Steps about people; what they may be is provisioning/head/allowed.h's and the helper's to say.
bool is_about_a_person(const plan::Step& step) {
  return std::holds_alternative<EnsureUser>(step) ||
         std::holds_alternative<plan::RemoveUser>(step) ||
         std::holds_alternative<plan::RemoveFile>(step);
}

Status check_step(const plan::Step& step, const std::set<std::string, std::less<>>& people,
                  std::span<const Plan> own, const OwnView& view) {
  if (is_about_a_person(step)) return {};
  if (const auto* const file = std::get_if<WriteFile>(&step)) {
    return file->path.starts_with(kPeopleKeys) ? check_keys(*file, people)
                                               : check_file(*file, own, view);
  }
  if (std::ranges::contains(own.front().steps, step)) return {};
  return fail("/etc/muster/cluster.yaml leads to no such step");
}

}  // namespace

Status check_plan(const Plan& plan, const OwnView& own) {
  const std::vector<Plan> plans = own_plans(own);
  const auto people = people_of(plan);
  for (const plan::Step& step : plan.steps) {
    const Status checked = check_step(step, people, plans, own);
    if (checked) continue;
    return fail(std::format("the head's plan is not cluster.yaml's: {}: {}", plan::describe(step),
                            checked.error().message),
                "nothing was applied; when cluster.yaml was changed since musterd started, "
                "'systemctl restart musterd'; else look at 'journalctl -u musterd'");
  }
  return {};
}

}  // namespace muster::plans
