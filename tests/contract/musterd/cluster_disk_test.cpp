// The daemon's state on a disk that is full or read-only: it starts, answers, says what it could
// not write, and writes that when the disk takes it.

#include <algorithm>

#include "tests/contract/musterd/cluster_on_disk.h"

namespace muster::control {
namespace {

TEST_F(ClusterOnDisk, what_it_keeps_is_the_same_at_the_next_start) {
  open();
  EXPECT_TRUE(unsaved().empty());
  const std::string pem = read("tls/head.pem");
  const std::string ca = read("ca/ca.crt");
  const std::string slurm = read("secrets/slurm.key");
  open();
  EXPECT_EQ(read("tls/head.pem"), pem);
  EXPECT_EQ(read("ca/ca.crt"), ca);
  EXPECT_EQ(read("secrets/slurm.key"), slurm);
  EXPECT_EQ(read("tls/ca.crt"), ca);
}

TEST_F(ClusterOnDisk, the_web_servers_key_and_certificate_are_one_file_and_made_anew_when_damaged) {
  open();
  const std::string pem = read("tls/head.pem");
  EXPECT_TRUE(pem.contains("-----BEGIN PRIVATE KEY-----"));
  EXPECT_TRUE(pem.contains("-----BEGIN CERTIFICATE-----"));
  ASSERT_TRUE(os::write_file(state() + "/tls/head.pem", pem.substr(0, pem.size() / 2)));
  open();
  EXPECT_NE(read("tls/head.pem"), pem);
  EXPECT_TRUE(read("tls/head.pem").contains("-----BEGIN CERTIFICATE-----"));
}

TEST_F(ClusterOnDisk, starts_on_a_full_disk_with_all_that_it_had) {
  open();
  const std::string slurm = read("secrets/slurm.key");
  cluster_.reset();
  fill();
  open();
  EXPECT_TRUE(unsaved().empty()) << "nothing had to be written";
  EXPECT_TRUE(cluster_->lost().empty());
  EXPECT_EQ(read("secrets/slurm.key"), slurm);
}

TEST_F(ClusterOnDisk, starts_for_the_first_time_on_a_full_disk_and_saves_all_when_there_is_room) {
  fill();
  open();
  for (const char* what : {"the cluster's authority", "the certificate of its web server",
                           "the key of Slurm", "the authority for SSH host keys"}) {
    EXPECT_TRUE(std::ranges::contains(unsaved(), what)) << what;
  }
  const std::string ca = cluster_->keys().authority().certificate();
  make_room();
  cluster_->tick();
  EXPECT_EQ(unsaved(), std::vector<std::string>());
  EXPECT_EQ(read("ca/ca.crt"), ca);
  EXPECT_EQ(read("tls/ca.crt"), ca);
  const auto serves =
      cluster_->keys().authority().check_server(read("tls/head.pem"), {"DNS:elsewhere"});
  EXPECT_EQ(serves.error().message, "the server's certificate is for other names");
}

TEST_F(ClusterOnDisk, a_user_who_is_new_in_the_specification_waits_for_the_disk) {
  open();
  make_read_only();
  write_spec(std::string(kSpec) + "users:\n  - name: ada\n");
  open();
  EXPECT_EQ(unsaved(), std::vector<std::string>{"the users of cluster.yaml"});
  EXPECT_FALSE(cluster_->people().users().find("ada")) << "nobody is there who is not on the disk";
  remount(0);
  cluster_->tick();
  EXPECT_TRUE(unsaved().empty());
  EXPECT_TRUE(cluster_->people().users().find("ada"));
}

TEST_F(ClusterOnDisk, what_is_refused_has_changed_nothing) {
  open();
  ASSERT_TRUE(cluster_->adoption().decide(provisioning::Policy::closed, 0));
  make_read_only();
  open();
  const auto mode = cluster_->dhcp().mode();
  EXPECT_FALSE(cluster_->adoption().decide(provisioning::Policy::open, 0));
  EXPECT_EQ(cluster_->registry().discovery().policy(cluster_->now_ms()),
            provisioning::Policy::closed);
  EXPECT_FALSE(cluster_->dhcp().decide(provisioning::DhcpMode::proxy));
  EXPECT_EQ(cluster_->dhcp().mode(), mode);
  const auto refused = cluster_->people().add({.name = "ada"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::world);
  EXPECT_FALSE(cluster_->people().users().find("ada"));
}

TEST_F(ClusterOnDisk, a_plan_that_the_disk_does_not_take_is_told_and_published_when_there_is_room) {
  open();
  fill();
  EXPECT_FALSE(cluster_->publisher().publish());
  EXPECT_TRUE(cluster_->publisher().delay()) << "an administrator is told";
  EXPECT_EQ(read("head-plan.json"), "missing");
  make_room();
  ASSERT_TRUE(cluster_->dhcp().decide(provisioning::DhcpMode::serve))
      << "a decision ends the pause";
  EXPECT_FALSE(cluster_->publisher().publish()) << "there is no helper";
  EXPECT_NE(read("head-plan.json"), "missing");
}

}  // namespace
}  // namespace muster::control
