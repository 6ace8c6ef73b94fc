#pragma once
// The licences of a package: from the names of Debian's machine-readable copyright files
// (copyright-format/1.0, DEP-5) to an expression of SPDX 2.3 (Annex D). Pure.

#include <map>
#include <string>
#include <string_view>

namespace muster::iso {

struct DeclaredLicences {
  /// "Apache-2.0 AND (GPL-2.0-or-later OR MIT)"; empty when the file has no such names.
  std::string expression;
  /// Identifiers in it that SPDX does not have, with Debian's name of each:
  /// "LicenseRef-public-domain".
  std::map<std::string, std::string> others;
  bool operator==(const DeclaredLicences&) const = default;
};

/// Of the text of a copyright file: all licences that it names, each once.
DeclaredLicences parse_copyright(std::string_view text);

}  // namespace muster::iso
