#include "helper/login.h"

#include <filesystem>
#include <format>
#include <string>

#include "core/os/files.h"
#include "core/os/random.h"
#include "hpc/ssh_access.h"

namespace muster::helper {
namespace {

constexpr const char* kIssue = "/run/issue.d/50-muster.issue";
constexpr const char* kSiteIssue = "/run/issue.d/51-muster-site.issue";

std::string join_lines(const std::vector<std::string>& texts) {
  std::string result;
  for (const std::string& text : texts) result += text + "\n";
  return result;
}

/// Twelve easy letters in threes: about 56 bits, typed from a screen.
std::string make_password() {
  constexpr std::string_view kLetters = "abcdefghjkmnpqrstuvwxyz23456789x";
  const std::string random = os::random_hex(12);
  std::string password;
  for (std::size_t i = 0; i < 12; ++i) {
    const auto byte = static_cast<std::size_t>(std::stoi(random.substr(i * 2, 2), nullptr, 16));
    if (i > 0 && i % 3 == 0) password += '-';
    password += kLetters[byte % kLetters.size()];
  }
  return password;
}

Status show(os::CommandRunner& runner, const std::string& text, const char* file = kIssue) {
  // agetty shows issue files on every console, before each login (agetty(8)). It is root; who has
  // an account here must not read a password in it.
  TRY(os::write_file(file, text, {.mode = 0600}));
  // The consoles ask for a login since before there was anything to show.
  TRY(run_checked(runner, {.argv = {"agetty", "--reload"}}));
  return {};
}

}  // namespace

Status set_login(os::CommandRunner& runner, const spec::ClusterSpec& spec) {
  const std::string address = to_string(spec.head.address.address);
  const std::string where = std::format(
      "\nMuster head '{}' of cluster '{}', {} in the cluster's network.\nNext: 'muster status'\n",
      spec.head.hostname, spec.name, address);
  if (!spec.head.ssh_keys.empty()) {
    TRY(os::write_file(std::format("{}/root", hpc::kKeyDirectory), join_lines(spec.head.ssh_keys)));
    return show(runner, where + std::format("Log in with your key: ssh root@{}\n\n", address));
  }
  // Once a boot: a password that somebody has set since is theirs.
  if (std::filesystem::exists(kIssue)) return {};
  const std::string password = make_password();
  TRY(run_checked(runner, {.argv = {"chpasswd"}, .input = "root:" + password + "\n"}));
  return show(runner, where + std::format("Log in here as root with the password {} (this boot "
                                          "only)\n\n",
                                          password));
}

Status show_site(os::CommandRunner& runner, const std::string& address) {
  const auto shown = os::read_file(kSiteIssue);
  const std::string text = address.empty()
                               ? ""
                               : std::format("From the site: ssh root@{0}, ssh NAME@{0}\n\n",
                                             address.substr(0, address.find('/')));
  if (shown ? *shown == text : text.empty()) return {};
  return show(runner, text, kSiteIssue);
}

}  // namespace muster::helper
