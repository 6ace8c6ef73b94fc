#include <gtest/gtest.h>

#include "control/extension_notes.h"
#include "tests/unit/control/extensions_fixture.h"

namespace muster::control {
namespace {

const hpc::OtherSettings kWanted = {{"Licenses", "matlab:4"}};

class ExtensionScheduler : public ExtensionsTest {
 protected:
  static json wanted(const std::string& licences, const std::string& on_head = "x") {
    json output = answer("one");
    output["head"] = {file("/etc/motd.head", {{"content", on_head}})};
    output["scheduler"] = {{"Licenses", licences}};
    return output;
  }
  /// What the head did of all steps of the extension.
  static json report(const Extensions& all, const std::string& outcome = "changed") {
    json steps = json::array();
    for (const plan::Step& step : all.on_head().steps) {
      steps.push_back(
          {{"step", plan::describe(step)}, {"origin", step.origin}, {"outcome", outcome}});
    }
    return {{"succeeded", outcome != "failed"}, {"steps", steps}};
  }
  state::Revision now() { return decisions_.revision(); }
  std::unique_ptr<Extensions> opened() {
    auto all = open();
    refresh(*all, wanted("matlab:4"));
    return all;
  }
  std::size_t documents() { return store_->list(kExtensionSchedulerKind)->size(); }
  /// Until the thread has written it.
  void wait_for_documents(std::size_t count) {
    for (int i = 0; i < 200 && documents() != count; ++i) os::pause({}, 50ms);
    ASSERT_EQ(documents(), count);
  }
};

TEST_F(ExtensionScheduler, is_told_nothing_before_the_steps_for_the_head_are_done) {
  const auto all = opened();
  EXPECT_TRUE(all->states().at(0).waits_for_scheduler);
  const std::uint64_t before = decisions_.count();
  all->head_is_applied(report(*all, "failed"), now());
  all->head_is_applied({{"succeeded", true}, {"steps", json::array()}}, now());
  all->head_is_applied({{"succeeded", false}}, now());
  all->head_is_applied(json(), now());
  all->head_is_applied(report(*all), now() - 1);
  EXPECT_TRUE(all->in_scheduler().empty());
  EXPECT_EQ(decisions_.count(), before) << "plans are what they were";
  all->head_is_applied(report(*all), now());
  EXPECT_EQ(all->in_scheduler(), kWanted);
  EXPECT_FALSE(all->states().at(0).waits_for_scheduler);
  const std::uint64_t after = decisions_.count();
  EXPECT_GT(after, before) << "plans are made anew";
  all->head_is_applied(report(*all), now());
  EXPECT_EQ(decisions_.count(), after) << "once";
}

TEST_F(ExtensionScheduler, keeps_what_it_has_until_the_steps_of_another_answer_are_done) {
  const auto all = opened();
  all->head_is_applied(report(*all), now());
  all->head_is_applied(report(*all, "failed"), now());
  EXPECT_EQ(all->in_scheduler(), kWanted) << "it goes on";
  const json before = report(*all);
  json told;
  EXPECT_TRUE(configure(*all, {{"greeting", "Hello."}}, wanted("matlab:5", "another"), told));
  all->head_is_applied(before, now());
  all->head_is_applied(report(*all, "failed"), now());
  EXPECT_EQ(all->in_scheduler(), kWanted);
  all->head_is_applied(report(*all), now());
  EXPECT_EQ(all->in_scheduler(), (hpc::OtherSettings{{"Licenses", "matlab:5"}}));
}

TEST_F(ExtensionScheduler, is_told_the_same_after_a_start_of_the_daemon) {
  {
    const auto all = opened();
    all->start();
    all->head_is_applied(report(*all), now());
    wait_for_documents(1);
  }
  EXPECT_EQ(open()->in_scheduler(), kWanted);
  ASSERT_TRUE(store_->commit(
      {.changes = {{.kind = kExtensionSchedulerKind, .key = "motd", .value = R"({"schema":7})"}}}));
  const auto again = open();
  EXPECT_EQ(lost_.size(), 1U);
  EXPECT_TRUE(again->in_scheduler().empty());
  again->head_is_applied(report(*again), now());
  EXPECT_EQ(again->in_scheduler(), kWanted);
}

TEST_F(ExtensionScheduler, forgets_an_extension_that_is_disabled_or_removed) {
  const auto all = opened();
  all->start();
  all->head_is_applied(report(*all), now());
  wait_for_documents(1);
  ASSERT_TRUE(all->set_disabled("motd", true));
  EXPECT_TRUE(all->in_scheduler().empty());
  EXPECT_EQ(documents(), 0U);
  ASSERT_TRUE(all->set_disabled("motd", false));
  EXPECT_TRUE(all->in_scheduler().empty()) << "what it needs may not run yet";
  all->head_is_applied(report(*all), now());
  EXPECT_EQ(all->in_scheduler(), kWanted);
  wait_for_documents(1);
  std::filesystem::remove_all(store_path() / "motd");
  ASSERT_TRUE(all->refresh("motd"));
  EXPECT_TRUE(all->in_scheduler().empty());
  wait_for_documents(0);
}

TEST_F(ExtensionScheduler, forgets_an_extension_whose_steps_are_in_no_plan) {
  const auto all = opened();
  all->head_is_applied(report(*all), now());
  refused_.emplace("motd", Error{.message = "something of it is Muster's"});
  cluster_ = "another";
  ASSERT_TRUE(all->refresh("motd"));
  EXPECT_TRUE(all->in_scheduler().empty());
  all->head_is_applied({{"succeeded", true}, {"steps", json::array()}}, now());
  refused_.clear();
  ASSERT_TRUE(all->refresh("motd"));
  EXPECT_TRUE(all->in_scheduler().empty()) << "its steps come first again";
}

TEST_F(ExtensionScheduler, has_nothing_that_root_grants_no_more) {
  const auto all = opened();
  all->head_is_applied(report(*all), now());
  grant_.rights[1].scheduler.clear();
  write_grant();
  ASSERT_TRUE(all->refresh("motd"));
  EXPECT_TRUE(all->in_scheduler().empty());
}

TEST_F(ExtensionsTest, that_reads_people_keeps_what_it_has_while_nobody_knows_them) {
  reads_ = "users";
  install();
  const auto told_of = [](const std::string& name) {
    return std::make_shared<const ExtensionUsers::Told>(ExtensionUsers::Told{
        .users = {{{"name", name}, {"uid", 10000}, {"full_name", ""}}}, .digest = name});
  };
  users_ = told_of("ada");
  const auto all = open();
  json told;
  ASSERT_TRUE(with_host(answer("one"), told, [&] { return all->refresh("motd"); }));
  EXPECT_EQ(told.at("cluster").at("users").at(0).at("name"), "ada");
  users_ = nullptr;
  ASSERT_TRUE(all->refresh("motd"));
  EXPECT_EQ(content(*all), "one");
  EXPECT_TRUE(all->states().at(0).error.contains("people cannot be read"));
  users_ = told_of("bob");
  ASSERT_TRUE(with_host(answer("two"), told, [&] { return all->refresh("motd"); }));
  EXPECT_EQ(content(*all), "two");
  EXPECT_EQ(told.at("cluster").at("users").at(0).at("name"), "bob");
}

}  // namespace
}  // namespace muster::control
