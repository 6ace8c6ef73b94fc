#include "extensions/package/catalogue.h"

#include <gtest/gtest.h>

#include "core/os/files.h"

namespace muster::package {
namespace {

class CatalogueTest : public testing::Test {
 protected:
  void put(const std::string& name) {
    ASSERT_TRUE(os::write_file(scratch_.path() / name, "nobody reads this"));
  }
  std::string find(std::string_view name, std::string_view version = {}) const {
    const auto found = find_package(scratch_.path(), name, version);
    return found && *found ? (*found)->filename().string() : "";
  }
  os::TemporaryDirectory scratch_ = os::TemporaryDirectory::make().value();
};

TEST_F(CatalogueTest, the_newest_is_found_by_the_names_of_files) {
  for (const char* const name :
       {"lamp-1.9.0.yaml", "lamp-1.10.0.yaml", "lamp-1.10.0-rc.1.yaml", "lamp-2.0.yaml",
        "lamp-9.0.0.tgz", "lamp-post-3.0.0.yaml", "lamp.yaml"}) {
    put(name);
  }
  EXPECT_EQ(find("lamp"), "lamp-1.10.0.yaml");
  EXPECT_EQ(find("lamp", "1.9.0"), "lamp-1.9.0.yaml");
  EXPECT_EQ(find("lamp", "1.8.0"), "");
  EXPECT_EQ(find("lamp-post"), "lamp-post-3.0.0.yaml");
  EXPECT_EQ(find("candle"), "");
}

TEST_F(CatalogueTest, what_is_no_package_is_none) {
  put("lamp-1.0.0.yaml");
  const auto offers = read_catalogue(scratch_.path());
  ASSERT_TRUE(offers);
  EXPECT_TRUE(offers->empty());
  EXPECT_TRUE(read_catalogue(scratch_.path() / "nowhere")->empty());
}

}  // namespace
}  // namespace muster::package
