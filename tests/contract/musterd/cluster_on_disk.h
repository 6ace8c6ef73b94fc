#pragma once
// A cluster whose state is on a small disk that a test fills or makes read-only.

#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <sys/mount.h>
#include <unistd.h>
#include <vector>

#include "apps/musterd/cluster.h"
#include "core/os/files.h"

namespace muster::daemon {

inline constexpr const char* kSpec = "schema: 1\nname: test\nadoption: {policy: open}\n";

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
    if (!opened) throw std::runtime_error(opened.error().text());
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

}  // namespace muster::daemon
