// The daemon's state on a disk that is full or read-only: it starts, answers, says what it could
// not write, and writes that when the disk takes it.

#include <algorithm>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include "apps/musterd/cluster.h"
#include "core/os/files.h"

namespace muster::daemon {
namespace {

constexpr const char* kSpec = "schema: 1\nname: test\nadoption: {policy: open}\n";

/// A small disk for the state, seen by this program only, and a head that has no helper.
class ClusterOnDisk : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "root is needed to mount";
    ASSERT_EQ(unshare(CLONE_NEWNS), 0);
    ASSERT_EQ(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    directory_.emplace(*os::TemporaryDirectory::make());
    ASSERT_TRUE(os::make_directory(state()));
    ASSERT_EQ(mount("tmpfs", state().c_str(), "tmpfs", 0, "size=4M"), 0);
    ASSERT_TRUE(os::write_file(place("facts.json"),
                               R"({"interface": "eth1", "live": false, "medium": "/nowhere"})"));
    write_spec(kSpec);
  }
  void TearDown() override {
    cluster_.reset();
    if (!directory_) return;
    EXPECT_EQ(umount(state().c_str()), 0);
  }

  std::string place(const std::string& name) const { return directory_->path() / name; }
  std::string state() const { return place("state"); }
  void write_spec(std::string_view text) const {
    ASSERT_TRUE(os::write_file(place("cluster.yaml"), text));
  }
  /// Starts the daemon's cluster anew.
  void open() {
    cluster_.reset();
    auto opened = Cluster::open({.spec = place("cluster.yaml"),
                                 .facts = place("facts.json"),
                                 .state = state(),
                                 .run = directory_->path(),
                                 .helper = place("no-helper.sock"),
                                 .report = place("no-report.json"),
                                 .leases = place("no-leases"),
                                 .pci_names = place("no-names")});
    ASSERT_TRUE(opened) << opened.error().text();
    cluster_ = std::move(*opened);
  }
  void fill() const {
    // Down to the last page: the first write that fails leaves some room.
    for (std::size_t size = 1U << 20U; size >= 512; size /= 2) {
      while (os::append_file(state() + "/filler", std::string(size, 'x'))) {
      }
    }
  }
  void make_room() const { ASSERT_TRUE(os::remove_tree(state() + "/filler")); }
  void make_read_only() {
    cluster_.reset();
    ASSERT_EQ(mount(nullptr, state().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, "size=4M"), 0);
  }
  std::vector<std::string> unsaved() {
    std::vector<std::string> names;
    for (const auto& failure : cluster_->unsaved()) names.push_back(failure.what);
    return names;
  }
  std::string read(const std::string& name) const {
    return os::read_file(state() + "/" + name).value_or("missing");
  }

  std::optional<os::TemporaryDirectory> directory_;
  std::unique_ptr<Cluster> cluster_;
};

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
  const std::string ca = cluster_->authority().certificate();
  make_room();
  cluster_->tick();
  EXPECT_EQ(unsaved(), std::vector<std::string>());
  EXPECT_EQ(read("ca/ca.crt"), ca);
  EXPECT_EQ(read("tls/ca.crt"), ca);
  const auto serves = cluster_->authority().check_server(read("tls/head.pem"), {"DNS:elsewhere"});
  EXPECT_EQ(serves.error().message, "the server's certificate is for other names");
}

TEST_F(ClusterOnDisk, a_user_who_is_new_in_the_specification_waits_for_the_disk) {
  open();
  make_read_only();
  write_spec(std::string(kSpec) + "users:\n  - name: ada\n");
  open();
  EXPECT_EQ(unsaved(), std::vector<std::string>{"the users of cluster.yaml"});
  EXPECT_FALSE(cluster_->users().find("ada")) << "nobody is there who is not on the disk";
  ASSERT_EQ(mount(nullptr, state().c_str(), nullptr, MS_REMOUNT, "size=4M"), 0);
  cluster_->tick();
  EXPECT_TRUE(unsaved().empty());
  EXPECT_TRUE(cluster_->users().find("ada"));
}

TEST_F(ClusterOnDisk, what_is_refused_has_changed_nothing) {
  open();
  ASSERT_TRUE(cluster_->decide_adoption(provisioning::Policy::closed, 0));
  make_read_only();
  open();
  const auto mode = cluster_->dhcp_mode();
  EXPECT_FALSE(cluster_->decide_adoption(provisioning::Policy::open, 0));
  EXPECT_EQ(cluster_->registry().policy(cluster_->now_ms()), provisioning::Policy::closed);
  EXPECT_FALSE(cluster_->set_dhcp_mode(provisioning::DhcpMode::proxy));
  EXPECT_EQ(cluster_->dhcp_mode(), mode);
  const auto refused = cluster_->add_user({.name = "ada"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::world);
  EXPECT_FALSE(cluster_->users().find("ada"));
}

TEST_F(ClusterOnDisk, users_that_cannot_be_read_are_told_and_nobody_is_added) {
  open();
  ASSERT_TRUE(
      cluster_->store().commit({.changes = {{.kind = "setting", .key = "users", .value = "{}"}}}));
  open();
  ASSERT_EQ(cluster_->lost().size(), 1U);
  EXPECT_TRUE(cluster_->lost().front().message.contains("the head has no users"));
  EXPECT_FALSE(cluster_->add_user({.name = "ada"})) << "she could get somebody else's number";
}

TEST_F(ClusterOnDisk, a_plan_that_the_disk_does_not_take_is_told_and_published_when_there_is_room) {
  open();
  fill();
  EXPECT_FALSE(cluster_->publish());
  EXPECT_TRUE(cluster_->plan_delay()) << "an administrator is told";
  EXPECT_EQ(read("head-plan.json"), "missing");
  make_room();
  ASSERT_TRUE(cluster_->set_dhcp_mode(provisioning::DhcpMode::serve))
      << "a decision ends the pause";
  EXPECT_FALSE(cluster_->publish()) << "there is no helper";
  EXPECT_NE(read("head-plan.json"), "missing");
}

}  // namespace
}  // namespace muster::daemon
