#include "iso/licences.h"

#include <format>
#include <gtest/gtest.h>

namespace muster::iso {
namespace {

constexpr std::string_view kFormat =
    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n";

std::string expression(std::string_view synopsis) {
  return parse_copyright(std::format("{}Files: *\nLicense: {}\n text\n", kFormat, synopsis))
      .expression;
}

TEST(Licences, have_the_identifiers_of_spdx) {
  EXPECT_EQ(expression("Expat"), "MIT");
  EXPECT_EQ(expression("GPL-2"), "GPL-2.0-only");
  EXPECT_EQ(expression("GPL-2+"), "GPL-2.0-or-later");
  EXPECT_EQ(expression("GPL-3.0+"), "GPL-3.0-or-later");
  EXPECT_EQ(expression("LGPL-2.1-or-later"), "LGPL-2.1-or-later");
  EXPECT_EQ(expression("GFDL-1.3+"), "GFDL-1.3-or-later");
  EXPECT_EQ(expression("gfdl-1.2+"), "GFDL-1.2-or-later");
  EXPECT_EQ(expression("BSD-3-Clause"), "BSD-3-Clause");
}

TEST(Licences, have_the_exceptions_that_spdx_knows) {
  EXPECT_EQ(expression("GPL-2 with Linux-syscall-note exception OR BSD-3-Clause"),
            "(GPL-2.0-only WITH Linux-syscall-note OR BSD-3-Clause)");
  EXPECT_EQ(expression("GPL-3+ with Bison exception"), "GPL-3.0-or-later WITH Bison-exception-2.2");
  EXPECT_EQ(expression("Perl with Libtool exception"), "LicenseRef-perl-with-libtool-exception");
}

TEST(Licences, that_spdx_does_not_know_keep_debians_name) {
  const auto found =
      parse_copyright(std::format("{}License: public-domain\n\nLicense: GPL-2+ with OpenSSL "
                                  "exception\n\nLicense: LGPL-4\n",
                                  kFormat));
  EXPECT_EQ(found.expression,
            "LicenseRef-gpl-2--with-openssl-exception AND LicenseRef-lgpl-4 AND "
            "LicenseRef-public-domain");
  EXPECT_EQ(found.others.at("LicenseRef-gpl-2--with-openssl-exception"),
            "GPL-2+ with OpenSSL exception");
}

// The example of the format's own text.
TEST(Licences, bind_and_before_or_and_a_comma_last) {
  EXPECT_EQ(expression("GPL-1+ or Artistic"), "(GPL-1.0-or-later OR Artistic-1.0-Perl)");
  EXPECT_EQ(expression("GPL-2+ or Artistic-2.0, and BSD-3-clause"),
            "((GPL-2.0-or-later OR Artistic-2.0) AND BSD-3-Clause)");
  EXPECT_EQ(expression("MIT or ISC and Zlib"), "(MIT OR (ISC AND Zlib))");
}

TEST(Licences, are_each_named_once) {
  EXPECT_EQ(parse_copyright(std::format("{}License: MIT\n\nLicense: Expat\n\nLicense:\n x\n"
                                        "License: GPL-2\n License: ISC\n",
                                        kFormat))
                .expression,
            "GPL-2.0-only AND MIT");
}

TEST(Licences, of_a_file_in_words_are_none) {
  EXPECT_EQ(parse_copyright("This is GPL software.\nLicense: GPL-2\n"), DeclaredLicences{});
  EXPECT_EQ(parse_copyright(""), DeclaredLicences{});
}

}  // namespace
}  // namespace muster::iso
