#include "tests/unit/control/extensions_fixture.h"

namespace muster::control {
namespace {

TEST_F(ExtensionsTest, is_asked_once_and_what_it_answered_is_kept) {
  const std::uint64_t before = decisions_.count();
  refresh(*open(), answer("one"));
  EXPECT_GT(decisions_.count(), before) << "plans are made anew";
  const auto again = open();
  EXPECT_EQ(content(*again), "one");
  EXPECT_EQ(again->on_nodes().steps.at(0).origin, "extension motd");
  EXPECT_TRUE(again->refresh("motd"));
  EXPECT_TRUE(again->states().at(0).is_active) << "nobody was asked: there is no host";
}

TEST_F(ExtensionsTest, is_asked_again_when_it_is_told_something_else) {
  refresh(*open(), answer("one"));
  cluster_ = "another";
  const auto again = open();
  EXPECT_EQ(content(*again), "one") << "until it has answered";
  EXPECT_FALSE(again->states().at(0).is_active);
  refresh(*again, answer("two"));
  EXPECT_EQ(content(*again), "two");
}

TEST_F(ExtensionsTest, that_does_not_answer_keeps_what_it_has) {
  refresh(*open(), answer("one"));
  cluster_ = "another";
  const auto again = open();
  EXPECT_TRUE(again->refresh("motd"));
  EXPECT_EQ(content(*again), "one");
  ASSERT_EQ(again->problems().size(), 1U);
  EXPECT_TRUE(again->problems()[0].what.contains("extension 'motd' does not work"));
  refresh(*again, {{"node", "nonsense"}});
  EXPECT_EQ(content(*again), "one");
  unfit_ = "two";
  refresh(*again, answer("two"));
  EXPECT_EQ(content(*again), "one");
  EXPECT_TRUE(again->states().at(0).error.contains("two owners"));
}

TEST_F(ExtensionsTest, that_is_removed_is_forgotten) {
  const auto all = open();
  refresh(*all, answer("one"));
  ASSERT_TRUE(os::remove_tree(store_path() / "motd"));
  EXPECT_TRUE(all->refresh("motd"));
  EXPECT_TRUE(all->on_nodes().steps.empty());
  EXPECT_TRUE(store_->list(kExtensionKind)->empty());
}

TEST_F(ExtensionsTest, that_was_removed_while_no_daemon_ran_is_forgotten) {
  refresh(*open(), answer("one"));
  ASSERT_TRUE(os::remove_tree(store_path() / "motd"));
  const auto all = open();
  EXPECT_TRUE(all->on_nodes().steps.empty());
  EXPECT_TRUE(all->refresh("motd"));
  EXPECT_TRUE(store_->list(kExtensionKind)->empty());
}

TEST_F(ExtensionsTest, whose_files_cannot_be_used_keeps_what_nodes_have) {
  refresh(*open(), answer("one"));
  ASSERT_TRUE(os::write_file(store_path() / "motd/grant.json", "{"));
  const auto all = open();
  EXPECT_EQ(content(*all), "one");
  EXPECT_TRUE(all->refresh("motd"));
  EXPECT_EQ(content(*all), "one");
  EXPECT_TRUE(all->problems().at(0).next_step.contains("install it again"));
}

TEST_F(ExtensionsTest, whose_store_cannot_be_read_keeps_what_nodes_have) {
  refresh(*open(), answer("one"));
  ASSERT_TRUE(os::remove_tree(store_path()));
  ASSERT_TRUE(os::write_file(store_path(), "no directory"));
  const auto all = open();
  EXPECT_EQ(content(*all), "one");
  EXPECT_FALSE(all->refresh("motd"));
  EXPECT_EQ(content(*all), "one");
  EXPECT_FALSE(all->problems().empty());
  EXPECT_EQ(store_->list(kExtensionKind)->size(), 1U);
}

TEST_F(ExtensionsTest, whose_store_can_be_read_again_is_asked_by_itself) {
  ASSERT_TRUE(os::rename_file(store_path(), scratch_.path() / "away"));
  ASSERT_TRUE(os::write_file(store_path(), "no directory"));
  const auto all = open();
  EXPECT_FALSE(all->problems().empty());
  ASSERT_TRUE(os::remove_tree(store_path()));
  ASSERT_TRUE(os::rename_file(scratch_.path() / "away", store_path()));
  refresh(*all, answer("one"));
  EXPECT_EQ(content(*all), "one");
  EXPECT_TRUE(all->problems().empty());
}

TEST_F(ExtensionsTest, that_does_not_fit_beside_a_changed_cluster_is_left_out) {
  refresh(*open(), answer("one"));
  const auto again = open();
  unfit_ = "one";
  again->start();
  EXPECT_TRUE(again->on_nodes().steps.empty());
  EXPECT_FALSE(again->states().at(0).is_active);
  EXPECT_TRUE(again->problems().at(0).what.contains("is left out"));
}

TEST_F(ExtensionsTest, that_was_granted_less_since_has_nothing) {
  refresh(*open(), answer("one"));
  grant_.rights.clear();
  write_grant();
  EXPECT_TRUE(open()->on_nodes().steps.empty());
}

TEST_F(ExtensionsTest, whose_grant_was_less_for_a_while_has_all_again) {
  const auto all = open();
  refresh(*all, answer("one"));
  const std::uint64_t before = decisions_.count();
  const auto rights = std::exchange(grant_.rights, {});
  write_grant();
  EXPECT_TRUE(all->refresh("motd"));
  EXPECT_TRUE(all->on_nodes().steps.empty());
  EXPECT_GT(decisions_.count(), before) << "plans are made anew";
  grant_.rights = rights;
  write_grant();
  EXPECT_TRUE(all->refresh("motd"));
  EXPECT_EQ(content(*all), "one") << "nobody was asked: there is no host";
}

TEST_F(ExtensionsTest, that_fits_again_is_taken_in_again) {
  refresh(*open(), answer("one"));
  const auto all = open();
  unfit_ = "one";
  EXPECT_TRUE(all->refresh("motd"));
  EXPECT_TRUE(all->on_nodes().steps.empty());
  unfit_.clear();
  EXPECT_TRUE(all->refresh("other"));
  EXPECT_EQ(content(*all), "one");
}

TEST_F(ExtensionsTest, whose_host_hangs_keeps_nobody_when_the_daemon_ends) {
  const auto all = open();
  const os::Handle listener = os::listen_unix(scratch_.path() / "motd.sock").value();
  {
    const std::jthread asking([&] { EXPECT_TRUE(all->refresh("motd")); });
    const os::Handle taken = os::accept_unix(listener).value();
    all->end();
  }
  EXPECT_TRUE(all->problems().empty()) << "who gave up waiting knows nothing of the extension";
}

TEST_F(ExtensionsTest, that_has_no_right_on_this_head_is_left_out) {
  const auto all = open();
  refresh(*all, {{"head", {file("/etc/motd.head")}}});
  EXPECT_EQ(all->on_head().steps.size(), 1U);
  EXPECT_TRUE(all->on_nodes().steps.empty());
  refused_.emplace("motd", Error{.message = "the file is Muster's"});
  EXPECT_TRUE(all->refresh("other"));
  EXPECT_TRUE(all->on_head().steps.empty());
  EXPECT_TRUE(all->problems().at(0).what.contains("the file is Muster's"));
}

TEST_F(ExtensionsTest, brings_the_files_of_its_units_of_the_head) {
  const std::string path = "/etc/systemd/system/lamp.service";
  const auto unit = store_path() / "motd" / grant_.directory() / "content/units/lamp.service";
  ASSERT_TRUE(os::write_file(unit, "own"));
  const auto all = open();
  refresh(*all, {{"head", {file(path, {{"content", "[Service]"}})}}});
  EXPECT_TRUE(all->on_head().steps.empty());
  EXPECT_TRUE(all->states().at(0).error.contains("units of the head are"))
      << all->states().at(0).error;
  refresh(*all, {{"head", {{{"step", "unit_file"}, {"unit", "lamp.service"}}}}});
  ASSERT_EQ(all->on_head().steps.size(), 1U) << all->states().at(0).error;
  const auto step = std::get<plan::WriteFile>(all->on_head().steps.at(0));
  EXPECT_EQ(step.path + " " + step.content, path + " own");
}

TEST_F(ExtensionsTest, that_works_with_other_settings_keeps_them) {
  const auto all = open();
  refresh(*all, answer("one"));
  json told;
  EXPECT_TRUE(configure(*all, {{"greeting", "Hello"}}, answer("two"), told));
  EXPECT_EQ(told.at("settings"), json({{"greeting", "Hello"}}));
  EXPECT_EQ(content(*all), "two");
  const auto again = open();
  EXPECT_EQ(again->states().at(0).settings.choices, extensions::Choices({{"greeting", "Hello"}}));
  EXPECT_TRUE(again->states().at(0).is_active);
  EXPECT_TRUE(configure(*again, {{"greeting", std::nullopt}}, answer("three"), told));
  EXPECT_EQ(told.at("settings"), json({{"greeting", "Welcome."}}));
  EXPECT_TRUE(store_->list(kExtensionSettingsKind)->empty());
}

TEST_F(ExtensionsTest, that_does_not_work_with_other_settings_has_those_of_before) {
  const auto all = open();
  refresh(*all, answer("one"));
  json told;
  unfit_ = "two";
  EXPECT_FALSE(configure(*all, {{"greeting", "Hello"}}, answer("two"), told));
  EXPECT_FALSE(configure(*all, {{"greeting", "Hello"}}, {{"node", 1}}, told));
  EXPECT_EQ(content(*all), "one");
  EXPECT_TRUE(all->states().at(0).is_active);
  EXPECT_TRUE(store_->list(kExtensionSettingsKind)->empty());
  EXPECT_EQ(all->configure("motd", {{"colour", "red"}}).error().kind, ErrorKind::absent);
  EXPECT_EQ(all->configure("other", {{"greeting", "x"}}).error().kind, ErrorKind::absent);
  EXPECT_FALSE(all->configure("motd", {{"greeting", std::string(5000, 'x')}}));
}

TEST_F(ExtensionsTest, whose_settings_cannot_be_read_keeps_what_it_has) {
  const auto first = open();
  refresh(*first, answer("one"));
  json told;
  EXPECT_TRUE(configure(*first, {{"greeting", ""}}, answer("two"), told));
  EXPECT_EQ(open()->states().at(0).settings.choices.at("greeting"), "") << "an empty text";
  ASSERT_TRUE(store_->commit(
      {.changes = {{.kind = kExtensionSettingsKind, .key = "motd", .value = R"({"schema":7})"}}}));
  cluster_ = "another";
  const auto all = open();
  EXPECT_EQ(lost_.size(), 1U);
  EXPECT_TRUE(all->refresh("motd")) << "nobody is asked: there is no host";
  EXPECT_EQ(content(*all), "two");
  EXPECT_FALSE(all->states().at(0).is_active);
  EXPECT_TRUE(all->states().at(0).error.contains("settings cannot be read"));
  EXPECT_EQ(store_->list(kExtensionSettingsKind)->at(0).value, R"({"schema":7})");
  EXPECT_TRUE(configure(*all, {{"greeting", "Hello"}}, answer("three"), told));
  EXPECT_EQ(content(*all), "three");
  lost_.clear();
  EXPECT_EQ(open()->states().at(0).settings.choices.at("greeting"), "Hello");
  EXPECT_TRUE(lost_.empty());
}

TEST_F(ExtensionsTest, without_a_right_on_this_head_is_not_taken_up_again) {
  refresh(*open(), {{"head", {file("/etc/motd.head")}}});
  refused_.emplace("motd", Error{.message = "the file is Muster's"});
  cluster_ = "another";
  const auto all = open();
  EXPECT_TRUE(all->refresh("motd"));
  EXPECT_TRUE(all->on_head().steps.empty());
}

TEST_F(ExtensionsTest, that_is_disabled_has_no_steps_until_it_is_enabled) {
  const auto all = open();
  refresh(*all, answer("one"));
  const std::uint64_t before = decisions_.count();
  EXPECT_TRUE(all->set_disabled("motd", true));
  EXPECT_TRUE(all->on_nodes().steps.empty());
  EXPECT_GT(decisions_.count(), before) << "plans are made anew";
  EXPECT_FALSE(all->states().at(0).is_active);
  cluster_ = "another";
  const auto again = open();
  EXPECT_TRUE(again->refresh("motd")) << "nobody is asked: there is no host";
  EXPECT_TRUE(again->on_nodes().steps.empty());
  EXPECT_TRUE(again->problems().empty());
  EXPECT_FALSE(again->set_disabled("motd", false)) << "it must be asked, and does not answer";
  EXPECT_TRUE(again->states().at(0).settings.is_disabled);
  json told;
  EXPECT_TRUE(with_host(answer("two"), told, [&] { return again->set_disabled("motd", false); }));
  EXPECT_EQ(content(*again), "two");
  EXPECT_TRUE(store_->list(kExtensionSettingsKind)->empty());
}

TEST_F(ExtensionsTest, that_is_removed_leaves_no_settings) {
  const auto all = open();
  refresh(*all, answer("one"));
  json told;
  EXPECT_TRUE(configure(*all, {{"greeting", "Hello"}}, answer("two"), told));
  ASSERT_TRUE(os::remove_tree(store_path() / "motd"));
  EXPECT_TRUE(all->refresh("motd"));
  EXPECT_TRUE(store_->list(kExtensionSettingsKind)->empty());
  install();
  refresh(*all, answer("one"));
  EXPECT_TRUE(all->states().at(0).settings.choices.empty());
}

TEST_F(ExtensionsTest, of_which_a_document_is_damaged_is_asked_again) {
  refresh(*open(), answer("one"));
  ASSERT_TRUE(store_->commit({.changes = {{.kind = kExtensionKind, .key = "motd", .value = "{"}}}));
  const auto all = open();
  EXPECT_EQ(lost_.size(), 1U);
  refresh(*all, answer("two"));
  EXPECT_EQ(content(*all), "two");
}

}  // namespace
}  // namespace muster::control
