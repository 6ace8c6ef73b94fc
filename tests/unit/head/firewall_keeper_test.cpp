#include "head/firewall_keeper.h"

#include <gtest/gtest.h>

#include "core/os/files.h"

namespace muster::head {
namespace {

constexpr const char* kGood = "table inet muster { policy drop }\n";

/// A kernel with one table, as nft shows and loads it.
class FakeNft final : public os::CommandRunner {
 public:
  Result<os::CommandResult> run(const os::Command& command) override {
    EXPECT_EQ(command.argv.front(), "nft");
    EXPECT_GT(command.timeout.count(), 0);
    if (broken) return os::CommandResult{.status = 1, .out = {}, .err = "netlink: no memory"};
    if (command.argv[1] == "--file") {
      ++loads;
      table = kGood;
      broken = breaks_behind_load;
      return os::CommandResult{};
    }
    if (command.argv.back() == "tables") {
      const std::string name = table.empty() ? "" : "table inet muster\n";
      return os::CommandResult{.status = 0, .out = "table ip other\n" + name, .err = {}};
    }
    if (table.empty()) return os::CommandResult{.status = 1, .out = {}, .err = "No such file"};
    return os::CommandResult{.status = 0, .out = table, .err = {}};
  }

  std::string table = kGood;
  bool broken = false;
  bool breaks_behind_load = false;
  int loads = 0;
};

class FirewallKeeperTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_.emplace(os::TemporaryDirectory::make().value());
    ASSERT_TRUE(os::write_file(rules(), "rules"));
    keeper_.emplace(nft_, rules());
  }
  std::filesystem::path rules() const { return directory_->path() / "firewall.nft"; }

  FakeNft nft_;
  std::optional<os::TemporaryDirectory> directory_;
  std::optional<FirewallKeeper> keeper_;
};

TEST_F(FirewallKeeperTest, one_that_is_as_it_was_made_is_let_alone) {
  EXPECT_EQ(keeper_->keep(), false);
  EXPECT_EQ(nft_.loads, 1) << "the first look takes nothing for granted";
  EXPECT_EQ(keeper_->keep(), false);
  EXPECT_EQ(nft_.loads, 1);
}

TEST_F(FirewallKeeperTest, one_that_was_thrown_away_or_changed_is_put_right) {
  EXPECT_EQ(keeper_->keep(), false);
  nft_.table.clear();
  EXPECT_EQ(keeper_->keep(), true);
  nft_.table = "table inet muster { policy accept }\n";
  EXPECT_EQ(keeper_->keep(), true);
  EXPECT_EQ(nft_.table, kGood);
}

TEST_F(FirewallKeeperTest, one_that_was_gone_before_anybody_looked_is_put_right) {
  nft_.table.clear();
  EXPECT_EQ(keeper_->keep(), true);
  EXPECT_EQ(nft_.table, kGood);
}

TEST_F(FirewallKeeperTest, what_nft_cannot_show_is_an_error_and_no_firewall_that_is_right) {
  EXPECT_EQ(keeper_->keep(), false);
  nft_.broken = true;
  EXPECT_FALSE(keeper_->keep());
  nft_.broken = false;
  nft_.table.clear();
  EXPECT_EQ(keeper_->keep(), true);
}

TEST_F(FirewallKeeperTest, one_that_was_put_right_is_told_when_it_can_be_seen) {
  EXPECT_EQ(keeper_->keep(), false);
  nft_.table.clear();
  nft_.breaks_behind_load = true;
  EXPECT_FALSE(keeper_->keep());
  nft_.breaks_behind_load = false;
  nft_.broken = false;
  EXPECT_EQ(keeper_->keep(), true);
}

TEST_F(FirewallKeeperTest, rules_that_were_written_anew_are_what_counts) {
  EXPECT_EQ(keeper_->keep(), false);
  keeper_->forget();
  EXPECT_EQ(keeper_->keep(), false) << "nobody else changed it";
  EXPECT_EQ(nft_.loads, 2) << "loaded once more, whatever is there";
}

TEST_F(FirewallKeeperTest, without_rules_no_table_is_expected) {
  ASSERT_TRUE(os::remove_tree(rules()));
  nft_.table.clear();
  EXPECT_EQ(keeper_->keep(), false);
  EXPECT_EQ(nft_.loads, 0);
}

}  // namespace
}  // namespace muster::head
