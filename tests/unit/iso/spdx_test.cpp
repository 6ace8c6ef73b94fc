#include "iso/spdx.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/crypto/hash.h"

namespace muster::iso {
namespace {

using Json = nlohmann::json;

InstalledPackage libc() { return {"libc6", "2.41-1:x+y", "amd64", "glibc", "2.41"}; }

Json render(const BillOfMaterials& bill) { return Json::parse(render_spdx(bill)); }

/// The package of this name.
Json package(const Json& document, const std::string& name) {
  for (const auto& one : document.at("packages")) {
    if (one.at("name") == name) return one;
  }
  return {};
}

bool is_related(const Json& document, const Json& from, const std::string& how, const Json& to) {
  return std::ranges::contains(document.at("relationships"),
                               Json{{"spdxElementId", from.at("SPDXID")},
                                    {"relationshipType", how},
                                    {"relatedSpdxElement", to.at("SPDXID")}});
}

TEST(Spdx, is_one_medium_that_contains_every_package_once) {
  const auto json = render({.id = "id", .layers = {{"base", {libc()}}}});
  EXPECT_EQ(json["spdxVersion"], "SPDX-2.3");
  EXPECT_EQ(json["creationInfo"]["created"], "1970-01-01T00:00:00Z");
  ASSERT_EQ(json["packages"].size(), 2U);
  const auto found = package(json, "libc6");
  EXPECT_EQ(found["externalRefs"][0]["referenceLocator"],
            "pkg:deb/debian/libc6@2.41-1:x%2By?arch=amd64&distro=debian-13");
  EXPECT_TRUE(is_related(json, package(json, "Muster ISO"), "CONTAINS", found));
  EXPECT_EQ(json["relationships"][0]["relatedSpdxElement"], "SPDXRef-ISO");
}

TEST(Spdx, names_apart_what_two_layers_hold) {
  const auto json = render({.layers = {{"image-a", {{"b-c", "1", "all", "b-c", "1"}}},
                                       {"image-a-b", {{"c", "1", "all", "c", "1"}}}}});
  EXPECT_NE(json["packages"][1]["SPDXID"], json["packages"][2]["SPDXID"]);
}

TEST(Spdx, says_where_the_source_of_a_package_is) {
  const auto json = render({.layers = {{"base", {libc()}}}});
  EXPECT_EQ(package(json, "libc6")["sourceInfo"],
            "source package glibc 2.41: 'apt-get source glibc=2.41', or Debian's archive of old "
            "versions");
}

// A scanner that looks for known defects would take them for Debian's.
TEST(Spdx, has_our_own_packages_in_a_name_space_of_their_own) {
  const auto json = render({.layers = {{"muster-head",
                                        {{"musterd", "0.1+git1.abc", "amd64", "muster", "0.1"},
                                         {"lmod++", "8", "all", "lmod", "8"}}}},
                            .own = {"musterd"},
                            .of_others = {"lmod++"}});
  EXPECT_EQ(package(json, "musterd")["externalRefs"][0]["referenceLocator"],
            "pkg:deb/muster/musterd@0.1%2Bgit1.abc?arch=amd64");
  EXPECT_EQ(package(json, "musterd")["sourceInfo"], "source of Muster 0.1+git1.abc");
  EXPECT_EQ(package(json, "lmod++")["externalRefs"][0]["referenceLocator"],
            "pkg:generic/lmod%2B%2B@8?arch=all");
  EXPECT_EQ(package(json, "lmod++")["sourceInfo"],
            "source package lmod 8 of the archive that the package is from");
}

TEST(Spdx, has_what_is_compiled_into_packages) {
  InstalledPackage agent{"muster-agent", "0.1", "amd64", "muster", "0.1"};
  agent.compiled_in = {{"cli11", "2.4.1"}};
  const auto json = render({.layers = {{"image", {agent}}, {"head", {agent}}}});
  EXPECT_EQ(json["packages"].size(), 4U) << "cli11 is there once";
  EXPECT_TRUE(
      is_related(json, package(json, "muster-agent"), "STATIC_LINK", package(json, "cli11")));
}

TEST(Spdx, declares_licences_and_explains_those_that_it_has_no_name_for) {
  const auto json = render(
      {.layers = {{.layer = "base",
                   .packages = {libc(), {"tzdata", "1", "all", "tzdata", "1"}},
                   .licences = {{"libc6", {.expression = "MIT"}},
                                {"tzdata",
                                 {.expression = "LicenseRef-public-domain",
                                  .others = {{"LicenseRef-public-domain", "public-domain"}}}}}}}});
  EXPECT_EQ(package(json, "libc6")["licenseDeclared"], "MIT");
  ASSERT_EQ(json["hasExtractedLicensingInfos"].size(), 1U);
  EXPECT_EQ(json["hasExtractedLicensingInfos"][0]["extractedText"],
            "its text is in /usr/share/doc/tzdata/copyright of the layer 'base'");
  EXPECT_EQ(package(render({.layers = {{"base", {libc()}}}}), "libc6")["licenseDeclared"],
            "NOASSERTION");
}

TEST(Spdx, says_where_the_medium_has_licences_of_what_it_has_no_layer_of) {
  const auto json = render({.layers = {{.layer = "tools",
                                        .packages = {{"isolinux", "3", "all", "syslinux", "3"}},
                                        .licences = {{"isolinux",
                                                      {.expression = "LicenseRef-other",
                                                       .others = {{"LicenseRef-other", "other"}}}}},
                                        .texts = {{"isolinux", "License: other"}}}}});
  EXPECT_EQ(json["hasExtractedLicensingInfos"][0]["extractedText"],
            "its text is in 'muster/licences/isolinux' of the ISO");
}

// SPDX 2.3, 7.9: SHA-1 of "aacc".
TEST(Spdx, verifies_all_files_but_those_that_it_names) {
  const auto json =
      render({.files = {{"b", "cc", "x"}, {"a", "aa", "y"}}, .left_out = {"SHA256SUMS"}});
  const auto medium = package(json, "Muster ISO");
  EXPECT_EQ(medium["filesAnalyzed"], true);
  EXPECT_EQ(medium["packageVerificationCode"]["packageVerificationCodeValue"],
            crypto::sha1("aacc"));
  EXPECT_EQ(medium["packageVerificationCode"]["packageVerificationCodeExcludedFiles"],
            Json::array({"./SHA256SUMS"}));
}

TEST(Spdx, has_every_file_with_both_hashes) {
  const auto json =
      render({.files = {{"live/vmlinuz", "aa", "bb"}, {"live/initrd.img", "cc", "dd"}}});
  ASSERT_EQ(json["files"].size(), 2U);
  EXPECT_EQ(json["files"][0]["fileName"], "./live/vmlinuz");
  EXPECT_EQ(json["files"][0]["checksums"][1]["checksumValue"], "bb");
  EXPECT_NE(json["files"][0]["SPDXID"], json["files"][1]["SPDXID"]);
  EXPECT_TRUE(is_related(json, package(json, "Muster ISO"), "CONTAINS", json["files"][1]));
}

}  // namespace
}  // namespace muster::iso
