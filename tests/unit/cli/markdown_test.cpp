#include "apps/muster/markdown.h"

#include <gtest/gtest.h>

#include "apps/muster/table.h"
#include "core/base/text.h"
#include "core/os/files.h"

namespace muster::cli {
namespace {

TEST(Markdown, has_headings_paragraphs_and_code) {
  EXPECT_EQ(render_markdown("# Jobs\n\nRun `srun hostname`, or\n**read on**:\n\n    srun  -n2 a\n\n"
                            "## More\n```sh\n# not a heading\n```\n",
                            40),
            "Jobs\n====\n\nRun 'srun hostname', or read on:\n\n    srun  -n2 a\n\n"
            "More\n----\n\n    # not a heading\n");
}

TEST(Markdown, breaks_text_at_the_width_and_code_nowhere) {
  EXPECT_EQ(render_markdown("one two three four five\n\n    one two three four five\n", 20),
            "one two three four\nfive\n\n    one two three four five\n");
}

TEST(Markdown, has_lists_with_their_lines_below_each_other) {
  EXPECT_EQ(
      render_markdown("Before\n- one two three four\n  five\n- two\n\n1. first\n2. second\n", 20),
      "Before\n\n- one two three four\n  five\n- two\n1. first\n2. second\n");
}

TEST(Markdown, has_tables_that_fit) {
  constexpr std::string_view kTable =
      "| Key | Meaning |\n|---|---|\n| `name` | The cluster's name, which is long. |\n";
  EXPECT_EQ(render_markdown(kTable, 60),
            "Key   Meaning\nname  The cluster's name, which is long.\n");
  EXPECT_EQ(render_markdown(kTable, 24),
            "Key   Meaning\nname  The cluster's\n      name, which is\n      long.\n");
}

TEST(Markdown, shows_where_links_lead) {
  EXPECT_EQ(render_markdown("See [jobs](jobs.md#a) and [Slurm](https://slurm.schedmd.com).", 80),
            "See jobs (muster help jobs) and Slurm (https://slurm.schedmd.com).\n");
}

TEST(Markdown, shows_words_that_stand_out_as_words) {
  EXPECT_EQ(render_markdown("The *site's network* is **not** `a*b*c`, 2 * 3 * 4, or '@*'.\n", 80),
            "The site's network is not 'a*b*c', 2 * 3 * 4, or '@*'.\n");
}

TEST(Markdown, leaves_comments_out_and_keeps_marks_that_mean_nothing) {
  EXPECT_EQ(render_markdown("<!-- made\nby -->\n\na `b [c] 2 * 3 | 4\n", 80),
            "a `b [c] 2 * 3 | 4\n");
}

TEST(Markdown, renders_every_document_of_muster_without_losing_a_line_of_code) {
  for (const char* name :
       {"quick-start", "user-guide", "admin-guide", "limits", "jobs", "troubleshooting",
        "reference/api", "reference/cluster-yaml", "reference/node-protocol"}) {
    const auto text = os::read_file(std::string(MUSTER_SOURCE "/docs/") + name + ".md");
    ASSERT_TRUE(text) << text.error().text();
    const auto shown = lines(render_markdown(*text, 80));
    for (const std::string& line : lines(*text)) {
      if (!line.starts_with("    ")) continue;
      // What stands between fences is moved to the right.
      EXPECT_TRUE(std::ranges::contains(shown, line) || std::ranges::contains(shown, "    " + line))
          << name << ": " << line;
    }
    for (const std::string& line : shown) {
      const bool is_text = !line.starts_with("    ") && !line.contains("  ");
      const bool is_word = !line.contains(' ');
      if (!is_text || is_word) continue;
      EXPECT_LE(display_width(line), 80U) << name << ": " << line;
    }
  }
}

TEST(Markdown, finds_a_documents_title) {
  EXPECT_EQ(find_title("<!-- a -->\n# The `spec`\n## b\n"), "The 'spec'");
  EXPECT_EQ(find_title("no heading\n"), "");
}

}  // namespace
}  // namespace muster::cli
