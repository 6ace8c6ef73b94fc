// What the API says of images, and what the cluster makes of them.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "control/api/api.h"
#include "core/crypto/hash.h"
#include "provisioning/image_store.h"
#include "tests/contract/musterd/cluster_on_disk.h"
#include "tests/contract/musterd/no_systemd.h"
#include "tests/unit/provisioning/ask.h"

namespace muster::control {
namespace {

using api::Api;

namespace fs = std::filesystem;
using provisioning::Artefact;
using provisioning::Image;

class ImagesTest : public ClusterOnDisk {
 protected:
  void SetUp() override {
    ClusterOnDisk::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_TRUE(os::write_file(
        place("facts.json"),
        nlohmann::json{{"interface", "eth1"}, {"live", false}, {"medium", place("medium")}}
            .dump()));
    put("medium", "today");
    put("next", "tomorrow");
    open();
  }
  fs::path images() const { return place("images"); }

  /// A medium with the image "compute".
  void put(const std::string& medium, const std::string& content) {
    const Artefact file{
        .path = "live/" + content, .size = {content.size()}, .sha256 = crypto::sha256(content)};
    const Image image{.name = "compute",
                      .kernel = file,
                      .initrd = file,
                      .layers = {file},
                      .kernel_arguments = {}};
    ASSERT_TRUE(os::write_file(fs::path(place(medium)) / file.path, content));
    ASSERT_TRUE(os::write_file(fs::path(place(medium)) / "muster/image/compute/manifest.json",
                               provisioning::to_json(image).dump()));
  }
  /// Adds the image of the medium "next". Returns its id.
  std::string add_next() {
    const Image image = provisioning::read_foreign_images(place("next"))->front().image;
    const auto copy = [this](const Artefact& file, const fs::path& to) {
      return os::copy_file(fs::path(place("next")) / file.path, to);
    };
    EXPECT_TRUE(provisioning::add_image({.image = image, .origin = "next.iso", .at_ms = 5},
                                        images(), copy));
    return provisioning::id_of(image);
  }
  nlohmann::json get(const std::string& path) {
    Api api(*cluster_, services_);
    return nlohmann::json::parse(
        provisioning::ask(
            api, {.method = "GET", .path = path, .query = {}, .body = {}, .door = "viewer"})
            .body);
  }
  /// A node that boots what the head tells it, and is ready.
  void boot(const std::string& mac) {
    auto& registry = cluster_->registry();
    const auto now = cluster_->now();
    const auto welcome =
        registry.discovery().discover({.macs = {*parse_mac(mac)}}, {0x0A2A0064}, now).wait();
    ASSERT_TRUE(welcome) << welcome.error().text();
    const auto issue = [](const provisioning::Node&) {
      return Result<provisioning::Credentials>({.serial = "AB"});
    };
    const auto node = registry.enrolment().enrol(welcome->token, now, issue).wait();
    ASSERT_TRUE(node) << node.error().text();
    ASSERT_TRUE(registry.report(node->id, {.stage = "ready"}, now).wait());
  }
  std::string outdated_group() {
    const auto groups = get("/v1/groups").at("groups");
    for (const auto& group : groups) {
      if (group.at("name") == "outdated") return group.at("nodes");
    }
    return "no such group";
  }
  bool is_told(const std::string& part) {
    const auto problems = get("/v1/status").at("problems");
    return std::ranges::any_of(problems, [&](const nlohmann::json& problem) {
      return problem.at("what").get<std::string>().contains(part);
    });
  }

  NoSystemd systemd_;
  ServiceWatch services_{systemd_, {"muster-nginx.service"}};
};

TEST_F(ImagesTest, are_listed_with_the_nodes_that_run_and_boot_each) {
  boot("52:54:00:00:00:01");
  auto told = get("/v1/images");
  ASSERT_EQ(told.at("images").size(), 1U) << told;
  EXPECT_EQ(told.at("images").at(0).at("running"), "n001");
  EXPECT_EQ(told.at("images").at(0).at("boots"), "n001");
  EXPECT_EQ(told.at("images").at(0).at("kept"), false);
  EXPECT_EQ(told.at("outdated"), "");
  EXPECT_EQ(outdated_group(), "");
  // Another one is added while the daemon goes on: nobody boots it.
  const std::string next = add_next();
  told = get("/v1/images");
  ASSERT_EQ(told.at("images").size(), 2U) << told;
  EXPECT_EQ(told.at("images").at(1).at("id"), next);
  EXPECT_EQ(told.at("images").at(1).at("origin"), "next.iso");
  EXPECT_EQ(told.at("images").at(1).at("boots"), "");
  EXPECT_EQ(outdated_group(), "");
}

TEST_F(ImagesTest, that_somebody_chose_make_nodes_outdated_when_the_daemon_reads_the_choice) {
  boot("52:54:00:00:00:01");
  const std::string next = add_next();
  ASSERT_TRUE(provisioning::choose_image("compute", next, images()));
  EXPECT_TRUE(is_told("and shall boot compute@" + next.substr(0, 12)))
      << "the choice is written, and the daemon has not read it";
  EXPECT_EQ(outdated_group(), "");
  open();
  EXPECT_FALSE(is_told("and shall boot"));
  EXPECT_EQ(outdated_group(), "n001");
  EXPECT_EQ(get("/v1/nodes/n001").at("outdated"), true);
  const auto told = get("/v1/images").at("images");
  EXPECT_EQ(told.at(1).at("boots"), "n001");
  EXPECT_EQ(told.at(1).at("chosen"), true);
  EXPECT_EQ(told.at(0).at("running"), "n001");
}

TEST_F(ImagesTest, that_are_gone_are_told_of_for_as_long_as_nodes_run_them) {
  boot("52:54:00:00:00:01");
  ASSERT_TRUE(os::remove_tree(place("medium")));
  EXPECT_TRUE(is_told("is no longer there, and profile 'default' boots it"));
  const auto told = get("/v1/images").at("images");
  ASSERT_EQ(told.size(), 1U) << told;
  EXPECT_EQ(told.at(0).at("available"), false);
  EXPECT_EQ(told.at(0).at("name"), "compute");
  EXPECT_EQ(told.at(0).at("running"), "n001");
}

}  // namespace
}  // namespace muster::control
