#pragma once
// A cluster whose state is on a small disk that a test fills or makes read-only.

#include <future>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "control/cluster.h"
#include "core/os/files.h"
#include "tests/contract/support/small_disk.h"

namespace muster::control {

inline constexpr const char* kSpec = "schema: 1\nname: test\nadoption: {policy: open}\n";

/// A small disk for the state, and a head that has no helper.
class ClusterOnDisk : public SmallDiskTest {
 protected:
  ClusterOnDisk() : SmallDiskTest("size=4M") {}
  void SetUp() override {
    SmallDiskTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    directory_.emplace(*os::TemporaryDirectory::make());
    ASSERT_TRUE(os::write_file(place("facts.json"),
                               R"({"interface": "eth1", "live": false, "medium": "/nowhere"})"));
    write_spec(kSpec);
  }
  void TearDown() override {
    cluster_.reset();
    SmallDiskTest::TearDown();
  }

  std::string place(const std::string& name) const { return directory_->path() / name; }
  std::string state() const { return disk(); }
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
                                 .images = place("images"),
                                 .extensions = place("extensions"),
                                 .extension_run = place("hosts"),
                                 .leases = place("no-leases"),
                                 .pci_names = place("no-names")});
    if (!opened) throw std::runtime_error(opened.error().text());
    cluster_ = std::move(*opened);
  }
  void make_read_only() {
    cluster_.reset();
    remount(MS_RDONLY);
  }
  std::vector<std::string> unsaved() {
    std::vector<std::string> names;
    for (const auto& failure : cluster_->unsaved()) names.push_back(failure.what);
    return names;
  }
  std::string read(const std::string& name) const {
    return os::read_file(state() + "/" + name).value_or("missing");
  }

  /// A command that one node ran to its end, with this output; the operation's id.
  std::string run_a_command(const std::string& out = "text\n") {
    operations::Operations& operations = cluster_->operations();
    const std::string id = operations
                               .begin({.kind = "exec",
                                       .words = {"true"},
                                       .timeout_s = 1,
                                       .by = "ada",
                                       .targets = {{.id = "a1", .name = "n001"}}},
                                      cluster_->now())
                               .value();
    std::promise<Status> told;
    operations.ask("a1", {.boot = "b1", .kinds = {"exec"}}, "", cluster_->now(),
                   [&](const Result<task::Offer>&) {
                     operations.report("a1", {.id = id, .has_ended = true, .out = out},
                                       cluster_->now(),
                                       [&told](const Status& status) { told.set_value(status); });
                   });
    EXPECT_TRUE(told.get_future().get());
    return id;
  }

  std::optional<os::TemporaryDirectory> directory_;
  std::unique_ptr<Cluster> cluster_;
};

}  // namespace muster::control
