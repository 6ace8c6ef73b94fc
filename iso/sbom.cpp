#include "iso/sbom.h"

#include <algorithm>
#include <chrono>
#include <format>

#include <nlohmann/json.hpp>

namespace muster::iso {
namespace {

using Json = nlohmann::ordered_json;

std::string utc(std::int64_t epoch) {
  const std::chrono::sys_seconds time{std::chrono::seconds{epoch}};
  return std::format("{:%Y-%m-%dT%H:%M:%SZ}", time);
}

/// SPDX identifiers hold letters, digits, '.' and '-' only. No name of a layer has a dot, so the
/// one behind it keeps package 'b-c' of layer 'a' and package 'c' of layer 'a-b' apart.
std::string spdx_id(const std::string& layer, const InstalledPackage& package) {
  std::string id = "SPDXRef-" + layer + "." + package.name + "." + package.architecture;
  for (auto& c : id) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain && c != '.' && c != '-') c = '-';
  }
  return id;
}

/// Percent-encoding of what a package URL does not allow in a version.
std::string purl_version(const std::string& version) {
  std::string text;
  for (const char c : version) {
    if (c == ':' || c == '+') {
      text += c == ':' ? "%3A" : "%2B";
    } else {
      text += c;
    }
  }
  return text;
}

Json package_json(const std::string& layer, const InstalledPackage& package) {
  const auto purl = std::format("pkg:deb/debian/{}@{}?arch={}", package.name,
                                purl_version(package.version), package.architecture);
  return Json{
      {"SPDXID", spdx_id(layer, package)},
      {"name", package.name},
      {"versionInfo", package.version},
      {"downloadLocation", "NOASSERTION"},
      {"filesAnalyzed", false},
      {"licenseConcluded", "NOASSERTION"},
      {"licenseDeclared", "NOASSERTION"},
      {"copyrightText", "NOASSERTION"},
      {"sourceInfo", std::format("source package {} {}", package.source, package.source_version)},
      {"comment", "layer " + layer},
      {"externalRefs", Json::array({{{"referenceCategory", "PACKAGE-MANAGER"},
                                     {"referenceType", "purl"},
                                     {"referenceLocator", purl}}})}};
}

Json file_json(const MediumFile& file) {
  return Json{{"file", file.file}, {"size", file.size}, {"sha256", file.sha256}};
}

}  // namespace

std::string render_spdx(const std::string& id, std::int64_t epoch,
                        const std::vector<LayerContents>& layers) {
  Json document{
      {"spdxVersion", "SPDX-2.3"},
      {"dataLicense", "CC0-1.0"},
      {"SPDXID", "SPDXRef-DOCUMENT"},
      {"name", "muster-" + id},
      {"documentNamespace", "urn:muster:medium:" + id},
      {"creationInfo", {{"created", utc(epoch)}, {"creators", Json::array({"Tool: muster"})}}},
      {"packages", Json::array()},
      {"relationships", Json::array()}};
  for (const auto& layer : layers) {
    for (const auto& package : layer.packages) {
      document["packages"].push_back(package_json(layer.layer, package));
      document["relationships"].push_back({{"spdxElementId", "SPDXRef-DOCUMENT"},
                                           {"relationshipType", "DESCRIBES"},
                                           {"relatedSpdxElement", spdx_id(layer.layer, package)}});
    }
  }
  return document.dump(1) + "\n";
}

std::string render_package_list(const std::vector<LayerContents>& layers) {
  std::string text = "# layer package version architecture source source-version\n";
  for (const auto& layer : layers) {
    for (const auto& package : layer.packages) {
      text += std::format("{} {} {} {} {} {}\n", layer.layer, package.name, package.version,
                          package.architecture, package.source, package.source_version);
    }
  }
  return text;
}

std::string render_image_manifest(const ImageManifest& manifest) {
  Json json{{"name", manifest.name},
            {"kernel", file_json(manifest.kernel)},
            {"initrd", manifest.initrd ? file_json(*manifest.initrd) : Json()},
            {"layers", Json::array()},
            {"kernel_arguments", manifest.kernel_arguments}};
  for (const auto& layer : manifest.layers) json["layers"].push_back(file_json(layer));
  return json.dump(2) + "\n";
}

std::string render_checksums(std::vector<MediumFile> files) {
  std::ranges::sort(files, {}, &MediumFile::file);
  std::string text;
  for (const auto& file : files) text += std::format("{}  {}\n", file.sha256, file.file);
  return text;
}

}  // namespace muster::iso
