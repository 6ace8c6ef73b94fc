#include "core/spec/reference.h"

#include <gtest/gtest.h>

#include "core/base/text.h"
#include "core/os/files.h"
#include "core/spec/fields.h"
#include "tests/unit/spec/problems.h"

namespace muster::spec {
namespace {

TEST(Reference, the_committed_manual_is_what_the_table_says) {
  EXPECT_EQ(os::read_file(MUSTER_SOURCE "/docs/reference/cluster-yaml.md").value(),
            render_reference())
      << "run `muster spec reference > docs/reference/cluster-yaml.md`";
}

TEST(Reference, every_example_in_it_is_a_valid_file) {
  const std::string manual = render_reference();
  int examples = 0;
  for (std::size_t at = 0; (at = manual.find("```yaml\n", at)) != std::string::npos; ++examples) {
    at += 8;
    const std::string example = manual.substr(at, manual.find("```", at) - at);
    const bool whole = example.starts_with("schema:");
    const auto problems = problems_of((whole ? "" : std::string(kHeading)) + example);
    EXPECT_EQ(problems, std::vector<std::string>{}) << example;
  }
  EXPECT_EQ(examples, 12);
}

TEST(Reference, the_manual_page_has_every_key_with_its_default) {
  const std::string page = render_manual_page();
  for (const FieldPath& known : all_fields()) {
    const std::string key(known.field->text.key);
    EXPECT_NE(page.find("\n.It Ic " + key + "\n"), std::string::npos) << known.path;
  }
  EXPECT_NE(page.find("\n.It Ic kernel\n"
                      "Debian's kernel flavour: \\fBamd64\\fP for machines, the smaller "
                      "\\fBcloud\\fP for virtual machines only.\n"
                      ".br\nAllowed: 'amd64' or 'cloud'.\n.br\nDefault: \\fBamd64\\fP.\n"),
            std::string::npos);
}

TEST(Reference, the_manual_page_says_what_the_markdown_says) {
  const std::string page = render_manual_page();
  EXPECT_NE(page.find("\n.Sh RULES BETWEEN KEYS\n.Bl -bullet\n.It\n"), std::string::npos);
  EXPECT_NE(page.find("\n  hostname: head\n"), std::string::npos);
  EXPECT_EQ(page.find('`'), std::string::npos);
}

TEST(Reference, the_list_of_fields_has_one_line_each) {
  const auto rows = lines(render_field_list());
  EXPECT_EQ(rows.size(), all_fields().size());
  EXPECT_EQ(rows.front(), "schema\tschema version of this Muster\trequired");
}

TEST(Reference, a_field_is_explained_whatever_its_index) {
  const std::string text =
      "users[].uid (user number for people)\n"
      "  The user's number, the same on head and nodes. Without one the next "
      "free is taken.\n"
      "  Allowed: a whole number from 1000 to 59999 but 9999, or from 65536 to 2000200000 (the "
      "system has the others)\n"
      "  Default: none\n"
      "  Example: 2001\n";
  for (const auto* path : {"users[].uid", "users.uid", "users[17].uid"}) {
    EXPECT_EQ(explain_field(path).value(), text);
  }
}

TEST(Reference, a_section_names_its_keys) {
  EXPECT_NE(explain_field("hpc").value().find("  Keys: partition, time_limit\n"),
            std::string::npos);
}

TEST(Reference, an_unknown_field_has_the_nearest_as_hint) {
  EXPECT_EQ(explain_field("head.adress").error().text(),
            "there is no field 'head.adress'; did you mean 'head.address'?");
}

}  // namespace
}  // namespace muster::spec
