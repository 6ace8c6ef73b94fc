#include "iso/licences.h"

#include <algorithm>
#include <array>
#include <format>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/base/text.h"

namespace muster::iso {
namespace {

/// Debian's short names in lower case, and what SPDX calls the same licence.
constexpr std::array<std::pair<std::string_view, std::string_view>, 59> kNames = {
    {{"0bsd", "0BSD"},
     {"afl-2.0", "AFL-2.0"},
     {"afl-2.1", "AFL-2.1"},
     {"apache-2", "Apache-2.0"},
     {"apache-2.0", "Apache-2.0"},
     {"artistic", "Artistic-1.0-Perl"},
     {"artistic-1", "Artistic-1.0-Perl"},
     {"artistic-1.0", "Artistic-1.0-Perl"},
     {"artistic-2", "Artistic-2.0"},
     {"artistic-2.0", "Artistic-2.0"},
     {"beerware", "Beerware"},
     {"bsd-2-clause", "BSD-2-Clause"},
     {"bsd-2-clause-patent", "BSD-2-Clause-Patent"},
     {"bsd-3-clause", "BSD-3-Clause"},
     {"bsd-3-clause-attribution", "BSD-3-Clause-Attribution"},
     {"bsd-4-clause", "BSD-4-Clause"},
     {"bsd-4-clause-uc", "BSD-4-Clause-UC"},
     {"bsl-1", "BSL-1.0"},
     {"bsl-1.0", "BSL-1.0"},
     {"bzip2-1.0.6", "bzip2-1.0.6"},
     {"cc-by-3.0", "CC-BY-3.0"},
     {"cc-by-4.0", "CC-BY-4.0"},
     {"cc-by-sa-3.0", "CC-BY-SA-3.0"},
     {"cc-by-sa-4.0", "CC-BY-SA-4.0"},
     {"cc0", "CC0-1.0"},
     {"cc0-1.0", "CC0-1.0"},
     {"cpl-1.0", "CPL-1.0"},
     {"curl", "curl"},
     {"expat", "MIT"},
     {"fsfap", "FSFAP"},
     {"fsful", "FSFUL"},
     {"fsfullr", "FSFULLR"},
     {"ftl", "FTL"},
     {"hpnd", "HPND"},
     {"icu", "ICU"},
     {"isc", "ISC"},
     {"latex2e", "Latex2e"},
     {"libpng", "Libpng"},
     {"mit", "MIT"},
     {"mit-cmu", "MIT-CMU"},
     {"mit-modern-variant", "MIT-Modern-Variant"},
     {"mpl-1.1", "MPL-1.1"},
     {"mpl-2.0", "MPL-2.0"},
     {"ms-pl", "MS-PL"},
     {"ncsa", "NCSA"},
     {"oldap-2.8", "OLDAP-2.8"},
     {"openldap-2.8", "OLDAP-2.8"},
     {"openssl", "OpenSSL"},
     {"postgresql", "PostgreSQL"},
     {"psf-2", "PSF-2.0"},
     {"python-2.0", "Python-2.0"},
     {"sleepycat", "Sleepycat"},
     {"tcp-wrappers", "TCP-wrappers"},
     {"unicode-dfs-2016", "Unicode-DFS-2016"},
     {"unlicense", "Unlicense"},
     {"vim", "Vim"},
     {"x11", "X11"},
     {"zlib", "Zlib"},
     {"zlib/libpng", "Zlib"}}};

/// A licence of the GNU project, whose names have a version and perhaps "or later".
struct GnuFamily {
  std::string_view name;
  std::array<std::string_view, 3> versions;
};
constexpr std::array<GnuFamily, 4> kGnu = {{{"GPL", {"1.0", "2.0", "3.0"}},
                                            {"LGPL", {"2.0", "2.1", "3.0"}},
                                            {"AGPL", {"3.0", "3.0", "3.0"}},
                                            {"GFDL", {"1.1", "1.2", "1.3"}}}};

/// Debian's words for an exception, in lower case, and what SPDX calls it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kExceptions = {
    {{" with bison exception", "Bison-exception-2.2"},
     {" with libtool exception", "Libtool-exception"},
     {" with linux-syscall-note exception", "Linux-syscall-note"},
     {" with llvm exception", "LLVM-exception"}}};

/// Takes the ending off a text when it has it.
bool take_ending(std::string& text, std::string_view ending) {
  if (!text.ends_with(ending)) return false;
  text.resize(text.size() - ending.size());
  return true;
}

/// "LGPL-2.1+" is LGPL-2.1-or-later.
std::optional<std::string> gnu_identifier(std::string_view name) {
  const auto dash = name.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  std::string version(name.substr(dash + 1));
  const bool is_later = take_ending(version, "+") || take_ending(version, "-or-later");
  if (!is_later) take_ending(version, "-only");
  if (!version.contains('.')) version += ".0";
  for (const auto& family : kGnu) {
    if (lower(family.name) != lower(name.substr(0, dash))) continue;
    if (!std::ranges::contains(family.versions, version)) return std::nullopt;
    return std::format("{}-{}-{}", family.name, version, is_later ? "or-later" : "only");
  }
  return std::nullopt;
}

class Expression {
 public:
  /// Of the words behind "License:". A comma binds less than "or", and "or" less than "and"
  /// (copyright-format/1.0, "License synopsis").
  std::string read(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kJoints = {
        {{", or ", " OR "}, {", and ", " AND "}, {" or ", " OR "}, {" and ", " AND "}}};
    // Some write the words as SPDX does.
    const std::string small = lower(text);
    for (const auto& [joint, spdx] : kJoints) {
      if (!small.contains(joint)) continue;
      std::vector<std::string> parts;
      std::size_t from = 0;
      for (auto at = small.find(joint); at != std::string::npos; at = small.find(joint, from)) {
        parts.push_back(read(text.substr(from, at - from)));
        from = at + joint.size();
      }
      parts.push_back(read(text.substr(from)));
      return std::format("({})", join(parts, spdx));
    }
    return identifier(trim(text));
  }

  std::map<std::string, std::string> others;

 private:
  std::string identifier(std::string_view name) {
    const std::string key = lower(name);
    const auto known = std::ranges::find(kNames, key, &decltype(kNames)::value_type::first);
    if (known != kNames.end()) return std::string(known->second);
    for (const auto& [words, exception] : kExceptions) {
      if (!key.ends_with(words)) continue;
      const auto licence = name.substr(0, name.size() - words.size());
      if (auto gnu = gnu_identifier(licence)) return std::format("{} WITH {}", *gnu, exception);
    }
    if (auto gnu = gnu_identifier(name)) return std::move(*gnu);
    // Identifiers of SPDX that differ in case only are the same one.
    std::string id = "LicenseRef-";
    for (const char c : key) {
      const bool is_plain =
          (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
      id += is_plain ? c : '-';
    }
    others.emplace(id, name);
    return id;
  }
};

}  // namespace

DeclaredLicences parse_copyright(std::string_view text) {
  static constexpr std::string_view kField = "License:";
  if (!text.contains("copyright-format") && !text.contains("Format-Specification:")) return {};
  Expression expression;
  std::set<std::string> licences;
  for (const auto& line : lines(text)) {
    if (!line.starts_with(kField)) continue;
    const auto names = trim(std::string_view(line).substr(kField.size()));
    if (!names.empty()) licences.insert(expression.read(names));
  }
  const std::vector<std::string> all(licences.begin(), licences.end());
  return {.expression = join(all, " AND "), .others = std::move(expression.others)};
}

}  // namespace muster::iso
