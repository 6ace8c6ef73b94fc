#include "iso/package_status.h"

#include <gtest/gtest.h>

namespace muster::iso {
namespace {

constexpr std::string_view kStatus =
    "Package: zlib1g\nStatus: install ok installed\nArchitecture: amd64\nSource: zlib\n"
    "Version: 1:1.3\n\n"
    "Package: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1\n\n"
    "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nSource: bash (5.2)\n"
    "Description: a shell\n Version: not this\nVersion: 5.2+b1\n";

TEST(PackageStatus, reads_what_is_installed) {
  const auto packages = parse_dpkg_status(kStatus);
  ASSERT_EQ(packages.size(), 2U);
  EXPECT_EQ(packages[0], (InstalledPackage{"bash", "5.2+b1", "amd64", "bash", "5.2"}));
  EXPECT_EQ(packages[1], (InstalledPackage{"zlib1g", "1:1.3", "amd64", "zlib", "1:1.3"}));
}

TEST(PackageStatus, says_what_is_compiled_into_a_package) {
  const auto packages = parse_dpkg_status(
      "Package: muster\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n"
      "Static-Built-Using: cli11 (= 2.4.1+ds-1), nlohmann-json3 (= 3.11.3-2), broken\n"
      "Built-Using: shim (= 16.1-2), cli11 (= 2.4.1+ds-1)\n");
  ASSERT_EQ(packages.size(), 1U);
  EXPECT_EQ(packages[0].compiled_in,
            (std::vector<CompiledIn>{
                {"cli11", "2.4.1+ds-1"}, {"nlohmann-json3", "3.11.3-2"}, {"shim", "16.1-2"}}));
}

TEST(PackageStatus, a_layer_added_what_is_new_or_changed) {
  const InstalledPackage same{"a", "1", "all", "a", "1"};
  const InstalledPackage before{"b", "1", "all", "b", "1"};
  const InstalledPackage after{"b", "2", "all", "b", "2"};
  EXPECT_EQ(added_packages({same, before}, {same, after}), std::vector{after});
}

SystemView view(std::string name, std::uint32_t slurm, std::string version) {
  return {.name = std::move(name),
          .packages = {{"libc6", std::move(version), "amd64", "glibc", "1"}},
          .users = {{"root", 0}, {"slurm", slurm}},
          .groups = {{"root", 0}}};
}

TEST(Agreement, finds_none_where_both_are_the_same) {
  EXPECT_TRUE(find_disagreements(view("head", 64030, "2"), view("compute", 64030, "2")).empty());
}

TEST(Agreement, finds_a_user_with_two_numbers) {
  EXPECT_EQ(find_disagreements(view("head", 64030, "2"), view("compute", 999, "2")),
            std::vector<std::string>{"user 'slurm' is 64030 in head and 999 in compute"});
}

TEST(Agreement, finds_a_number_with_two_names) {
  auto head = view("head", 64030, "2");
  auto node = view("compute", 64030, "2");
  head.groups["nginx"] = 950;
  node.groups["other"] = 950;
  EXPECT_EQ(find_disagreements(head, node),
            std::vector<std::string>{"group 950 is 'nginx' in head and 'other' in compute"});
}

TEST(Agreement, finds_a_package_with_two_versions) {
  EXPECT_EQ(find_disagreements(view("head", 64030, "2"), view("compute", 64030, "3")),
            std::vector<std::string>{"package 'libc6' is 2 in head and 3 in compute"});
}

}  // namespace
}  // namespace muster::iso
