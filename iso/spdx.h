#pragma once
// What is on the medium, as a document of SPDX 2.3 in JSON: the bill of materials (SBOM). Pure.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "iso/licences.h"
#include "iso/package_status.h"

namespace muster::iso {

/// The packages that one layer added.
struct LayerContents {
  std::string layer;
  std::vector<InstalledPackage> packages;
  /// By package name; those whose licences nothing says are not there.
  std::map<std::string, DeclaredLicences> licences = {};
  /// The copyright files of packages whose layer is not on the medium, by package name: the medium
  /// has them as licence_file.
  std::map<std::string, std::string> texts = {};
};

/// Where the medium has the licences of a package whose layer it does not have.
std::string licence_file(const std::string& package);

/// A file of the medium, by its path there.
struct HashedFile {
  std::string file;
  std::string sha1;
  std::string sha256;
};

struct BillOfMaterials {
  /// medium_id, and the newest time of its archives in seconds since 1970.
  std::string id;
  std::int64_t epoch = 0;
  std::vector<LayerContents> layers;
  /// Names of Muster's own packages, which Debian does not have.
  std::set<std::string> own = {};
  /// Names of packages of a site's archives, which Debian does not have either.
  std::set<std::string> of_others = {};
  std::vector<HashedFile> files = {};
  /// Files of the medium that are not among them: the document itself, the list of hashes, and what
  /// is another file on each medium.
  std::vector<std::string> left_out = {};
};

/// The document. It has the medium, which contains every package and file; each package with its
/// version, layer, licences, package URL (purl) and source; and what is compiled into packages.
std::string render_spdx(const BillOfMaterials& bill);

}  // namespace muster::iso
