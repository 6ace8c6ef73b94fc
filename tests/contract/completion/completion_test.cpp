// Completion as a person at a shell meets it: what the program offers, and what bash makes of it.
#include <gtest/gtest.h>

#include "core/base/text.h"
#include "core/os/command.h"
#include "core/os/files.h"
#include "lab/keeper_protocol.h"
#include "lab/lab_state.h"

namespace muster {
namespace {

using Words = std::vector<std::string>;

class Completion : public testing::Test {
 protected:
  /// The lines that a program prints, run in a folder of its own, which is the cache, too.
  Words lines_of(Words argv) {
    os::PosixCommandRunner runner;
    const auto result = runner.run({.argv = std::move(argv),
                                    .cwd = folder_.path(),
                                    .env = {{"MUSTER_CACHE", folder_.path().string()}},
                                    .timeout = std::chrono::seconds(60)});
    EXPECT_TRUE(result) << result.error().text();
    EXPECT_EQ(result->status, 0) << result->err;
    EXPECT_EQ(result->err, "");
    return lines(result->out);
  }

  /// What the program offers for the last of these words.
  Words offered(Words words) {
    words.insert(words.begin(), {MUSTER_PROGRAM, "complete", "--"});
    return lines_of(std::move(words));
  }

  /// What bash offers after these words, split as bash splits them.
  Words completed(const std::string& words) {
    static constexpr const char* kAsk =
        "shopt -s extglob progcomp\n"
        "source /usr/share/bash-completion/bash_completion\n"
        "source \"$1\"\n"
        "read -r -a COMP_WORDS <<<\"$2\"\n"
        "[[ $2 == *' ' ]] && COMP_WORDS+=('')\n"
        "COMP_LINE=${COMP_WORDS[*]} COMP_POINT=${#COMP_LINE} COMP_CWORD=$((${#COMP_WORDS[@]} - "
        "1))\n"
        "_muster \"${COMP_WORDS[0]}\" \"${COMP_WORDS[-1]}\" \"${COMP_WORDS[-2]}\"\n"
        "for word in \"${COMPREPLY[@]}\"; do printf '%s\\n' \"$word\"; done\n";
    return lines_of({"bash", "--norc", "-c", kAsk, "bash",
                     MUSTER_SOURCE "/packaging/completion/muster",
                     std::string(MUSTER_PROGRAM) + " " + words});
  }

  /// The records of a lab with a head and one node.
  void write_lab(const std::string& name) {
    const auto at = folder_.path() / "lab" / name;
    const auto plan = lab::plan_lab({.name = "lab", .directory = at, .iso = "/a.iso", .nodes = 1});
    ASSERT_TRUE(plan) << plan.error().text();
    ASSERT_TRUE(os::write_file(at / lab::LabFiles::kPlan, lab::render_plan(*plan)));
  }

  void write(const std::string& name) { ASSERT_TRUE(os::write_file(folder_.path() / name, "")); }

  os::TemporaryDirectory folder_ = os::TemporaryDirectory::make("completion").value();
};

TEST_F(Completion, nouns_and_verbs_are_offered) {
  EXPECT_EQ(offered({"no"}), Words{"node"});
  EXPECT_EQ(offered({"node", "l"}), Words{"list"});
  EXPECT_EQ(offered({"dhcp", ""}), (Words{"show", "take", "proxy"}));
  EXPECT_EQ(offered({"nothing", "l"}), Words());
}

TEST_F(Completion, what_nobody_types_is_not_offered) {
  EXPECT_EQ(offered({"lab", "k"}), Words());
  EXPECT_EQ(offered({"lab", "m"}), Words());
  EXPECT_EQ(offered({"co"}), Words());
}

TEST_F(Completion, options_are_those_of_the_verb) {
  EXPECT_EQ(offered({"lab", "up", "--fi"}), Words{"--firmware"});
  EXPECT_EQ(offered({"node", "list", "-"}), (Words{"--help", "--json", "--wide"}));
  EXPECT_EQ(offered({"--v"}), Words{"--version"});
}

TEST_F(Completion, an_enumerated_value_has_its_words) {
  EXPECT_EQ(offered({"lab", "up", "--firmware", ""}), (Words{"bios", "uefi", "secureboot"}));
  EXPECT_EQ(offered({"lab", "up", "--firmware=u"}), Words{"--firmware=uefi"});
  EXPECT_EQ(offered({"lab", "up", "--json", "--wait", "n"}), (Words{"none", "nodes"}));
  EXPECT_EQ(offered({"lab", "power", "o"}), (Words{"on", "off"}));
}

TEST_F(Completion, a_number_or_a_new_name_has_none) {
  EXPECT_EQ(offered({"lab", "up", "--nodes", ""}), Words());
  EXPECT_EQ(offered({"user", "add", ""}), Words());
}

TEST_F(Completion, files_and_commands_are_left_to_the_shell) {
  EXPECT_EQ(offered({"iso", "build", ""}), Words{":file"});
  EXPECT_EQ(offered({"iso", "build", "-o", ""}), Words{":file"});
  EXPECT_EQ(offered({"iso", "build", "-oa"}), Words{":file"});
  EXPECT_EQ(offered({"iso", "build", "--cache", ""}), Words{":directory"});
  EXPECT_EQ(offered({"lab", "run", ""}), Words{":command"});
}

TEST_F(Completion, the_machines_are_those_of_the_lab_that_is_meant) {
  write_lab("lab");
  write_lab("other");
  EXPECT_EQ(offered({"lab", "console", ""}), (Words{"head", "n1"}));
  EXPECT_EQ(offered({"lab", "console", "--name", "other", "n"}), Words{"n1"});
  EXPECT_EQ(offered({"lab", "console", "--name=missing", ""}), Words());
  EXPECT_EQ(offered({"lab", "status", "--name", "o"}), Words{"other"});
}

TEST_F(Completion, the_words_of_a_guests_command_are_its_own) {
  write_lab("lab");
  EXPECT_EQ(offered({"lab", "exec", "head", "--", "ls", "-"}), Words());
  EXPECT_EQ(offered({"lab", "exec", "head", "ls", "--"}), Words());
}

TEST_F(Completion, keys_of_the_description_are_known) {
  EXPECT_EQ(offered({"spec", "explain", "hpc.p"}), Words{"hpc.partition"});
}

TEST_F(Completion, help_takes_nouns_then_their_verbs_and_documents) {
  EXPECT_EQ(offered({"help", "quick"}), Words{"quick-start"});
  EXPECT_EQ(offered({"help", "node", "ad"}), Words{"adopt"});
  EXPECT_EQ(offered({"help", "nothing", ""}), Words());
}

TEST_F(Completion, without_a_head_there_are_no_nodes) {
  EXPECT_EQ(offered({"node", "why", ""}), Words());
}

TEST_F(Completion, bash_completes_nouns_verbs_and_options) {
  EXPECT_EQ(completed("no"), Words{"node"});
  EXPECT_EQ(completed("node l"), Words{"list"});
  EXPECT_EQ(completed("lab up --fi"), Words{"--firmware"});
  EXPECT_EQ(completed("lab up --firmware "), (Words{"bios", "uefi", "secureboot"}));
}

TEST_F(Completion, bash_adds_its_own_files) {
  write("a.yaml");
  write("b.yaml");
  EXPECT_EQ(completed("spec check a"), Words{"a.yaml"});
  // Bash sorts them when it shows them.
  EXPECT_EQ(completed("spec check ").size(), 2);
}

TEST_F(Completion, bash_expands_nothing_that_a_lab_is_called) {
  write_lab("$(touch x)");
  EXPECT_EQ(completed("lab status --name "), Words{"$(touch x)"});
  EXPECT_FALSE(os::read_file(folder_.path() / "x"));
}

}  // namespace
}  // namespace muster
