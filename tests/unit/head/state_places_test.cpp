#include "head/state_places.h"

#include <algorithm>
#include <format>
#include <gtest/gtest.h>
#include <sstream>

#include "core/os/files.h"

namespace muster::head {
namespace {

std::string source(const std::string& file) {
  const auto text = os::read_file(std::format("{}/{}", MUSTER_SOURCE, file));
  EXPECT_TRUE(text) << file;
  return text.value_or("");
}

/// The words of a line that begins so.
std::vector<std::string> words_of_line(const std::string& text, std::string_view beginning) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t start = line.find_first_not_of(" \t");
    if (start == std::string::npos || !line.substr(start).starts_with(beginning)) continue;
    std::istringstream words(line.substr(start));
    std::vector<std::string> found;
    for (std::string word; words >> word;) found.push_back(word);
    return found;
  }
  ADD_FAILURE() << "no line begins with " << beginning;
  return {};
}

TEST(StatePlaces, a_state_disk_of_an_earlier_version_lacks_some) {
  std::string mounts;
  for (const StatePlace& place : state_places()) {
    if (place.state_disk != StateDisk::keeps || place.directory.ends_with("-data")) continue;
    mounts += std::format("30 22 8:1 /x {} rw - ext4 /dev/vda rw\n", place.directory);
  }
  EXPECT_EQ(find_unkept_places(mounts),
            (std::vector<std::string>{"/var/lib/muster-extension-data"}));
  EXPECT_TRUE(find_unkept_places("22 1 0:25 / / rw - overlay overlay rw\n").empty())
      << "without a state disk nothing is kept";
}

TEST(StatePlaces, a_backup_has_what_the_nodes_know_the_head_by) {
  for (const char* const path :
       {"/var/lib/muster/state.db", "/var/lib/muster/state.db-wal", "/var/lib/muster/ca/ca.key",
        "/var/lib/muster/tls/head.pem", "/var/lib/muster/secrets/slurm.key",
        "/var/lib/muster-head/id_ed25519", "/etc/muster/cluster.yaml",
        "/etc/ssh/ssh_host_ed25519_key"}) {
    EXPECT_TRUE(is_backed_up(path)) << path;
  }
}

TEST(StatePlaces, a_backup_has_nothing_else) {
  for (const char* const path : {"",
                                 "/",
                                 "state.db",
                                 "/var/lib/muster",
                                 "/var/lib/muster/",
                                 "/var/lib/muster/ca/",
                                 "/var/lib/muster/state.db-shm",
                                 "/var/lib/muster/state.db2",
                                 "/var/lib/muster/cake",
                                 "/var/lib/muster/medium/x",
                                 "/var/lib/muster/ca/../../../../etc/shadow",
                                 "/var/lib/muster/ca/..",
                                 "/var/lib/muster/tls/x/cron.d/evil",
                                 "/var/lib/muster/./state.db",
                                 "/var/lib/muster//state.db",
                                 "/var/lib/muster/head-plan.json",
                                 "/var/lib/muster-head/networks.json",
                                 "/var/lib/muster-heads/id_ed25519",
                                 "/etc/muster/nginx.conf",
                                 "/etc/muster/before/x",
                                 "/etc/shadow",
                                 "/etc/ssh/sshd_config",
                                 "/etc/ssh/ssh_host_x/../../shadow",
                                 "/etc/ssh/ssh_host_d/x",
                                 "/home/ada/notes",
                                 "/var/lib/slurm/slurmctld/jobs"}) {
    EXPECT_FALSE(is_backed_up(path)) << path;
  }
}

TEST(StatePlaces, the_purge_removes_what_the_table_says) {
  const std::string purge = source("debian/musterd.postrm");
  for (const StatePlace& place : state_places()) {
    std::istringstream words(purge);
    bool is_removed = false;
    std::string line;
    while (std::getline(words, line)) {
      const std::string directory(place.directory);
      is_removed = is_removed || (line.contains("rm -rf") && line.ends_with(" " + directory)) ||
                   line.contains("in " + directory + "/*");
    }
    EXPECT_EQ(is_removed, place.purge == Purge::removes) << place.directory;
  }
}

TEST(StatePlaces, the_initrd_mounts_what_the_state_disk_keeps) {
  const std::string script =
      source("packaging/layers/include/base/etc/initramfs-tools/scripts/live-bottom/muster-state");
  std::vector<std::string> mounted;
  for (const std::string& word : words_of_line(script, "/var/lib/muster/ |")) {
    if (word.starts_with("/var/")) mounted.push_back(word.substr(0, word.find_last_of('/')));
  }
  std::vector<std::string> kept;
  for (const StatePlace& place : state_places()) {
    if (place.state_disk == StateDisk::keeps) kept.emplace_back(place.directory);
  }
  EXPECT_TRUE(std::ranges::is_permutation(mounted, kept)) << testing::PrintToString(mounted);
}

TEST(StatePlaces, packages_make_the_directories_of_the_daemon_and_of_root) {
  const std::string made = source("debian/musterd.tmpfiles");
  for (const char* const directory : {"/var/lib/muster", kRoots, "/etc/muster"}) {
    EXPECT_TRUE(made.contains(std::format("d {} ", directory))) << directory;
  }
}

}  // namespace
}  // namespace muster::head
