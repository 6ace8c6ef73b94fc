#include "plans/boots.h"

#include <format>
#include <gtest/gtest.h>

#include "core/os/files.h"
#include "core/spec/node_names.h"
#include "core/spec/parse.h"
#include "provisioning/node.h"

namespace muster::plans {
namespace {

/// A medium with the images that a test puts on it.
class MakeBoots : public testing::Test {
 protected:
  static spec::ClusterSpec two_profiles() {
    return *spec::parse_cluster(
                "schema: 1\nname: site1\nimages: [{name: first}, {name: second}]\n"
                "profiles: [{name: a, image: first}, {name: b, image: second}]\n",
                "f")
                .spec;
  }

  void put(const std::string& image, const std::string& manifest) {
    const auto folder = place_.path() / "muster/image" / image;
    std::filesystem::create_directories(folder);
    ASSERT_TRUE(os::write_file(folder / "manifest.json", manifest));
    for (const char* const file : {"live/vmlinuz", "i", "l"}) {
      ASSERT_TRUE(os::write_file(place_.path() / file, "x"));
    }
  }

  static std::string manifest(const std::string& name, const std::string& arguments = "[]") {
    const std::string digest(64, 'a');
    const auto file = [&](const char* path) {
      return std::format(R"({{"file": "{}", "size": 1, "sha256": "{}"}})", path, digest);
    };
    return std::format(
        R"({{"name": "{}", "kernel": {}, "initrd": {}, "layers": [{}], "kernel_arguments": {}}})",
        name, file("live/vmlinuz"), file("i"), file("l"), arguments);
  }

  provisioning::Boots read() const {
    return make_boots(two_profiles(),
                      provisioning::read_catalogue(place_.path(), place_.path() / "images"));
  }

  os::TemporaryDirectory place_ = os::TemporaryDirectory::make("boots").value();
};

TEST_F(MakeBoots, new_machines_boot_as_the_first_profile) {
  put("first", manifest("first", R"(["memmap=4G!8G"])"));
  put("second", manifest("second"));
  const auto boots = read();
  EXPECT_EQ(boots.first(), "a");
  EXPECT_TRUE(boots.unbootable().empty());
  EXPECT_EQ(boots.of("a").arguments.back().text(), "memmap=4G!8G");
}

TEST_F(MakeBoots, an_image_that_is_damaged_costs_its_profiles_only) {
  put("first", manifest("first"));
  for (const std::string& bad : {std::string("{"), std::string(), std::string("[]"),
                                 manifest("second", R"(["a b"])"), manifest("second", "7")}) {
    put("second", bad);
    const auto boots = read();
    EXPECT_EQ(boots.name_of("b"), "a") << bad;
    ASSERT_TRUE(boots.unbootable().contains("b")) << bad;
    EXPECT_TRUE(boots.unbootable().at("b").message.starts_with(
        "profile 'b' boots image 'second', which cannot be used: "))
        << bad;
    EXPECT_FALSE(boots.unbootable().at("b").hint.empty()) << bad;
  }
}

TEST_F(MakeBoots, what_the_disk_does_not_tell_of_is_damaged_and_not_missing) {
  put("first", manifest("first"));
  for (const char* folder : {"muster/image/second", "muster/microcode"}) {
    std::filesystem::create_directories(place_.path() / folder);
    std::filesystem::create_symlink("manifest.json", place_.path() / folder / "manifest.json");
  }
  const auto boots = read();
  EXPECT_TRUE(boots.unbootable().at("b").message.starts_with(
      "profile 'b' boots image 'second', which cannot be used: "))
      << boots.unbootable().at("b").message;
  EXPECT_EQ(boots.name_of("a"), "a");
}

TEST_F(MakeBoots, without_the_first_profile_the_next_one_boots) {
  put("second", manifest("second"));
  const auto boots = read();
  EXPECT_EQ(boots.first(), "b");
  EXPECT_EQ(boots.name_of("a"), "b");
  EXPECT_EQ(boots.unbootable().at("a").message,
            "profile 'a' boots image 'first', which the ISO does not have");
}

TEST_F(MakeBoots, a_head_with_nothing_to_boot_knows_why) {
  const auto boots = read();
  EXPECT_TRUE(boots.empty());
  EXPECT_EQ(boots.unbootable().size(), 2U);
  EXPECT_TRUE(boots.catalogue().images.empty());
}

TEST_F(MakeBoots, microcode_that_is_damaged_keeps_nobody_from_booting) {
  put("first", manifest("first"));
  put("second", manifest("second"));
  EXPECT_TRUE(read().catalogue().microcode) << "a medium may have none";
  std::filesystem::create_directories(place_.path() / "muster/microcode");
  ASSERT_TRUE(os::write_file(place_.path() / "muster/microcode/manifest.json", "{"));
  EXPECT_EQ(read().first(), "a");
  EXPECT_FALSE(read().catalogue().microcode);
}

TEST_F(MakeBoots, a_node_is_outdated_when_a_restart_changes_what_it_runs) {
  put("first", manifest("first"));
  put("second", manifest("second"));
  const auto boots = read();
  provisioning::Node node;
  node.name = "n001";
  node.state = provisioning::NodeState::ready;
  node.profile = node.booted_profile = "a";
  node.booted_image = boots.reference_of("a");
  EXPECT_FALSE(boots.is_outdated(node));
  EXPECT_EQ(boots.image_name_of(node), "first");
  node.profile = "b";
  EXPECT_TRUE(boots.is_outdated(node)) << "another profile";
  node.profile = "a";
  node.booted_image = "gone@" + std::string(64, '0');
  EXPECT_TRUE(boots.is_outdated(node)) << "an image that the head no longer has";
  EXPECT_EQ(boots.image_name_of(node), "gone");
  node.state = provisioning::NodeState::off;
  EXPECT_FALSE(boots.is_outdated(node)) << "it runs nothing";
  node.state = provisioning::NodeState::ready;
  node.booted_image.clear();
  EXPECT_TRUE(boots.is_outdated(node)) << "nobody knows what it runs";
  EXPECT_EQ(boots.image_name_of(node), "first") << "by its profile";
}

TEST(NodeStates, are_the_same_words_to_the_specification) {
  for (const auto state : provisioning::kStatesWithName) {
    EXPECT_TRUE(spec::is_node_state(to_string(state))) << to_string(state);
  }
  EXPECT_TRUE(spec::is_node_state(to_string(provisioning::NodeState::discovered)));
}

}  // namespace
}  // namespace muster::plans
