// What a specification takes, everything after it takes: random values that the field table admits
// go through the planners and renderers, and what these write goes through the checkers of the
// programs that read it.
#include <algorithm>
#include <format>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <regex>

#include "core/apply/account_files.h"
#include "core/base/text.h"
#include "core/os/command.h"
#include "core/os/files.h"
#include "core/spec/node_names.h"
#include "core/spec/parse.h"
#include "iso/layer_plan.h"
#include "iso/sbom.h"
#include "plans/boots.h"
#include "plans/head_rights.h"
#include "plans/plans.h"
#include "plans/preview.h"
#include "provisioning/boot_script.h"
#include "provisioning/network.h"
#include "tests/contract/checkers/any_cluster.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

/// Files of the plan below a folder, and the programs that check them.
class Checkers {
 public:
  Checkers() {
    for (const char* folder : {"run/muster-nginx", "slurm", "tls", "accounts/etc"}) {
      fs::create_directories(place_.path() / folder);
    }
    check({"openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=head", "-days",
           "1", "-keyout", path("tls/head.pem"), "-out", path("tls/head.pem")});
    fs::copy(path("tls/head.pem"), path("tls/ca.crt"));
    check({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path("host_key")});
    write("slurm/slurm.key", std::string(1024, 'k'), 0600);
  }

  std::string path(const std::string& name) const { return place_.path() / name; }

  /// Directories of the head are directories here.
  std::string moved(std::string text) const {
    for (const auto& [from, to] :
         {std::pair("/var/lib/muster/", path("")),
          std::pair(" /run/muster-nginx/", " " + path("run/muster-nginx/")),
          std::pair("/etc/muster/ssh-keys/", path("ssh-keys/"))}) {
      for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
        text.replace(at, std::string_view(from).size(), to);
      }
    }
    return text;
  }

  void write(const std::string& name, const std::string& text, unsigned mode = 0644) {
    RC_ASSERT(os::write_file(place_.path() / name, text).has_value());
    fs::permissions(path(name), static_cast<fs::perms>(mode));
  }

  void check(std::vector<std::string> argv) {
    os::PosixCommandRunner runner;
    const auto done =
        runner.run({.argv = std::move(argv), .env = {}, .timeout = std::chrono::seconds(60)});
    RC_ASSERT(done.has_value());
    if (done->status != 0) RC_FAIL(done->out + done->err);
  }

 private:
  os::TemporaryDirectory place_ = os::TemporaryDirectory::make("checkers").value();
};

std::string content_of(const plan::Plan& plan, std::string_view path) {
  for (const plan::Step& step : plan.steps) {
    const auto* const file = std::get_if<plan::WriteFile>(&step);
    if (file != nullptr && file->path == path) return file->content;
  }
  RC_FAIL(std::format("no file {}", path));
  return {};
}

void check_network(Checkers& checkers, const plans::Preview& preview) {
  std::string dnsmasq = content_of(preview.head, "/etc/muster/dnsmasq.conf");
  // One line of a file of hosts is the value of an option of the same program.
  for (const auto& [name, line] : provisioning::render_dhcp_hosts({&preview.node, 1})) {
    dnsmasq += "dhcp-host=" + line;
    RC_ASSERT(line.contains(preview.node.name));
  }
  checkers.write("dnsmasq.conf", dnsmasq);
  checkers.check({"dnsmasq", "--test", "--conf-file=" + checkers.path("dnsmasq.conf")});
  // Its test opens what it listens on; this machine does not have the head's address.
  const std::string nginx = std::regex_replace(
      checkers.moved(content_of(preview.head, "/etc/muster/nginx.conf")),
      std::regex("listen [0-9.]+:([0-9]+) "), "listen unix:" + checkers.path("$1.socket") + " ");
  checkers.write("nginx.conf", nginx);
  checkers.check({"nginx", "-t", "-e", "stderr", "-c", checkers.path("nginx.conf")});
  checkers.write("chrony.conf", content_of(preview.head, "/etc/chrony/conf.d/muster.conf"));
  checkers.check({"chronyd", "-p", "-f", checkers.path("chrony.conf")});
}

void check_jobs(Checkers& checkers, const plans::Preview& preview) {
  checkers.write("slurm/slurm.conf", content_of(preview.head, "/etc/slurm/slurm.conf"));
  // Here are no control groups that slurmd could have.
  checkers.write("slurm/cgroup.conf", "CgroupPlugin=disabled\n");
  // Reads the whole file, as the daemon does, and ends (slurmd(8)).
  checkers.check(
      {"slurmd", "-f", checkers.path("slurm/slurm.conf"), "-N", preview.node.name, "-G"});
}

void check_logins(Checkers& checkers, const plans::Preview& preview) {
  checkers.write("ssh_config", content_of(preview.head, "/etc/ssh/ssh_config.d/50-muster.conf"));
  checkers.check({"ssh", "-G", "-F", checkers.path("ssh_config"), preview.node.name});
  fs::create_directories("/run/sshd");
  checkers.write("sshd_config", checkers.moved(content_of(
                                    preview.head, "/etc/ssh/sshd_config.d/50-muster-keys.conf")) +
                                    "HostKey " + checkers.path("host_key") + "\n");
  checkers.check({"/usr/sbin/sshd", "-t", "-f", checkers.path("sshd_config")});
}

/// As core/apply makes accounts, in files of our own.
void check_accounts(Checkers& checkers, const plans::Preview& preview) {
  std::vector<plan::EnsureUser> users;
  for (const plan::Step& step : preview.head.steps) {
    const auto* const user = std::get_if<plan::EnsureUser>(&step);
    if (user == nullptr) continue;
    RC_ASSERT(apply::check_account(*user).has_value());
    users.push_back(*user);
  }
  const apply::AccountFiles files =
      apply::add_accounts({{"passwd", ""}, {"group", ""}, {"shadow", ""}, {"gshadow", ""}},
                          {.users = users, .day = 20000});
  RC_ASSERT(apply::parse_passwd(files.at("passwd")).size() == users.size());
  for (const auto& [name, text] : files) checkers.write("accounts/etc/" + name, text);
  checkers.check({"grpck", "--root", checkers.path("accounts"), "--read-only"});
}

/// The medium as a build of this specification leaves it, as far as boots read it.
void write_medium(Checkers& checkers, const spec::ClusterSpec& spec) {
  const std::string digest(64, 'a');
  const auto file = [&](const std::string& path) {
    fs::create_directories(fs::path(checkers.path("medium/" + path)).parent_path());
    checkers.write("medium/" + path, "x");
    return iso::MediumFile{.file = path, .size = 1, .sha256 = digest};
  };
  for (const spec::Image& image : spec.images) {
    const std::string folder = "medium/muster/image/" + image.name;
    fs::create_directories(checkers.path(folder));
    checkers.write(folder + "/manifest.json",
                   iso::render_image_manifest(
                       {.name = image.name,
                        .kernel = file("live/vmlinuz"),
                        .initrd = file(std::format("muster/image/{}/initrd.img", image.name)),
                        .layers = {file("live/10-base.squashfs")},
                        .kernel_arguments = spec::texts_of(image.kernel_arguments)}));
  }
}

/// What iPXE makes of the line of the kernel (ipxe.org/scripting, split_command in its source):
/// words between blanks, until one that ends a command.
std::vector<std::string> ipxe_words(const std::string& script) {
  for (const std::string& line : lines(script)) {
    if (!line.starts_with("kernel ")) continue;
    std::vector<std::string> words;
    for (const std::string& word : split(line, ' ')) {
      if (word == "||" || word == "&&" || word == ";" || word.starts_with('#')) return words;
      words.push_back(word);
    }
  }
  return {};
}

void check_boots(Checkers& checkers, const spec::ClusterSpec& spec) {
  write_medium(checkers, spec);
  const provisioning::Boots boots = plans::make_boots(
      spec, provisioning::read_catalogue(checkers.path("medium"), checkers.path("none")));
  RC_ASSERT(boots.unbootable().empty());
  RC_ASSERT(boots.first() == spec.profiles.front().name);
  for (const spec::Profile& profile : spec.profiles) {
    const provisioning::Boot& boot = boots.of(profile.name);
    const provisioning::BootTarget target{
        .head = spec.head.address.address,
        .kernel = provisioning::blob_url(boot.image.kernel.sha256),
        .initrd = provisioning::blob_url(boot.image.initrd.sha256),
        .arguments = boot.arguments};
    checkers.write("node.cfg", provisioning::render_grub(target, MacAddress{}));
    checkers.check({"grub-script-check", checkers.path("node.cfg")});
    const auto words = ipxe_words(provisioning::render_ipxe(target));
    for (const auto& argument : boot.arguments) {
      RC_ASSERT(std::ranges::contains(words, argument.text()));
    }
  }
}

RC_GTEST_PROP(Checkers, take_whatever_a_valid_specification_may_say, ()) {
  const std::string text = any_cluster_yaml();
  const auto outcome = spec::parse_cluster(text, "any.yaml");
  for (const auto& problem : outcome.problems) RC_LOG() << to_string(problem) << "\n";
  // Two names may be the same by chance; values by themselves are never refused.
  RC_PRE(outcome.spec.has_value());
  const spec::ClusterSpec& spec = *outcome.spec;
  const auto preview = plans::preview(spec, spec.profiles.front().name);
  RC_ASSERT(preview.has_value());
  RC_ASSERT(spec::check_node_name(preview->node.name, spec).has_value());
  const auto policy = plans::head_policy(spec);
  RC_ASSERT(policy.has_value());
  RC_ASSERT(policy->check(preview->head).has_value());
  RC_ASSERT(iso::plan_layers(spec, {}).has_value());
  Checkers checkers;
  check_network(checkers, *preview);
  check_jobs(checkers, *preview);
  check_logins(checkers, *preview);
  check_accounts(checkers, *preview);
  check_boots(checkers, spec);
}

}  // namespace
}  // namespace muster
