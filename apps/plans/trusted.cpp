#include "apps/plans/trusted.h"

#include <algorithm>
#include <array>
#include <format>
#include <set>

#include "core/base/text.h"
#include "hpc/slurm_config.h"

namespace muster::plans {
namespace {

using plan::EnsureUser;
using plan::Plan;
using plan::WriteFile;
using provisioning::DhcpMode;

constexpr std::string_view kKeys = "/etc/muster/ssh-keys/";
constexpr std::string_view kSlurmConf = "/etc/slurm/slurm.conf";
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
                               .dhcp = mode,
                               .users = nobody,
                               .slurm_key = {}})
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

/// The first line that no own plan has and that does not depend on the daemon's state.
std::optional<std::string> foreign_line(const WriteFile& file, std::span<const Plan> own) {
  std::set<std::string, std::less<>> known;
  for (const Plan& plan : own) {
    for (const std::string& line : lines(find_file(plan, file.path)->content)) known.insert(line);
  }
  for (const std::string& line : lines(file.content)) {
    const bool free =
        file.path == kSlurmConf ? hpc::is_line_about_nodes(line) : line.starts_with("# ");
    if (!free && !known.contains(line)) return line;
  }
  return std::nullopt;
}

Status check_file(const WriteFile& file, std::span<const Plan> own) {
  const WriteFile* const ours = find_file(own.front(), file.path);
  if (ours == nullptr) return fail("root's own specification has no such file");
  if (!same_but_content(file, *ours)) return fail("its owner or mode is another");
  if (file.path == kSlurmKey || file.content == ours->content) return {};
  if (file.path != kSlurmConf && file.path != kDnsmasqConf) return fail("its content is another");
  if (const auto line = foreign_line(file, own)) {
    return fail(std::format("the line '{}' is not Muster's", printable(*line, 80)));
  }
  return {};
}

}  // namespace

Status check_contents(const Plan& plan, const OwnView& own) {
  const std::vector<Plan> plans = own_plans(own);
  const auto people = people_of(plan);
  for (const plan::Step& step : plan.steps) {
    const auto* const file = std::get_if<WriteFile>(&step);
    if (file == nullptr) continue;
    Status checked;
    if (!file->path.starts_with(kKeys)) {
      checked = check_file(*file, plans);
    } else if (!people.contains(file->path.substr(kKeys.size()))) {
      checked = fail("the plan has no such person");
    }
    if (checked) continue;
    return fail(std::format("the head's plan has '{}' otherwise than cluster.yaml: {}", file->path,
                            checked.error().message),
                "nothing was applied; when cluster.yaml was changed since musterd started, "
                "'systemctl restart musterd'; else look at 'journalctl -u musterd'");
  }
  return {};
}

}  // namespace muster::plans
