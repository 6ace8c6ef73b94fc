#include "core/spec/settings.h"

#include <gtest/gtest.h>

#include "tests/unit/spec/problems.h"

namespace muster::spec {

void PrintTo(const Setting& setting, std::ostream* out) {
  *out << setting.key << "=" << setting.value << " (" << setting.fallback << ")";
}

namespace {

using Settings = std::vector<Setting>;

TEST(Settings, of_a_file_that_says_nothing_are_none) {
  EXPECT_EQ(own_settings(spec_of("")), Settings{});
  EXPECT_EQ(own_settings(spec_of("head: {hostname: head}\nkernel: amd64\n")), Settings{});
}

TEST(Settings, are_what_differs_from_such_a_file) {
  EXPECT_EQ(own_settings(spec_of("kernel: cloud\nhead: {address: 192.168.7.1/24}\n"
                                 "nodes: {digits: 2}\nusers: [{name: ada}, {name: bob}]\n")),
            (Settings{{"kernel", "cloud", "amd64"},
                      {"head.address", "192.168.7.1/24", "10.42.0.1/16"},
                      {"nodes.digits", "2", "3"},
                      {"users", "ada, bob", "none"}}))
      << "ranges follow head.address";
}

TEST(Settings, a_name_that_means_something_in_yaml_is_a_name) {
  for (const std::string name : {"null", "true", "on"}) {
    const auto outcome = parse_cluster("schema: 1\nname: '" + name + "'\n", "");
    ASSERT_TRUE(outcome.spec) << name;
    EXPECT_EQ(own_settings(*outcome.spec), Settings{}) << name;
  }
}

TEST(Settings, long_lists_are_counted) {
  std::string users = "users:\n";
  for (int i = 0; i < 30; ++i) users += "  - name: user" + std::to_string(i) + "\n";
  EXPECT_EQ(own_settings(spec_of(users)), (Settings{{"users", "30 entries", "none"}}));
}

}  // namespace
}  // namespace muster::spec
