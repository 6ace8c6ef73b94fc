#include "extensions/unit_file.h"

#include <gtest/gtest.h>

#include "core/os/files.h"

namespace muster::extensions {
namespace {

using nlohmann::json;

class UnitFileTest : public testing::Test {
 protected:
  void SetUp() override {
    installed_.grant.name = "lamp";
    installed_.content = store() / "lamp/1.0.0-aaaaaaaa-5/content";
    ASSERT_TRUE(os::write_file(installed_.content / "units/lamp.service",
                               "[Service]\nExecStart=@DIRECTORY@/bin/lamp @DIRECTORY@ @DATA@\n"));
  }
  std::filesystem::path store() const { return scratch_.path() / "store"; }
  std::string own() const {
    const std::string directory = installed_.content.string();
    return "[Service]\nExecStart=" + directory + "/bin/lamp " + directory +
           " /var/lib/muster-extension-data/lamp\n";
  }

  os::TemporaryDirectory scratch_ = os::TemporaryDirectory::make().value();
  Installed installed_;
};

TEST_F(UnitFileTest, is_the_archives_with_its_directory) {
  EXPECT_EQ(read_unit("lamp", installed_.content, "lamp.service"), own());
  EXPECT_FALSE(read_unit("lamp", installed_.content, "other.service"));
  EXPECT_FALSE(read_unit("lamp", installed_.content, "../units/lamp.service"));
  EXPECT_FALSE(read_unit("lamp", installed_.content, ""));
}

TEST_F(UnitFileTest, stands_in_an_answer_as_a_file) {
  const auto output = with_unit_files(
      {{"head", {{{"step", "unit_file"}, {"unit", "lamp.service"}}, {{"step", "x"}}}}, {"node", 3}},
      installed_);
  ASSERT_TRUE(output) << output.error().text();
  EXPECT_EQ(
      output->at("head").at(0),
      json({{"step", "file"}, {"path", "/etc/systemd/system/lamp.service"}, {"content", own()}}));
  EXPECT_EQ(output->at("head").at(1), json({{"step", "x"}}));
  for (const json& step :
       {json{{"step", "unit_file"}}, json{{"step", "unit_file"}, {"unit", 3}},
        json{{"step", "unit_file"}, {"unit", "other.service"}},
        json{{"step", "unit_file"}, {"unit", "lamp.service"}, {"mode", "0600"}}}) {
    EXPECT_FALSE(with_unit_files({{"node", {step}}}, installed_)) << step;
  }
}

TEST_F(UnitFileTest, of_any_version_in_the_store_counts) {
  EXPECT_TRUE(*is_unit_of(store(), "lamp", "lamp.service", own()));
  EXPECT_FALSE(*is_unit_of(store(), "lamp", "lamp.service", own() + "\n"));
  EXPECT_FALSE(*is_unit_of(store(), "other", "lamp.service", own()));
  ASSERT_TRUE(os::write_file(store() / "lamp/2.0.0-bbbbbbbb-6/content/units/lamp.service", "new"));
  EXPECT_TRUE(*is_unit_of(store(), "lamp", "lamp.service", own()));
  EXPECT_TRUE(*is_unit_of(store(), "lamp", "lamp.service", "new"));
  ASSERT_TRUE(os::write_file(store() / "broken", "no directory"));
  EXPECT_FALSE(is_unit_of(store(), "broken", "lamp.service", "x").has_value()) << "nobody knows";
}

}  // namespace
}  // namespace muster::extensions
