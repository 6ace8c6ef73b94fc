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
};

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
  std::set<std::string> own;
  /// All but the document itself and the list of hashes.
  std::vector<HashedFile> files;
};

/// The document. It has the medium, which contains every package and file; each package with its
/// version, layer, licences, package URL (purl) and source; and what is compiled into packages.
std::string render_spdx(const BillOfMaterials& bill);

}  // namespace muster::iso
