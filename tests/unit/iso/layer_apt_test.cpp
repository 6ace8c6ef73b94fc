#include "iso/layer_apt.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "core/os/files.h"

namespace muster::iso {
namespace {

class LayerApt : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(os::write_file(index.logins, "machine m login u password hush\n"));
    for (const auto& name : {"ca.crt", "own.key"}) {
      ASSERT_TRUE(os::write_file(scratch.path() / name, name));
    }
  }
  std::string read(const std::filesystem::path& inside) {
    return os::read_file(root / inside).value_or("missing");
  }
  std::string setting(const AptSettings& settings, const std::string& name) {
    const auto found = std::ranges::find(settings, name, &AptSetting::name);
    return found == settings.end() ? "none" : found->value;
  }

  os::TemporaryDirectory scratch = os::TemporaryDirectory::make().value();
  std::filesystem::path root = scratch.path() / "root";
  AptIndex index = {
      .sources = {{"http://m.example/", "trixie", {"main"}, {{"signed-by", "/k.asc"}}},
                  {"http://site.example/", "trixie", {"main"}, {{"trusted", "yes"}}}},
      .settings = {{"Acquire::http::Proxy", "http://p:1"},
                   {"Acquire::https::CaInfo", (scratch.path() / "ca.crt").string()},
                   {"Acquire::https::m.example::SslKey", (scratch.path() / "own.key").string()},
                   {"Acquire::http::Proxy-Auto-Detect", "/usr/bin/find-proxy"}},
      .logins = scratch.path() / "auth.conf"};
};

TEST_F(LayerApt, names_files_that_are_there) {
  const auto settings = write_layer_apt(index, root, "run/apt");
  ASSERT_TRUE(settings) << settings.error().text();
  EXPECT_EQ(setting(*settings, "Acquire::http::Proxy"), "http://p:1");
  EXPECT_EQ(setting(*settings, "Acquire::https::CaInfo"), "/run/apt/file-1");
  EXPECT_EQ(setting(*settings, "Acquire::https::m.example::SslKey"), "/run/apt/file-2");
  EXPECT_EQ(read("run/apt/file-1"), "ca.crt");
  EXPECT_EQ(read("run/apt/file-2"), "own.key");
  EXPECT_EQ(setting(*settings, "Acquire::http::Proxy-Auto-Detect"), "none")
      << "no program is there";
}

TEST_F(LayerApt, has_the_archives_of_the_build_and_none_of_the_layers_own) {
  const auto settings = write_layer_apt(index, root, "run/apt");
  ASSERT_TRUE(settings);
  EXPECT_EQ(setting(*settings, "Dir::Etc::sourcelist"), "/run/apt/sources.list");
  EXPECT_EQ(setting(*settings, "Dir::Etc::sourceparts"), "-");
  // Signatures were verified where the lists were fetched; the key is on no layer.
  EXPECT_EQ(read("run/apt/sources.list"),
            "deb http://m.example/ trixie main\n"
            "deb [trusted=yes] http://site.example/ trixie main\n");
}

TEST_F(LayerApt, shows_secrets_to_root_only) {
  const auto settings = write_layer_apt(index, root, "run/apt");
  ASSERT_TRUE(settings);
  EXPECT_EQ(setting(*settings, "Dir::Etc::netrc"), "/run/apt/auth.conf");
  EXPECT_EQ(read("run/apt/auth.conf"), "machine m login u password hush\n");
  for (const auto* name : {"auth.conf", "file-2"}) {
    EXPECT_EQ(std::filesystem::status(root / "run/apt" / name).permissions(),
              std::filesystem::perms(0600))
        << name;
  }
}

TEST_F(LayerApt, shows_certificates_to_the_user_that_fetches) {
  ASSERT_TRUE(write_layer_apt(index, root, "run/apt"));
  EXPECT_EQ(std::filesystem::status(root / "run/apt/file-1").permissions(),
            std::filesystem::perms(0644));
}

TEST_F(LayerApt, outside_of_the_tree_takes_files_where_they_are) {
  const auto settings = outer_settings(index);
  EXPECT_EQ(setting(settings, "Acquire::https::CaInfo"), (scratch.path() / "ca.crt").string());
  EXPECT_EQ(setting(settings, "Dir::Etc::netrc"), (scratch.path() / "auth.conf").string());
}

}  // namespace
}  // namespace muster::iso
