#include "core/apply/target/directory.h"

#include <gtest/gtest.h>

#include "core/os/rooted_path.h"

namespace muster::apply {
namespace {

namespace fs = std::filesystem;

class InDirectory : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* each : {"root/etc", "outside"}) ASSERT_TRUE(os::make_directory(at(each)));
  }
  fs::path at(const std::string& path) const { return place_->path() / path; }

  Result<os::TemporaryDirectory> place_ = os::TemporaryDirectory::make();
  DiskFiles files_{place_->path() / "root"};
};

TEST_F(InDirectory, an_absolute_link_leads_to_a_place_in_the_directory) {
  ASSERT_TRUE(os::write_symlink(at("root/run"), "/var/run"));
  ASSERT_TRUE(os::make_directory(at("root/var/run")));
  ASSERT_TRUE(files_.write("/run/a", "a", {}));
  EXPECT_EQ(os::read_file(at("root/var/run/a")).value_or(""), "a");
  EXPECT_EQ(files_.read("/run/a", Links::keep).value_or(""), "a");
}

TEST_F(InDirectory, no_link_leads_out_of_it) {
  ASSERT_TRUE(os::write_file(at("outside/a"), "outside"));
  ASSERT_TRUE(os::write_symlink(at("root/up"), "../../../../../../" + at("outside").string()));
  ASSERT_TRUE(os::write_symlink(at("root/absolute"), at("outside")));
  ASSERT_TRUE(os::write_symlink(at("root/etc/file"), at("outside/a")));
  for (const char* each : {"/up/a", "/absolute/a"}) {
    EXPECT_FALSE(files_.read(each, Links::follow)) << each;
    EXPECT_FALSE(files_.write(each, "broken out", {})) << each << " leads nowhere in the directory";
    EXPECT_TRUE(files_.remove(each)) << each;
    EXPECT_FALSE(files_.set_mode(each, {.mode = 0777, .uid = 1, .gid = 1})) << each;
  }
  EXPECT_FALSE(files_.read("/etc/file", Links::follow));
  EXPECT_FALSE(files_.rewrite("/etc/file", "broken out"));
  EXPECT_EQ(os::read_file(at("outside/a")).value_or(""), "outside");
}

TEST_F(InDirectory, a_directory_is_not_made_where_a_link_leads_on_this_machine) {
  ASSERT_TRUE(os::make_directory(at("outside/data")));
  ASSERT_TRUE(os::write_symlink(at("root/data"), at("outside/data")));
  EXPECT_FALSE(files_.make_directory("/data", {.mode = 0755}));
  ASSERT_TRUE(files_.make_directory("/own/deep", {.mode = 02770}));
  EXPECT_EQ(os::read_state(at("root/own/deep"))->mode.mode, 02770U);
}

TEST_F(InDirectory, nothing_is_below_a_file) {
  ASSERT_TRUE(files_.write("/etc/hosts", "", {}));
  EXPECT_EQ(files_.look("/etc/hosts/a/b", Links::keep)->kind, PathState::Kind::absent);
}

TEST_F(InDirectory, links_in_a_circle_are_an_error_and_no_file) {
  ASSERT_TRUE(os::write_symlink(at("root/a"), "/b"));
  ASSERT_TRUE(os::write_symlink(at("root/b"), "/a"));
  EXPECT_FALSE(files_.look("/a/x", Links::keep));
  EXPECT_EQ(files_.look("/a", Links::keep)->kind, PathState::Kind::link);
}

TEST_F(InDirectory, directories_are_made_where_a_link_to_one_leads) {
  ASSERT_TRUE(os::make_directory(at("root/data")));
  ASSERT_TRUE(os::write_symlink(at("root/srv"), "/data"));
  const auto made = os::make_directory_below(at("root"), "/srv/a/b");
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_TRUE(fs::is_directory(at("root/data/a/b")));
}

}  // namespace
}  // namespace muster::apply
