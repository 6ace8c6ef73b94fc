#pragma once
// A head's files below a directory of the test, with one small disk that can be filled.

#include <algorithm>
#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <vector>

#include "core/base/text.h"
#include "core/os/files.h"
#include "core/state/store.h"
#include "head/backup.h"
#include "head/state_places.h"
#include "tests/contract/support/small_disk.h"

namespace muster::head {

/// Runs tar; notes what systemctl is asked for.
class NotingRunner : public os::CommandRunner {
 public:
  Result<os::CommandResult> run(const os::Command& command) override {
    if (command.argv.front() != "systemctl") return real_.run(command);
    if (before_each) before_each();
    asked.push_back(join(std::span(command.argv).subspan(1), " "));
    if (fails_at == command.argv.at(1)) return os::CommandResult{.status = 1, .err = "no"};
    return os::CommandResult{};
  }

  /// Verbs with their units, in order.
  std::vector<std::string> asked;
  /// A verb.
  std::string fails_at;
  std::function<void()> before_each;

 private:
  os::PosixCommandRunner real_;
};

constexpr const char* kSmallSpec = R"(schema: 1
name: lab
head:
  hostname: head
  interface: auto
  address: 10.42.0.1/16
nodes:
  prefix: n
  digits: 3
images:
  - name: compute
profiles:
  - name: default
    image: compute
hpc:
  partition: all
)";

class SmallHeadTest : public SmallDiskTest {
 protected:
  SmallHeadTest() : SmallDiskTest("size=4M") {}

  void SetUp() override {
    SmallDiskTest::SetUp();
    if (IsSkipped()) return;
    directory_.emplace(*os::TemporaryDirectory::make());
    make_head(root());
    auto store = state::open_sqlite_store(at(kDatabase).string());
    ASSERT_TRUE(store) << store.error().text();
    ASSERT_TRUE((*store)->commit({.changes = {{.kind = "k", .key = "a", .value = "1"}}}));
  }

  /// Directories as packages make them, and keys.
  static void make_head(const std::filesystem::path& root) {
    for (const char* const directory : {"run", "var/lib/muster", "var/lib/muster-head"}) {
      ASSERT_TRUE(os::make_directory(root / directory));
    }
    ASSERT_TRUE(os::write_file(root / "var/lib/muster/ca/ca.key", "ca key", {.mode = 0600}));
    ASSERT_TRUE(os::write_file(root / "var/lib/muster/secrets/slurm.key", "slurm", {.mode = 0600}));
    ASSERT_TRUE(os::write_file(root / "var/lib/muster-head/id_ed25519", "root's", {.mode = 0600}));
    ASSERT_TRUE(os::write_file(root / "var/lib/muster-head/networks.json", "{}"));
    ASSERT_TRUE(os::write_file(root / "etc/ssh/ssh_host_ed25519_key", "host", {.mode = 0600}));
    ASSERT_TRUE(os::write_file(root / "etc/ssh/sshd_config", "x"));
    ASSERT_TRUE(os::write_file(root / "etc/muster/cluster.yaml", kSmallSpec));
    ASSERT_TRUE(os::write_file(root / "etc/muster/nginx.conf", "x"));
  }

  std::filesystem::path root() const { return directory_->path() / "head"; }
  std::filesystem::path at(std::string_view path) const { return root() / path.substr(1); }
  std::filesystem::path archive() const { return directory_->path() / "head: 1.tgz"; }
  NotingRunner& runner() { return runner_; }

  static BackupManifest about() {
    return {
        .version = "0.1.0", .cluster = "lab", .head = "head", .address = "10.42.0.1", .made_ms = 1};
  }

  /// A backup of the head at rest.
  BackupManifest back_up() {
    const auto made = write_backup(runner_, {.root = root()}, about(), archive());
    EXPECT_TRUE(made) << made.error().text();
    return made.value_or(BackupManifest{});
  }
  Result<OpenBackup> open() { return open_backup(runner_, archive(), root()); }

  static std::vector<std::string> paths_of(const BackupManifest& manifest) {
    std::vector<std::string> paths;
    for (const BackupFile& file : manifest.files) paths.push_back(file.path);
    std::ranges::sort(paths);
    return paths;
  }

  /// Makes the archive again with the same manifest, after `change` had its files.
  void repack(const BackupManifest& manifest,
              const std::function<void(const std::filesystem::path& files)>& change) {
    const auto place = os::TemporaryDirectory::make();
    for (const BackupFile& file : manifest.files) {
      ASSERT_TRUE(os::copy_file(at(file.path), place->path() / ("files" + file.path)));
    }
    ASSERT_TRUE(os::write_file(place->path() / "manifest.json", render_manifest(manifest)));
    change(place->path() / "files");
    ASSERT_TRUE(run_checked(runner_, {.argv = {"tar", "--create", "--gzip", "--force-local",
                                               "--file=" + archive().string(), "--directory",
                                               place->path().string(), "manifest.json", "files"}}));
  }

  /// The value in the head's database.
  std::string stored() const {
    const auto store = state::open_sqlite_store(at(kDatabase).string());
    return store ? (*(*store)->find("k", "a"))->value : store.error().text();
  }
  void store(const std::string& value) const {
    const auto store = state::open_sqlite_store(at(kDatabase).string());
    ASSERT_TRUE((*store)->commit({.changes = {{.kind = "k", .key = "a", .value = value}}}));
  }

 private:
  std::optional<os::TemporaryDirectory> directory_;
  NotingRunner runner_;
};

}  // namespace muster::head
