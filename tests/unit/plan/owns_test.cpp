#include "core/plan/owns.h"

#include <gtest/gtest.h>

namespace muster::plan {
namespace {

/// Something of each kind, told apart by `name`.
Owns owns(const std::string& name) {
  const std::string path = "/" + name;
  return {.files = {path},
          .files_of_people = {path},
          .directories = {path},
          .links = {{.path = path, .to = "/"}},
          .units = {name + ".service"},
          .packages = {name},
          .commands = {{.name = name}},
          .mounts = {{.type = name}},
          .accounts = {{.name = name}}};
}

TEST(Owns, of_two_are_all_that_both_own) {
  Owns both = owns("a");
  append(both, owns("b"));
  EXPECT_EQ(both.files, (std::vector<std::string>{"/a", "/b"}));
  EXPECT_EQ(both.files_of_people, (std::vector<std::string>{"/a", "/b"}));
  EXPECT_EQ(both.directories, (std::vector<std::string>{"/a", "/b"}));
  EXPECT_EQ(both.units, (std::vector<std::string>{"a.service", "b.service"}));
  EXPECT_EQ(both.packages, (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(both.links.size(), 2U);
  EXPECT_EQ(both.links[1].path, "/b");
  ASSERT_EQ(both.commands.size(), 2U);
  EXPECT_EQ(both.commands[1].name, "b");
  ASSERT_EQ(both.mounts.size(), 2U);
  EXPECT_EQ(both.mounts[1].type, "b");
  ASSERT_EQ(both.accounts.size(), 2U);
  EXPECT_EQ(both.accounts[1].name, "b");
  EXPECT_FALSE(both.people || both.host_name);
  append(both, {.people = true});
  append(both, {.host_name = true});
  EXPECT_TRUE(both.people && both.host_name);
}

}  // namespace
}  // namespace muster::plan
