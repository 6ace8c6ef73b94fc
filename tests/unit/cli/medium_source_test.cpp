#include "apps/muster/medium_source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "core/crypto/hash.h"
#include "core/os/files.h"

namespace muster::cli {
namespace {

using provisioning::Artefact;

class MediumSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    put("live/layer", "a layer");
    put("muster/image/compute/initrd.img", "an initrd");
    provisioning::Image image{.name = "compute",
                              .kernel = file("live/layer"),
                              .initrd = file("muster/image/compute/initrd.img"),
                              .layers = {file("live/layer")}};
    put("muster/image/compute/manifest.json", provisioning::to_json(image).dump());
  }
  std::filesystem::path tree() const { return place_.path() / "tree"; }
  void put(const std::string& path, const std::string& content) {
    ASSERT_TRUE(os::write_file(tree() / path, content, {.mode = 0444}));
  }
  Artefact file(const std::string& path) const {
    const std::string content = os::read_file(tree() / path).value_or("");
    return {.path = path, .size = {content.size()}, .sha256 = crypto::sha256(content)};
  }
  std::filesystem::path make_iso() {
    const auto iso = place_.path() / "some medium.iso";
    const auto made = run_checked(runner_, {.argv = {"xorriso", "-as", "mkisofs", "-quiet", "-r",
                                                     "-o", iso.string(), tree().string()}});
    EXPECT_TRUE(made) << made.error().text();
    return iso;
  }
  /// What a medium gives under this path.
  Result<std::string> take(const MediumSource& medium, const Artefact& wanted) {
    const auto to = place_.path() / "taken";
    TRY(os::remove_tree(to));
    TRY(medium.copy(wanted, to));
    return os::read_file(to);
  }

  os::PosixCommandRunner runner_;
  os::TemporaryDirectory place_ = os::TemporaryDirectory::make("medium").value();
};

TEST_F(MediumSourceTest, a_directory_and_an_iso_file_give_the_same) {
  for (const auto& source : {tree(), make_iso()}) {
    const auto medium = MediumSource::open(runner_, source);
    ASSERT_TRUE(medium) << medium.error().text();
    const auto images = medium->images();
    ASSERT_TRUE(images) << images.error().text();
    ASSERT_EQ(images->size(), 1U);
    EXPECT_EQ(images->front().image.kernel, file("live/layer"));
    EXPECT_EQ(take(*medium, file("live/layer")), "a layer");
    EXPECT_EQ(os::read_state(place_.path() / "taken")->mode.mode, 0600U);
  }
}

TEST_F(MediumSourceTest, a_file_of_another_size_or_none_is_refused) {
  for (const auto& source : {tree(), make_iso()}) {
    const auto medium = MediumSource::open(runner_, source);
    ASSERT_TRUE(medium);
    Artefact longer = file("live/layer");
    longer.size.count += 1;
    EXPECT_FALSE(take(*medium, longer));
    EXPECT_FALSE(take(*medium, {.path = "live/none", .size = {7}, .sha256 = {}}));
    EXPECT_FALSE(take(*medium, {.path = "live", .size = {7}, .sha256 = {}}));
  }
}

TEST_F(MediumSourceTest, links_of_a_medium_lead_nowhere) {
  const auto secret = place_.path() / "secret";
  ASSERT_TRUE(os::write_file(secret, "secrets", {.mode = 0600}));
  std::filesystem::create_symlink(secret, tree() / "live/link");
  ASSERT_EQ(mkfifo((tree() / "live/pipe").c_str(), 0600), 0);
  for (const auto& source : {tree(), make_iso()}) {
    const auto medium = MediumSource::open(runner_, source);
    ASSERT_TRUE(medium);
    for (const char* const path : {"live/link", "live/pipe"}) {
      EXPECT_FALSE(take(*medium, {.path = path, .size = {7}, .sha256 = {}})) << path;
    }
  }
  EXPECT_EQ(os::read_state(secret)->mode.mode, 0600U);
}

TEST_F(MediumSourceTest, what_is_no_medium_is_told) {
  const auto missing = MediumSource::open(runner_, place_.path() / "none");
  ASSERT_FALSE(missing);
  EXPECT_TRUE(missing.error().message.starts_with("there is no '"));
  ASSERT_TRUE(os::write_file(place_.path() / "text.iso", "no file system"));
  const auto text = MediumSource::open(runner_, place_.path() / "text.iso");
  EXPECT_TRUE(!text || !text->images());
  ASSERT_TRUE(os::remove_tree(tree() / "muster"));
  for (const auto& source : {tree(), make_iso()}) {
    const auto medium = MediumSource::open(runner_, source);
    ASSERT_TRUE(medium);
    const auto images = medium->images();
    ASSERT_FALSE(images);
    EXPECT_EQ(images.error().message, "it has no images of nodes");
  }
}

}  // namespace
}  // namespace muster::cli
