#include "iso/package_names.h"

#include <gtest/gtest.h>

#include "core/os/files.h"

namespace muster::iso {
namespace {

using Names = std::vector<std::string>;

constexpr std::string_view kList =
    "Package: zlib1g\nVersion: 1\nProvides: libz1 (= 1), libz\nDescription: the word\n"
    " Package: not-this\n\nPackage: htop\nVersion: 3\n";

TEST(PackageNames, are_those_of_packages_and_of_what_they_provide) {
  Names names;
  add_package_names(kList, names);
  std::ranges::sort(names);
  EXPECT_EQ(names, (Names{"htop", "libz", "libz1", "zlib1g"}));
}

TEST(PackageNames, of_an_empty_list_are_none) {
  Names names;
  add_package_names("", names);
  EXPECT_TRUE(names.empty());
}

TEST(PackageNames, are_read_when_the_main_archive_is_among_the_lists) {
  const auto place = os::TemporaryDirectory::make("lists").value();
  EXPECT_EQ(read_release_names(place.path(), "trixie").value(), std::nullopt);
  const auto lists = place.path() / "lists";
  std::filesystem::create_directories(lists / "partial");
  ASSERT_TRUE(
      os::write_file(lists / "m_dists_trixie_contrib_binary-amd64_Packages", "Package: extra\n"));
  EXPECT_EQ(read_release_names(place.path(), "trixie").value(), std::nullopt)
      << "a package of main would be called missing";
  ASSERT_TRUE(os::write_file(lists / "m_dists_trixie_main_binary-amd64_Packages", kList));
  ASSERT_TRUE(os::write_file(lists / "m_dists_trixie_InRelease", "Package: no\n"));
  EXPECT_EQ(read_release_names(place.path(), "trixie").value(),
            (Names{"extra", "htop", "libz", "libz1", "zlib1g"}));
}

}  // namespace
}  // namespace muster::iso
