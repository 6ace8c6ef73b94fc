#include "apps/muster/parse_errors.h"

#include <gtest/gtest.h>

#include "apps/muster/commands.h"

namespace muster::cli {
namespace {

/// A small program of the same kind; what it says to words that it refuses.
std::string said(std::vector<std::string> words) {
  CLI::App app("test", "muster");
  app.require_subcommand(1);
  CLI::App* const noun = app.add_subcommand("node", "");
  noun->require_subcommand(1);
  CLI::App* const verb = noun->add_subcommand("list", "");
  std::string nodes;
  int timeout = 0;
  int count = 0;
  verb->add_option("nodes", nodes, "")->type_name(value::kNodes)->required();
  verb->add_option("--timeout", timeout, "")->check(CLI::Range(1, 9));
  verb->add_option("-c,--count", count, "");
  CLI::App* const run = noun->add_subcommand("run", "");
  run->positionals_at_end();
  std::vector<std::string> command;
  run->add_option("--wait", count, "");
  run->add_option("command", command, "");
  app.add_subcommand("status", "")->add_flag("--json");
  std::vector<std::string> backwards(words.rbegin(), words.rend());
  try {
    app.parse(backwards);
  } catch (const CLI::ParseError& error) {
    return explain_parse_error(app, error, words).text();
  }
  return "";
}

TEST(ParseErrors, a_command_that_is_none_is_compared_with_those_there_are) {
  EXPECT_EQ(said({}), "'muster' alone does nothing; there are node, status");
  EXPECT_EQ(said({"nod"}), "there is no 'nod'; did you mean 'node'?");
  EXPECT_EQ(said({"node"}), "'muster node' alone does nothing; there are list, run");
  EXPECT_EQ(said({"node", "x"}), "there is no 'x'; there are list, run");
}

TEST(ParseErrors, an_option_that_is_none_is_compared_with_those_of_its_command) {
  EXPECT_EQ(said({"status", "--jsn"}),
            "'muster status' has no option '--jsn'; did you mean '--json'?");
  EXPECT_EQ(said({"node", "list", "a", "--x=3"}),
            "'muster node list' has no option '--x'; 'muster node list --help' says more");
  EXPECT_EQ(said({"status", "-j"}).substr(0, 34), "'muster status' has no option '-j'");
}

TEST(ParseErrors, the_value_of_an_option_is_none_whatever_it_looks_like) {
  EXPECT_EQ(said({"node", "list", "-c", "-5", "--jsn"}),
            "'muster node list' has no option '--jsn'; 'muster node list --help' says more");
  EXPECT_NE(said({"node", "list", "a", "--timeout", "-5"}).find("Value -5 not in range"),
            std::string::npos);
  EXPECT_NE(said({"node", "run", "--wait", "x", "ls", "-la"}).find("--wait"), std::string::npos);
}

TEST(ParseErrors, a_value_may_stand_in_the_word_of_a_short_option) {
  EXPECT_NE(said({"node", "list", "a", "-c5", "b"}).find("does not take 'b'"), std::string::npos);
}

TEST(ParseErrors, what_is_missing_is_named) {
  EXPECT_EQ(said({"node", "list"}),
            "'muster node list' needs 'nodes'; 'muster node list --help' says more");
}

TEST(ParseErrors, a_word_too_many_is_named_and_nodes_are_one_word) {
  EXPECT_EQ(said({"node", "list", "a", "b"}),
            "'muster node list' does not take 'b'; several nodes are one word: 'n001,n002' or "
            "'n[001-002]'");
  EXPECT_EQ(said({"status", "x"}),
            "'muster status' does not take 'x'; 'muster status --help' says more");
}

TEST(ParseErrors, a_value_of_another_kind_is_shown_with_its_option) {
  EXPECT_EQ(said({"node", "list", "a", "--count", "x"}),
            "'muster node list': no such value: --count = x; 'muster node list --help' says more");
  EXPECT_NE(said({"node", "list", "a", "--timeout", "12"}).find("--timeout: Value 12 not in range"),
            std::string::npos);
}

TEST(ParseErrors, what_was_typed_cannot_play_with_the_terminal) {
  EXPECT_EQ(said({"\033[2J"}).find('\033'), std::string::npos);
  EXPECT_EQ(said({"status", "--\033"}).find('\033'), std::string::npos);
}

}  // namespace
}  // namespace muster::cli
