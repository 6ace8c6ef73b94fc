// Accounts whose making or removal is cut off: a power cut between two files, a disk that fails.

#include "tests/unit/apply/accounts_machine.h"

namespace muster::apply {
namespace {

/// The states in which a power cut leaves the files: of those that were written in this order, the
/// first ones are new.
template <typename Order>
std::vector<AccountFiles> cuts(const AccountFiles& before, const AccountFiles& after,
                               const Order& order) {
  std::vector<AccountFiles> cuts = {before};
  for (const std::string_view name : order) {
    AccountFiles next = cuts.back();
    next[std::string(name)] = after.at(std::string(name));
    cuts.push_back(std::move(next));
  }
  return cuts;
}

class CutAccounts : public AccountsTest {
 protected:
  void SetUp() override {
    AccountsTest::SetUp();
    write("subuid", "site:100000:65536\n");
    write("subgid", "");
    ASSERT_TRUE(run(bob_alone_).succeeded());
    before_ = files();
    ASSERT_TRUE(run(both_).succeeded());
    after_ = files();
    ASSERT_EQ(read("muster/accounts"), "ada 10000\nbob 10001\n");
  }
  /// Muster was cut off with these files written.
  void cut_off(const AccountFiles& cut) {
    restore(cut);
    write("muster/accounts", "ada 10000\nbob 10001\n");
  }
  void expect_that_ada_leaves(const AccountFiles& cut) {
    cut_off(cut);
    EXPECT_TRUE(run(bob_alone_).succeeded());
    EXPECT_EQ(files(), before_);
    EXPECT_EQ(read("muster/accounts"), "bob 10001\n");
  }

  const plan::Plan bob_alone_ = plan_of({user("bob", 10001)});
  const plan::Plan both_ = plan_of({user("bob", 10001), user("ada", 10000)});
  AccountFiles before_;
  AccountFiles after_;
};

TEST_F(CutAccounts, the_next_apply_completes_an_account_after_every_part_that_was_written) {
  for (const AccountFiles& cut : cuts(before_, after_, kAccountFiles)) {
    cut_off(cut);
    const Report report = run(both_);
    EXPECT_TRUE(report.succeeded());
    EXPECT_EQ(files(), after_);
    EXPECT_EQ(read("muster/accounts"), "ada 10000\nbob 10001\n");
  }
}

TEST_F(CutAccounts, who_left_meanwhile_leaves_nothing_after_every_part_that_was_written) {
  for (const AccountFiles& cut : cuts(before_, after_, kAccountFiles)) {
    expect_that_ada_leaves(cut);
  }
}

TEST_F(CutAccounts, who_has_another_number_by_now_gets_it_after_every_part_that_was_written) {
  for (const AccountFiles& cut : cuts(before_, after_, kAccountFiles)) {
    cut_off(cut);
    EXPECT_TRUE(run(plan_of({user("bob", 10001), user("ada", 10005)})).succeeded());
    EXPECT_TRUE(read("passwd").contains("ada:x:10005:10005:"));
    EXPECT_TRUE(read("group").contains("ada:x:10005:\n"));
    EXPECT_FALSE(read("group").contains("ada:x:10000:\n"));
    EXPECT_EQ(read("muster/accounts"), "ada 10005\nbob 10001\n");
  }
}

TEST_F(CutAccounts, a_removal_is_completed_after_every_part_that_was_written) {
  const auto order = std::vector<std::string_view>(kAccountFiles.rbegin(), kAccountFiles.rend());
  for (const AccountFiles& cut : cuts(after_, before_, order)) {
    expect_that_ada_leaves(cut);
  }
}

TEST_F(CutAccounts, a_disk_that_fails_between_two_files_is_no_end_of_an_account) {
  restore(before_);
  write("muster/accounts", "bob 10001\n");
  // Nothing can be renamed over a directory.
  ASSERT_TRUE(os::remove_tree(etc() / "passwd-"));
  ASSERT_TRUE(os::make_directory(etc() / "passwd-" / "x"));
  EXPECT_FALSE(run(both_).succeeded());
  EXPECT_FALSE(read("passwd").contains("ada"));
  EXPECT_TRUE(read("group").contains("ada:x:10000:"));
  EXPECT_EQ(read("muster/accounts"), "ada 10000\nbob 10001\n") << "the group is Muster's";
  ASSERT_TRUE(os::remove_tree(etc() / "passwd-"));
  EXPECT_TRUE(run(both_).succeeded());
  EXPECT_EQ(files(), after_);
}

}  // namespace
}  // namespace muster::apply
