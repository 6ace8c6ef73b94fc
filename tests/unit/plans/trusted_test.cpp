#include "apps/plans/trusted.h"

#include <gtest/gtest.h>

#include "core/os/files.h"
#include "core/spec/parse.h"

namespace muster::plans {
namespace {

using plan::WriteFile;
using provisioning::DhcpMode;

class Trusted : public testing::Test {
 protected:
  void SetUp() override {
    const auto text = os::read_file(MUSTER_SOURCE "/cluster.yaml");
    ASSERT_TRUE(text);
    auto outcome = spec::parse_cluster(*text, "cluster.yaml");
    ASSERT_TRUE(outcome.spec);
    spec_ = std::move(*outcome.spec);
    ASSERT_TRUE(users_.add({.name = "alice"}));
    node_ = {{.name = "n001", .address = {0x0A2A0101}, .profile = "default"}, {}, {}, "1"};
    node_.hardware.macs = {*parse_mac("52:54:00:00:00:01")};
    node_.hardware.topology = provisioning::CpuTopology{1, 2, 1};
    node_.hardware.memory = Bytes::from_mib(2048);
    node_.certificate_serial = "01";
  }
  /// The plan as the daemon makes it.
  plan::Plan daemons(DhcpMode mode = DhcpMode::serve) {
    return plan_head({.spec = spec_,
                      .facts = facts_,
                      .images = images_,
                      .microcode = microcode_,
                      .dhcp = mode,
                      .nodes = {&node_, 1},
                      .address_lost_ms = 1234,
                      .users = users_,
                      .slurm_key = "hush",
                      .ssh_authority = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==",
                      .head_ssh_certificate = "ssh-ed25519-cert-v01@openssh.com AAAA head\n"})
        .plan;
  }
  /// The same with something added to one file.
  plan::Plan with(std::string_view path, const std::string& addition) {
    plan::Plan plan = daemons();
    bool found = false;
    for (plan::Step& step : plan.steps) {
      auto* const file = std::get_if<WriteFile>(&step);
      if (file == nullptr || file->path != path) continue;
      file->content += addition;
      found = true;
    }
    EXPECT_TRUE(found) << path;
    return plan;
  }
  Status check(const plan::Plan& plan) {
    return check_plan(plan,
                      {.spec = spec_, .facts = facts_, .images = images_, .microcode = microcode_});
  }

  spec::ClusterSpec spec_;
  head::Facts facts_{.interface = "eth1",
                     .live = true,
                     .medium = "/run/live/medium",
                     .root_key = "ssh-ed25519 ROOT",
                     .host_key = "ssh-ed25519 HOST"};
  std::vector<provisioning::Image> images_ = {
      {.name = "compute", .kernel = {.path = "live/vmlinuz"}, .initrd = {.path = "i"}}};
  std::vector<provisioning::MicrocodeFile> microcode_ = {
      {.file = {.path = "muster/microcode/amd.img"}, .vendor = "AuthenticAMD"}};
  hpc::UserTable users_;
  provisioning::Node node_;
};

TEST_F(Trusted, what_the_daemon_plans_is_accepted_in_every_mode_of_dhcp) {
  for (const DhcpMode mode : {DhcpMode::serve, DhcpMode::proxy, DhcpMode::silent}) {
    const Status checked = check(daemons(mode));
    EXPECT_TRUE(checked) << checked.error().text();
  }
}

TEST_F(Trusted, cards_of_nodes_are_accepted) {
  for (const auto& [path, addition] : std::initializer_list<std::pair<const char*, const char*>>{
           {"/etc/slurm/slurm.conf", "NodeName=n[1-2] CPUs=2 Gres=gpu:a100:4,gpu:nvidia-2b85:1\n"},
           {"/etc/slurm/gres.conf", "NodeName=n[1-2] Name=gpu Type=a100 File=/dev/nvidia[0-3]\n"},
           {"/etc/slurm/gres.conf",
            "NodeName=n9 Name=gpu Type=mi210 File=/dev/dri/renderD[128,130-131]\n"},
           {"/etc/slurm/gres.conf",
            "NodeName=n9 Name=gpu Type=hl-1020 File=/dev/accel/accel7\n"}}) {
    const Status checked = check(with(path, addition));
    EXPECT_TRUE(checked) << checked.error().text();
  }
}

TEST_F(Trusted, no_file_opens_the_machine) {
  for (const auto& [path, addition] : std::initializer_list<std::pair<const char*, const char*>>{
           {"/etc/exports.d/muster.exports", "/ *(rw,no_root_squash)\n"},
           {"/etc/ssh/sshd_config.d/50-muster-keys.conf", "AuthorizedKeysCommand /tmp/x\n"},
           {"/etc/muster/nginx.conf", "load_module /tmp/x.so;\n"},
           {"/etc/muster/dnsmasq.conf", "dhcp-script=/tmp/x\n"},
           {"/etc/muster/dnsmasq.conf", "# a comment that nobody wrote 1.\n"},
           {"/etc/slurm/plugstack.conf", "required /tmp/x.so\n"},
           {"/etc/slurm/slurm.conf", "JobSubmitPlugins=lua\n"},
           {"/etc/slurm/slurm.conf", "Include /tmp/x\n"},
           {"/etc/slurm/slurm.conf", "NodeName=n9 Prolog=/tmp/x\n"},
           {"/etc/slurm/slurm.conf", "NodeName=n9 \\\n"},
           {"/etc/slurm/slurm.conf", "NodeName=n9 Gres=gpu:a100:1,../x\n"},
           {"/etc/slurm/gres.conf", "Include /tmp/x\n"},
           {"/etc/slurm/gres.conf", "AutoDetect=nvml\n"},
           {"/etc/slurm/gres.conf", "NodeName=n9 Name=gpu Type=a File=/dev/sda\n"},
           {"/etc/slurm/gres.conf", "NodeName=n9 Name=gpu Type=a File=/dev/nvidia0/../sda\n"},
           {"/etc/slurm/gres.conf", "NodeName=n9 Name=gpu Type=a File=/dev/nvidia[0-1,/../sda]\n"},
           {"/etc/slurm/gres.conf", "NodeName=n9 Name=license Type=a File=/dev/nvidia0\n"},
           {"/etc/slurm/gres.conf",
            "NodeName=n9 Name=gpu Type=a File=/dev/nvidia0 MultipleFiles=/dev/sda\n"},
           {"/etc/slurm/gres.conf", "NodeName=n9 Name=gpu Type=a File=/dev/nvidia0 \\\n"},
           {"/etc/hosts", "10.42.0.9 deb.example.org\n"}}) {
    const Status checked = check(with(path, addition));
    ASSERT_FALSE(checked) << path << ": " << addition;
    EXPECT_NE(checked.error().message.find(path), std::string::npos) << checked.error().message;
  }
}

TEST_F(Trusted, directories_mounts_and_services_are_those_of_the_specification) {
  for (const plan::Step& step : std::initializer_list<plan::Step>{
           plan::MakeDirectory{.path = "/etc/muster/ssh-keys", .mode = 0777},
           plan::MakeDirectory{.path = "/home", .owner = "muster"},
           plan::SetHostname{.name = "-F/etc/shadow"},
           plan::MountFileSystem{.source = "muster-home",
                                 .target = "/home",
                                 .type = "tmpfs",
                                 .options = "size=50%,mode=0777"},
           plan::EnsureGroup{.name = "wheel", .gid = 1001},
           plan::Service{.unit = "ssh.service", .state = plan::Service::State::stopped}}) {
    plan::Plan plan = daemons();
    plan.add(step);
    EXPECT_FALSE(check(plan)) << plan::describe(step);
  }
}

TEST_F(Trusted, only_people_of_the_plan_have_keys) {
  plan::Plan plan = daemons();
  plan.add(WriteFile{.path = "/etc/muster/ssh-keys/backup", .content = "ssh-ed25519 AAAA"});
  EXPECT_FALSE(check(plan));
}

TEST_F(Trusted, a_file_keeps_its_owner_and_mode) {
  plan::Plan plan = daemons();
  for (plan::Step& step : plan.steps) {
    auto* const file = std::get_if<WriteFile>(&step);
    if (file != nullptr && file->path == "/etc/slurm/slurm.key") file->mode = 0666;
  }
  EXPECT_FALSE(check(plan));
}

TEST_F(Trusted, ssh_believes_no_other_authority_about_other_names) {
  EXPECT_TRUE(check(daemons()));
  for (const auto& [path, addition] :
       {std::pair{"/etc/ssh/ssh_known_hosts2", "@cert-authority *.example.org ssh-ed25519 AAAA\n"},
        std::pair{"/etc/ssh/ssh_config.d/50-muster.conf", "ProxyCommand /tmp/evil\n"},
        std::pair{"/etc/ssh/sshd_config.d/50-muster-keys.conf", "PermitRootLogin yes\n"},
        std::pair{"/etc/ssh/ssh_host_ed25519_key-cert.pub", "something else\n"}}) {
    EXPECT_FALSE(check(with(path, addition))) << path;
  }
}

}  // namespace
}  // namespace muster::plans
