#include <gtest/gtest.h>

#include "tests/unit/control/extensions_fixture.h"

namespace muster::control {
namespace {

const hpc::OtherSettings kWanted = {{"Licenses", "matlab:4"}};

class ExtensionScheduler : public ExtensionsTest {
 protected:
  /// What the head did of a step of an extension.
  static json report(const std::string& outcome, const std::string& origin = "extension motd") {
    return {{"succeeded", outcome != "failed"},
            {"steps", {{{"step", "a"}, {"origin", origin}, {"outcome", outcome}}}}};
  }
  state::Revision now() { return decisions_.revision(); }
  std::unique_ptr<Extensions> opened() {
    auto all = open();
    json wanted = answer("one");
    wanted["scheduler"] = {{"Licenses", "matlab:4"}};
    refresh(*all, wanted);
    return all;
  }
};

TEST_F(ExtensionScheduler, is_told_nothing_before_the_steps_for_the_head_are_done) {
  const auto all = opened();
  EXPECT_TRUE(all->in_scheduler().empty());
  all->head_is_applied(report("failed"), now());
  all->head_is_applied({{"succeeded", false}}, now());
  all->head_is_applied(json(), now());
  EXPECT_TRUE(all->in_scheduler().empty());
  all->head_is_applied(report("changed"), now() - 1);
  EXPECT_TRUE(all->in_scheduler().empty()) << "the plan was made before it answered";
  const std::uint64_t before = decisions_.count();
  all->head_is_applied(report("failed", "extension other"), now());
  EXPECT_EQ(all->in_scheduler(), kWanted) << "what failed is another's";
  EXPECT_GT(decisions_.count(), before) << "plans are made anew";
}

TEST_F(ExtensionScheduler, goes_on_with_what_it_was_told_when_a_step_fails_later) {
  const auto all = opened();
  all->head_is_applied(report("changed"), now());
  all->head_is_applied(report("failed"), now());
  EXPECT_EQ(all->in_scheduler(), kWanted);
  json other = answer("two");
  other["scheduler"] = {{"Licenses", "matlab:5"}};
  cluster_ = "another";
  json told;
  EXPECT_TRUE(configure(*all, {{"greeting", "Hello."}}, other, told));
  EXPECT_EQ(all->in_scheduler(), (hpc::OtherSettings{{"Licenses", "matlab:5"}}));
}

TEST_F(ExtensionScheduler, is_told_the_same_after_a_start_of_the_daemon) {
  {
    const auto all = opened();
    all->start();
    all->head_is_applied(report("changed"), now());
    const auto written = [this] {
      const auto document = store_->find(kExtensionKind, "motd");
      return document && *document && (*document)->value.contains("\"in_scheduler\":true");
    };
    for (int i = 0; i < 200 && !written(); ++i) os::pause({}, 50ms);
    ASSERT_TRUE(written());
  }
  EXPECT_EQ(open()->in_scheduler(), kWanted);
}

TEST_F(ExtensionScheduler, forgets_an_extension_that_is_disabled) {
  const auto all = opened();
  all->head_is_applied(report("changed"), now());
  ASSERT_TRUE(all->set_disabled("motd", true));
  EXPECT_TRUE(all->in_scheduler().empty());
  ASSERT_TRUE(all->set_disabled("motd", false));
  EXPECT_TRUE(all->in_scheduler().empty()) << "what it needs may not run yet";
  all->head_is_applied(report("changed"), now());
  EXPECT_EQ(all->in_scheduler(), kWanted);
}

TEST_F(ExtensionScheduler, has_nothing_that_root_grants_no_more) {
  const auto all = opened();
  all->head_is_applied(report("changed"), now());
  grant_.rights[1].scheduler.clear();
  write_grant();
  ASSERT_TRUE(all->refresh("motd"));
  EXPECT_TRUE(all->in_scheduler().empty());
}

}  // namespace
}  // namespace muster::control
