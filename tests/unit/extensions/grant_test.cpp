#include <gtest/gtest.h>

#include "extensions/store.h"

namespace muster::extensions {
namespace {

Grant sample() {
  return {.name = "lamp",
          .version = {.numbers = {1, 0, 0}},
          .specification = std::string(64, 'a'),
          .rights = {{.files = {"/etc/lamp"}, .directories = {"/var/lib/lamp"}, .reason = "light"},
                     {.place = Place::head,
                      .units = {"lamp.service"},
                      .scheduler = {"Licenses"},
                      .reason = "light"}},
          .signer = "00",
          .at_ms = 7};
}

TEST(Grant, is_read_as_it_was_written) { EXPECT_EQ(parse_grant(render_grant(sample())), sample()); }

TEST(Grant, of_the_first_schema_is_about_files) {
  const auto grant = parse_grant(
      R"({"schema":1,"name":"lamp","version":"1.0.0","specification":")" + std::string(64, 'a') +
      R"(","rights":[{"place":"node","files":["/etc/lamp"],"reason":"light"}],"signer":"","at_ms":7})");
  ASSERT_TRUE(grant) << grant.error().text();
  EXPECT_EQ(grant->rights, (std::vector<Right>{{.files = {"/etc/lamp"}, .reason = "light"}}));
}

TEST(Grant, that_is_none_is_refused) {
  for (const std::string text : {"", "{}", "[]", R"({"schema":1,"rights":[3]})",
                                 R"({"schema":1,"rights":3})", R"({"schema":9})"}) {
    EXPECT_FALSE(parse_grant(text)) << text;
  }
}

TEST(Grant, says_what_its_extension_may_do_where) {
  const Grant grant = sample();
  EXPECT_TRUE(may_write(grant, Place::node, "/etc/lamp"));
  EXPECT_FALSE(may_write(grant, Place::head, "/etc/lamp"));
  EXPECT_TRUE(may_write(grant, Place::node, "/var/lib/lamp/a/b"));
  EXPECT_FALSE(may_write(grant, Place::node, "/var/lib/lamps"));
  EXPECT_FALSE(may_write(grant, Place::node, "/var/lib/lamp"));
  EXPECT_TRUE(may_make(grant, Place::node, "/var/lib/lamp"));
  EXPECT_TRUE(may_make(grant, Place::node, "/var/lib/lamp/a"));
  EXPECT_FALSE(may_make(grant, Place::node, "/etc/lamp"));
  EXPECT_TRUE(may_write(grant, Place::head, "/etc/systemd/system/lamp.service")) << "of its unit";
  EXPECT_FALSE(may_write(grant, Place::node, "/etc/systemd/system/lamp.service"));
  EXPECT_TRUE(may_run(grant, Place::head, "lamp.service"));
  EXPECT_FALSE(may_run(grant, Place::node, "lamp.service"));
  EXPECT_TRUE(may_schedule(grant, "Licenses"));
  EXPECT_FALSE(may_schedule(grant, "PriorityType"));
}

Specification asking(const Right& right) { return {.name = "other", .rights = {right}}; }

TEST(Grant, leaves_nothing_of_its_own_to_others) {
  const std::vector<Installed> installed = {
      {.grant = sample(), .specification = {}, .content = {}}};
  for (const Right& right :
       {Right{.files = {"/etc/lamp"}}, Right{.files = {"/etc/lamp/x"}},
        Right{.files = {"/var/lib/lamp/x"}}, Right{.directories = {"/var/lib/lamp/x"}},
        Right{.directories = {"/var/lib/lamp"}}, Right{.directories = {"/etc/lamp"}},
        Right{.place = Place::head, .units = {"lamp.service"}},
        Right{.place = Place::head, .scheduler = {"Licenses"}}}) {
    const Status free = check_rights(asking(right), installed);
    ASSERT_FALSE(free);
    EXPECT_TRUE(free.error().message.contains("belongs to 'lamp'")) << free.error().message;
  }
  EXPECT_TRUE(check_rights(asking({.units = {"lamp.service"}}), installed)) << "on nodes";
  EXPECT_TRUE(
      check_rights(asking({.place = Place::head, .scheduler = {"PriorityType"}}), installed));
  EXPECT_TRUE(check_rights(asking({.place = Place::head, .files = {"/etc/lamp"}}), installed));
}

}  // namespace
}  // namespace muster::extensions
