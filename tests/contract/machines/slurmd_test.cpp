// The real slurmd counts the processors of every recorded machine as the inventory does. slurmd
// asks hwloc, and hwloc reads another machine's tree when its environment names one (HWLOC_FSROOT,
// hwloc(7)).

#include <format>
#include <gtest/gtest.h>
#include <map>

#include "core/base/text.h"
#include "core/os/command.h"
#include "provisioning/agent/topology.h"
#include "tests/machines/machine_tree.h"

namespace muster {
namespace {

/// "CPUs=4 Boards=1 SocketsPerBoard=2 …", the first line of slurmd -C, as numbers.
std::map<std::string, std::uint64_t> numbers_of(std::string_view line) {
  std::map<std::string, std::uint64_t> numbers;
  for (const std::string& word : split(trim(line), ' ')) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) continue;
    if (const auto number = parse_number(word.substr(equals + 1))) {
      numbers[word.substr(0, equals)] = *number;
    }
  }
  return numbers;
}

class Slurmd : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto version = runner_.run({.argv = {"slurmd", "-V"}});
    if (!version || version->status != 0) GTEST_SKIP() << "slurmd is not installed";
    // It would be read in place of the tree.
    if (std::filesystem::exists("/var/spool/slurmd/hwloc_topo_whole.xml")) {
      GTEST_SKIP() << "a slurmd of this machine keeps its topology in /var/spool/slurmd";
    }
  }

  /// What slurmd finds in a tree.
  std::map<std::string, std::uint64_t> find(const std::filesystem::path& root) {
    const auto shown =
        run_checked(runner_, {.argv = {"slurmd", "-C"}, .env = {{"HWLOC_FSROOT", root}}});
    EXPECT_TRUE(shown) << shown.error().text();
    return shown ? numbers_of(shown->substr(0, shown->find('\n'))) : decltype(find(root))();
  }

  os::PosixCommandRunner runner_;
};

TEST_F(Slurmd, counts_the_processors_of_each_machine_as_the_inventory_does) {
  const auto names = testing::machine_names();
  ASSERT_TRUE(names) << names.error().text();
  for (const std::string& name : *names) {
    SCOPED_TRACE(name);
    const auto root = testing::unpack_machine(name);
    ASSERT_TRUE(root) << root.error().text();
    auto found = find(root->path());
    const auto ours = agent::read_topology(root->path());
    ASSERT_TRUE(ours);
    // slurmd groups sockets by boards, and rounds.
    EXPECT_EQ(ours->sockets / found["Boards"], found["SocketsPerBoard"]);
    EXPECT_EQ(ours->cores_per_socket, found["CoresPerSocket"]);
    EXPECT_EQ(ours->threads_per_core, found["ThreadsPerCore"]);
    EXPECT_LE(ours->cpus(), found["CPUs"]) << "slurmctld would drain the node";
  }
}

}  // namespace
}  // namespace muster
