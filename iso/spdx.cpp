#include "iso/spdx.h"

#include <chrono>
#include <format>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace muster::iso {
namespace {

using Json = nlohmann::ordered_json;

constexpr auto kNothingSaid = "NOASSERTION";
constexpr auto kDocument = "SPDXRef-DOCUMENT";
constexpr auto kIso = "SPDXRef-ISO";

std::string utc(std::int64_t epoch) {
  const std::chrono::sys_seconds time{std::chrono::seconds{epoch}};
  return std::format("{:%Y-%m-%dT%H:%M:%SZ}", time);
}

/// SPDX identifiers hold letters, digits, '.' and '-' only.
std::string spdx_id(std::string name) {
  for (auto& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain && c != '.' && c != '-') c = '-';
  }
  return "SPDXRef-" + name;
}

/// No name of a layer has a dot, so the one behind it keeps package 'b-c' of layer 'a' and package
/// 'c' of layer 'a-b' apart.
std::string package_id(const std::string& layer, const InstalledPackage& package) {
  return spdx_id(layer + "." + package.name + "." + package.architecture);
}

std::string compiled_id(const CompiledIn& part) {
  return spdx_id("compiled." + part.source + "." + part.version);
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

/// The type 'deb' of the package URL specification. What is Muster's own is no package of Debian,
/// and whoever looks for known defects must not take it for one.
std::string purl(std::string_view owner, std::string_view name, const std::string& version,
                 std::string_view architecture) {
  return std::format("pkg:deb/{}/{}@{}?arch={}{}", owner, name, purl_version(version), architecture,
                     owner == "debian" ? "&distro=debian-13" : "");
}

/// How somebody gets the source that belongs to a package (GPL-2, section 3).
std::string source_of(std::string_view source, std::string_view version, bool is_own) {
  if (is_own) return std::format("source of Muster {}", version);
  return std::format(
      "source package {0} {1}: 'apt-get source {0}={1}', or Debian's archive of old versions",
      source, version);
}

/// What all packages of SPDX say, with the members that differ filled in.
Json package_of(const std::string& id, const std::string& name, const std::string& version) {
  return Json{{"SPDXID", id},
              {"name", name},
              {"versionInfo", version},
              {"downloadLocation", kNothingSaid},
              {"filesAnalyzed", false},
              {"licenseConcluded", kNothingSaid},
              {"licenseDeclared", kNothingSaid},
              {"copyrightText", kNothingSaid}};
}

void name_by_purl(Json& package, const std::string& locator) {
  package["externalRefs"] = Json::array({{{"referenceCategory", "PACKAGE-MANAGER"},
                                          {"referenceType", "purl"},
                                          {"referenceLocator", locator}}});
}

class Document {
 public:
  explicit Document(const BillOfMaterials& bill) : bill_(bill) {
    json_ = Json{{"spdxVersion", "SPDX-2.3"},
                 {"dataLicense", "CC0-1.0"},
                 {"SPDXID", kDocument},
                 {"name", "muster-" + bill.id},
                 {"documentNamespace", "urn:muster:medium:" + bill.id},
                 {"creationInfo",
                  {{"created", utc(bill.epoch)}, {"creators", Json::array({"Tool: muster"})}}},
                 {"packages", Json::array()},
                 {"files", Json::array()},
                 {"hasExtractedLicensingInfos", Json::array()},
                 {"relationships", Json::array()}};
  }

  std::string render() {
    auto medium = package_of(kIso, "Muster ISO", bill_.id);
    medium["primaryPackagePurpose"] = "OPERATING_SYSTEM";
    json_["packages"].push_back(std::move(medium));
    relate(kDocument, "DESCRIBES", kIso);
    for (const auto& layer : bill_.layers) {
      for (const auto& package : layer.packages) add_package(layer, package);
    }
    for (const auto& file : bill_.files) add_file(file);
    add_licences();
    // Names of licences are what others wrote, in any encoding.
    return json_.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
  }

 private:
  void relate(const std::string& from, const char* how, const std::string& to) {
    json_["relationships"].push_back(
        {{"spdxElementId", from}, {"relationshipType", how}, {"relatedSpdxElement", to}});
  }

  void add_package(const LayerContents& layer, const InstalledPackage& package) {
    const auto id = package_id(layer.layer, package);
    const bool is_own = bill_.own.contains(package.name);
    auto json = package_of(id, package.name, package.version);
    json["sourceInfo"] = source_of(package.source, package.source_version, is_own);
    json["comment"] = "layer " + layer.layer;
    if (const auto found = layer.licences.find(package.name);
        found != layer.licences.end() && !found->second.expression.empty()) {
      json["licenseDeclared"] = found->second.expression;
      for (const auto& [licence, name] : found->second.others) {
        others_.try_emplace(licence, name, package.name);
      }
    }
    name_by_purl(json, purl(is_own ? "muster" : "debian", package.name, package.version,
                            package.architecture));
    json_["packages"].push_back(std::move(json));
    relate(kIso, "CONTAINS", id);
    for (const auto& part : package.compiled_in) {
      add_compiled(part);
      relate(id, "STATIC_LINK", compiled_id(part));
    }
  }

  void add_compiled(const CompiledIn& part) {
    const auto id = compiled_id(part);
    if (!compiled_.insert(id).second) return;
    auto json = package_of(id, part.source, part.version);
    json["sourceInfo"] = source_of(part.source, part.version, false);
    name_by_purl(json, purl("debian", part.source, part.version, "source"));
    json_["packages"].push_back(std::move(json));
  }

  void add_file(const HashedFile& file) {
    const auto id = spdx_id(std::format("file.{}", json_["files"].size() + 1));
    json_["files"].push_back(
        {{"SPDXID", id},
         {"fileName", "./" + file.file},
         {"checksums", Json::array({{{"algorithm", "SHA1"}, {"checksumValue", file.sha1}},
                                    {{"algorithm", "SHA256"}, {"checksumValue", file.sha256}}})},
         {"licenseConcluded", kNothingSaid},
         {"copyrightText", kNothingSaid}});
    relate(kIso, "CONTAINS", id);
  }

  void add_licences() {
    for (const auto& [id, other] : others_) {
      json_["hasExtractedLicensingInfos"].push_back(
          {{"licenseId", id},
           {"name", other.name},
           {"extractedText", std::format("its text is in /usr/share/doc/{}/copyright of the layer",
                                         other.package)}});
    }
  }

  /// A licence that SPDX does not have: Debian's name, and a package that has its text.
  struct Other {
    std::string name;
    std::string package;
  };

  const BillOfMaterials& bill_;
  Json json_;
  std::map<std::string, Other> others_;
  std::set<std::string> compiled_;
};

}  // namespace

std::string render_spdx(const BillOfMaterials& bill) { return Document(bill).render(); }

}  // namespace muster::iso
