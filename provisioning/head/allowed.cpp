#include "provisioning/head/allowed.h"

#include <algorithm>
#include <array>
#include <format>
#include <string_view>

#include "core/apply/own_accounts.h"
#include "core/base/text.h"
#include "core/os/files.h"
#include "core/spec/rules.h"
#include "core/spec/system_accounts.h"

namespace muster::head {
namespace {

constexpr std::array<std::string_view, 18> kPaths = {
    "/etc/slurm/slurm.conf",
    "/etc/slurm/gres.conf",
    "/etc/systemd/system/slurmctld.service.d/muster.conf",
    "/etc/slurm/cgroup.conf",
    "/etc/slurm/plugstack.conf",
    "/etc/slurm/slurm.key",
    "/etc/muster/dnsmasq.conf",
    "/etc/muster/nginx.conf",
    "/etc/exports.d/muster.exports",
    "/etc/hosts",
    "/etc/hostname",
    "/etc/resolv.conf",
    "/etc/chrony/conf.d/muster.conf",
    "/etc/openmpi/openmpi-mca-params.conf",
    "/etc/ssh/sshd_config.d/50-muster-keys.conf",
    "/etc/ssh/ssh_config.d/50-muster.conf",
    "/etc/ssh/ssh_known_hosts2",
    "/etc/ssh/ssh_host_ed25519_key-cert.pub"};

constexpr std::array<std::string_view, 6> kServices = {
    "muster-dnsmasq.service", "muster-nginx.service", "slurmctld.service",
    "nfs-server.service",     "chrony.service",       "ssh.service"};

bool is_known(const auto& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

/// A person's name, as a specification may have it: none of the system, and nothing that a list of
/// names or a path would read as something else.
bool is_person(const std::string& name) {
  return spec::is_user_name(name) && !spec::is_system_account(name);
}

bool is_user_keys(const std::string& path) {
  return path.starts_with(kPeopleKeys) && is_person(path.substr(kPeopleKeys.size()));
}

bool is_check_user(const plan::EnsureUser& user) {
  return user.name == spec::kCheckUser && user.uid == spec::kCheckUid &&
         user.shell == "/usr/sbin/nologin";
}

bool is_plain_account(const plan::EnsureUser& user) {
  return is_person(user.name) && spec::is_full_name(user.full_name) && user.shell == "/bin/bash" &&
         spec::is_person_uid(user.uid);
}

/// Only a size and a mode: with others mount(8) would do something else than the type says, such as
/// binding another directory there.
bool is_plain_memory(std::string_view options) {
  return std::ranges::all_of(split(options, ','), [](const std::string& option) {
    return option.starts_with("size=") || option.starts_with("mode=");
  });
}

bool is_below_volumes(std::string_view path) {
  if (!path.starts_with(kVolumes)) return false;
  const std::string_view rest = path.substr(std::string_view(kVolumes).size());
  return rest.size() > 1 && rest[0] == '/' && rest[1] != '.' && rest.find('/', 1) == rest.npos;
}

struct Allowed {
  std::span<const std::string> shared;

  bool operator()(const plan::WriteFile& s) const {
    const bool plain = (s.mode & ~0666U) == 0;
    return plain && (is_known(kPaths, s.path) || is_user_keys(s.path));
  }
  // The helper itself finds who left, and which files are left of them.
  bool operator()(const plan::RemoveFile&) const { return false; }
  bool operator()(const plan::MakeDirectory& s) const {
    return s.path + "/" == kPeopleKeys || is_known(shared, s.path);
  }
  // A person's group comes with the person.
  bool operator()(const plan::EnsureGroup&) const { return false; }
  bool operator()(const plan::EnsureUser& s) const {
    return (is_check_user(s) || is_plain_account(s)) && s.home == "/home/" + s.name;
  }
  bool operator()(const plan::RemoveUser&) const { return false; }
  bool operator()(const plan::MountFileSystem& s) const {
    if (s.type == "tmpfs") {
      // A source of another form could be read by mount(8) as an option.
      if (!s.source.starts_with("muster-")) return false;
      return s.target == kVolumes ? s.options == kVolumesOptions
                                  : is_known(shared, s.target) && is_plain_memory(s.options);
    }
    return s.type == "none" && s.options == kBindOptions && is_known(shared, s.source) &&
           is_below_volumes(s.target);
  }
  bool operator()(const plan::SetHostname&) const { return true; }
  bool operator()(const plan::Service& s) const { return is_known(kServices, s.unit); }
};

}  // namespace

Status check_allowed(const plan::Plan& plan, std::span<const std::string> shared) {
  for (const plan::Step& step : plan.steps) {
    if (std::visit(Allowed{shared}, step)) continue;
    return fail(std::format("the head's plan wants more than it may: {}", plan::describe(step)),
                "nothing was applied; when cluster.yaml was changed since musterd started, "
                "'muster apply'; else look at 'journalctl -u musterd'");
  }
  return {};
}

Result<apply::ListedAccounts> read_own_accounts(const std::filesystem::path& settings) {
  const auto file = settings / apply::kOwnAccounts;
  if (os::is_missing(file)) return apply::ListedAccounts();
  TRY_ASSIGN(const std::string text, os::read_file(file));
  return apply::parse_listed_accounts(text);
}

}  // namespace muster::head
