#include "iso/spdx.h"

#include <chrono>
#include <format>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/crypto/hash.h"

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

/// Percent-encoding of the parts of a package URL.
std::string purl_part(std::string_view text) {
  static constexpr std::string_view kPlain = ".-_~:";
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain || kPlain.contains(c)) {
      encoded += c;
    } else {
      encoded += std::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

/// Who publishes a package. Whoever looks for known defects must not take the package of somebody
/// else for one of Debian's.
enum class Publisher { debian, muster, other };

/// A package URL: of the type 'deb', or 'generic' when nobody knows whose it is.
std::string purl(Publisher publisher, std::string_view name, std::string_view version,
                 std::string_view architecture) {
  const auto part = std::format("{}@{}?arch={}", purl_part(name), purl_part(version), architecture);
  switch (publisher) {
    case Publisher::debian:
      return std::format("pkg:deb/debian/{}&distro=debian-13", part);
    case Publisher::muster:
      return std::format("pkg:deb/muster/{}", part);
    case Publisher::other:
      break;
  }
  return std::format("pkg:generic/{}", part);
}

/// How somebody gets the source that belongs to a package (GPL-2, section 3).
std::string source_of(Publisher publisher, std::string_view source, std::string_view version) {
  if (publisher == Publisher::muster) return std::format("source of Muster {}", version);
  if (publisher == Publisher::other) {
    return std::format("source package {} {} of the archive that the package is from", source,
                       version);
  }
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
    json_["packages"].push_back(describe_medium());
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
  /// SPDX 2.3, 7.9: the hash of all hashes of the files, sorted.
  Json describe_medium() const {
    auto medium = package_of(kIso, "Muster ISO", bill_.id);
    medium["primaryPackagePurpose"] = "OPERATING_SYSTEM";
    medium["filesAnalyzed"] = true;
    std::multiset<std::string> hashes;
    for (const auto& file : bill_.files) hashes.insert(file.sha1);
    std::string all;
    for (const auto& hash : hashes) all += hash;
    Json left_out = Json::array();
    for (const auto& file : bill_.left_out) left_out.push_back("./" + file);
    medium["packageVerificationCode"] = {{"packageVerificationCodeValue", crypto::sha1(all)},
                                         {"packageVerificationCodeExcludedFiles", left_out}};
    return medium;
  }

  Publisher publisher_of(const std::string& package) const {
    if (bill_.own.contains(package)) return Publisher::muster;
    return bill_.of_others.contains(package) ? Publisher::other : Publisher::debian;
  }

  void relate(const std::string& from, const char* how, const std::string& to) {
    json_["relationships"].push_back(
        {{"spdxElementId", from}, {"relationshipType", how}, {"relatedSpdxElement", to}});
  }

  void add_package(const LayerContents& layer, const InstalledPackage& package) {
    const auto id = package_id(layer.layer, package);
    const auto publisher = publisher_of(package.name);
    // What is made of one source at once has the version of the packages, with the commit.
    const auto& source_version =
        publisher == Publisher::muster ? package.version : package.source_version;
    auto json = package_of(id, package.name, package.version);
    json["sourceInfo"] = source_of(publisher, package.source, source_version);
    json["comment"] = "layer " + layer.layer;
    if (const auto found = layer.licences.find(package.name);
        found != layer.licences.end() && !found->second.expression.empty()) {
      json["licenseDeclared"] = found->second.expression;
      for (const auto& [licence, name] : found->second.others) {
        others_.try_emplace(licence, name,
                            layer.texts.contains(package.name)
                                ? std::format("'{}' of the ISO", licence_file(package.name))
                                : std::format("/usr/share/doc/{}/copyright of the layer '{}'",
                                              package.name, layer.layer));
      }
    }
    name_by_purl(json, purl(publisher, package.name, package.version, package.architecture));
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
    json["sourceInfo"] = source_of(Publisher::debian, part.source, part.version);
    name_by_purl(json, purl(Publisher::debian, part.source, part.version, "source"));
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
           {"extractedText", "its text is in " + other.place}});
    }
  }

  /// A licence that SPDX does not have: Debian's name, and where its text is.
  struct Other {
    std::string name;
    std::string place;
  };

  const BillOfMaterials& bill_;
  Json json_;
  std::map<std::string, Other> others_;
  std::set<std::string> compiled_;
};

}  // namespace

std::string licence_file(const std::string& package) { return "muster/licences/" + package; }

std::string render_spdx(const BillOfMaterials& bill) { return Document(bill).render(); }

}  // namespace muster::iso
