#include "hpc/ssh_access.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace muster::hpc {
namespace {

SshFacts ssh_facts(const std::string& head = "10.42.0.1/16") {
  return {.cluster = "muster",
          .head = parse_ipv4_interface(head).value(),
          .authority = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA=="};
}

std::string content_of(const plan::Plan& plan, const std::string& path) {
  for (const plan::Step& step : plan.steps) {
    const auto* const file = std::get_if<plan::WriteFile>(&step);
    if (file != nullptr && file->path == path) return file->content;
  }
  return "no such file";
}

TEST(SshAccess, the_authority_is_believed_about_the_cluster_and_nothing_else) {
  EXPECT_EQ(render_known_hosts(ssh_facts()),
            "@cert-authority *,!*.* ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==\n"
            "@cert-authority *.muster ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==\n"
            "@cert-authority 10.42.* ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==\n");
}

TEST(SshAccess, a_network_that_ends_inside_a_number_has_a_pattern_for_each) {
  const auto patterns = [](const std::string& head) {
    const std::string text = render_known_hosts(ssh_facts(head));
    const std::size_t last = text.rfind("@cert-authority ") + 16;
    return text.substr(last, text.find(' ', last) - last);
  };
  EXPECT_EQ(patterns("10.0.0.1/8"), "10.*");
  EXPECT_EQ(patterns("192.168.7.1/24"), "192.168.7.*");
  EXPECT_EQ(patterns("172.16.4.1/22"), "172.16.4.*,172.16.5.*,172.16.6.*,172.16.7.*");
  EXPECT_EQ(patterns("192.168.7.9/29"),
            "192.168.7.8,192.168.7.9,192.168.7.10,192.168.7.11,192.168.7.12,192.168.7.13,"
            "192.168.7.14,192.168.7.15");
}

TEST(SshAccess, only_the_heads_root_has_a_key_for_nodes) {
  const std::string head =
      content_of(plan_ssh_client(ssh_facts(), "ssh-ed25519 KEY"), kSshClientSettings);
  EXPECT_TRUE(
      head.contains("Match localuser root host *.muster,10.42.*\n"
                    "  IdentityFile /var/lib/muster-head/id_ed25519\n"))
      << head;
  EXPECT_FALSE(
      content_of(plan_ssh_client(ssh_facts()), kSshClientSettings).contains("IdentityFile"));
  EXPECT_EQ(render_root_access({0x0A2A0001}, "ssh-ed25519 KEY"),
            "from=\"10.42.0.1\" ssh-ed25519 KEY\n");
  EXPECT_EQ(render_root_access({0x0A2A0001}, ""), "");
}

TEST(SshAccess, keysign_is_allowed_before_any_host) {
  const std::string text = content_of(plan_ssh_client(ssh_facts(), "key"), kSshClientSettings);
  EXPECT_LT(text.find("EnableSSHKeysign yes"), text.find("Match"));
}

TEST(SshAccess, users_come_to_a_node_by_their_machine_and_their_job) {
  const plan::Plan node = plan_node_ssh();
  EXPECT_TRUE(content_of(node, kSshServerSettings).contains("HostbasedAuthentication yes\n"));
  EXPECT_TRUE(content_of(node, kSshServerSettings).contains("PAMServiceName muster-sshd\n"));
  EXPECT_TRUE(content_of(node, "/etc/pam.d/muster-sshd")
                  .contains("account required pam_slurm_adopt.so service=muster-sshd\n"));
  const plan::Plan head = plan_head_ssh("");
  EXPECT_FALSE(content_of(head, kSshServerSettings).contains("Hostbased"))
      << "a node's word is none there";
}

TEST(SshAccess, the_authority_is_found_in_its_list_of_known_hosts) {
  EXPECT_EQ(find_authority(render_known_hosts(ssh_facts())), ssh_facts().authority);
  for (const char* const foreign :
       {"", "* ssh-ed25519 AAAA\n", "@cert-authority * ssh-rsa AAAA\n",
        "@cert-authority * ssh-ed25519 AAAA no\n", "@cert-authority * ssh-ed25519 A:A\n"}) {
    EXPECT_FALSE(find_authority(foreign)) << foreign;
  }
}

TEST(SshAccess, a_host_certificate_is_one_line) {
  const std::string line = "ssh-ed25519-cert-v01@openssh.com AAAA n001\n";
  EXPECT_TRUE(is_host_certificate(line));
  for (const std::string& other :
       {line + line, std::string("ssh-ed25519 AAAA n001\n"), std::string(),
        std::string("ssh-ed25519-cert-v01@openssh.com A*AA n001\n")}) {
    EXPECT_FALSE(is_host_certificate(other)) << other;
  }
}

}  // namespace
}  // namespace muster::hpc
